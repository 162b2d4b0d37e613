"""The other side of the benchmark: a classifier of the size of XLM-R base, 32-bit, one post at a time.

Run as a script by a Python that has torch: `python benchmark_peer.py TOKENIZER < texts.json`; prints one JSON object.
The weights are random: speed does not depend on them, and nothing has to be downloaded. Imports nothing of Earshot's,
so that the other Python needs none of its requirements.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

LAYERS, WIDTH, HEADS, INNER, WORDS = 12, 768, 12, 3072, 250_002
LONGEST = 128
THREADS = 2
WARM_UP = 5
TRIES = 4
GROUP = 10


def with_pipeline(texts: list[str], tokenizer_file: str) -> dict[str, Any]:
    """A Hugging Face text-classification pipeline, as its documentation shows it."""
    torch: Any = import_module("torch")
    transformers: Any = import_module("transformers")
    torch.set_num_threads(THREADS)
    config = transformers.XLMRobertaConfig(
        vocab_size=WORDS,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=INNER,
        max_position_embeddings=514,
        type_vocab_size=1,
        num_labels=3,
    )
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=tokenizer_file, pad_token="<pad>", model_max_length=LONGEST
    )
    pipeline = transformers.TextClassificationPipeline(
        model=transformers.XLMRobertaForSequenceClassification(config).eval(), tokenizer=tokenizer, device=-1
    )
    name = "Hugging Face pipeline, XLM-R base size, fp32, batch 1"
    return _timed(name, texts, lambda text: pipeline(text, truncation=True))


def with_numpy(texts: list[str], tokenizer_file: str) -> dict[str, Any]:
    """The same multiplications without torch: a stand-in that flatters the peer, for it has no framework around it."""
    import numpy as np
    from tokenizers import Tokenizer

    random = np.random.default_rng(0)

    def weights(*shape: int) -> Any:
        return random.standard_normal(shape, dtype=np.float32) * 0.02

    tokenizer = Tokenizer.from_file(tokenizer_file)
    tokenizer.enable_truncation(LONGEST)
    table = weights(10_000, WIDTH)
    layers = [(weights(WIDTH, 3 * WIDTH), weights(WIDTH, WIDTH), weights(WIDTH, INNER), weights(INNER, WIDTH))] * LAYERS

    def normal(hidden: Any) -> Any:
        return (hidden - hidden.mean(-1, keepdims=True)) / (hidden.std(-1, keepdims=True) + 1e-5)

    def run(text: str) -> None:
        hidden = table[np.array(tokenizer.encode(text).ids) % len(table)]
        for mix, out, up, down in layers:
            parts = (hidden @ mix).reshape(len(hidden), 3, HEADS, -1).transpose(1, 2, 0, 3)
            scores = parts[0] @ parts[1].transpose(0, 2, 1) / 8
            shares = np.exp(scores - scores.max(-1, keepdims=True))
            seen = (shares / shares.sum(-1, keepdims=True)) @ parts[2]
            hidden = normal(hidden + seen.transpose(1, 0, 2).reshape(len(hidden), -1) @ out)
            inner = hidden @ up
            hidden = normal(hidden + (inner * 0.5 * (1 + np.tanh(0.8 * inner))) @ down)

    return _timed("numpy stand-in of XLM-R base size, fp32, batch 1 (torch is not installed)", texts, run)


def _timed(name: str, texts: list[str], run: Callable[[str], object]) -> dict[str, Any]:
    """The best of several tries of each ten posts: about as long as the other side needs for five hundred, so that a
    busy machine disturbs both sides alike."""
    for text in texts[:WARM_UP]:
        run(text)
    groups = [texts[start : start + GROUP] for start in range(0, len(texts), GROUP)]
    best = [float("inf")] * len(groups)
    for _ in range(TRIES):
        for place, group in enumerate(groups):
            started = time.perf_counter()
            for text in group:
                run(text)
            best[place] = min(best[place], time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"name": name, "posts": len(texts), "seconds": sum(best), "peak_mb": peak}


if __name__ == "__main__":
    print(json.dumps(with_pipeline(json.load(sys.stdin), sys.argv[1])))
