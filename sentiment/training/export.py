"""Turns the newest checkpoint into the model folder that Earshot ships.

    python -m sentiment.training.export [--to FOLDER]

Weights go to eight bits, the temperature and the threshold of `unsure` are chosen on the development posts, and the
scores by language are written beside them. Test posts play no part.
"""

import argparse
import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from sentiment.cleaning import for_model
from sentiment.encoder import Encoder
from sentiment.evaluation import Evaluation, evaluate
from sentiment.labelled_rows import LabelledRow, read
from sentiment.locating import CHECKSUMS, sha256
from sentiment.training.card import write_card
from sentiment.training.graph import GraphWriter
from sentiment.training.network import KEPT_LAYERS, Network
from sentiment.training.places import DATA, LABELS, MODEL, RUN
from sentiment.training.train import POSITIONS, padded

WIDTH, HEADS, INNER, EPSILON = 384, 12, 1536, 1e-12
# Rows a language, so that English does not set the temperature for all.
_MOST_PER_LANGUAGE = 400
# `unsure` is for posts on which the model is right less often than this, and for no more of them than that.
_COIN, _MOST_UNSURE = 0.45, 0.02


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=MODEL)
    target: Path = parser.parse_args().to
    target.mkdir(parents=True, exist_ok=True)
    (target / CHECKSUMS).unlink(missing_ok=True)
    torch.set_num_threads(2)
    state = torch.load(RUN / "checkpoint.pt", weights_only=True)["model"]
    arrays = {name: tensor.numpy() for name, tensor in state.items()}
    GraphWriter(arrays, HEADS, len(KEPT_LAYERS), EPSILON).write(target / "model.onnx")
    shutil.copyfile(RUN / "tokenizer.json", target / "tokenizer.json")
    _write_json(target / "tokenizer_config.json", _TOKENIZER)
    config = _config(len(arrays["encoder.embeddings.word_embeddings.weight"]))
    _write_json(target / "config.json", config)
    agreement = _agreement(state, config, target)
    temperature, unsure_below = _calibrate(Encoder.load(target))
    config["earshot"] |= {"temperature": temperature, "unsure_below": unsure_below}
    _write_json(target / "config.json", config)
    evaluation = evaluate([DATA / "sentiment" / "dev.tsv.gz"], Encoder.load(target))
    offensive = _offensive_f1(Encoder.load(target))
    config["earshot"]["development_scores"] = _scores(evaluation)
    config["earshot"]["development_scores_offensive"] = offensive
    _write_json(target / "config.json", config)
    record = json.loads((RUN / "record.json").read_text(encoding="utf-8"))
    record["pieces"] = config["vocab_size"]
    write_card(target / "README.md", record, evaluation, offensive, agreement, config["earshot"])
    files = sorted(path for path in target.iterdir() if path.name != CHECKSUMS)
    sums = "".join(f"{sha256(path)}  {path.name}\n" for path in files)
    (target / CHECKSUMS).write_text(sums, encoding="utf-8")
    size = sum(path.stat().st_size for path in files) / 1e6
    print(
        f"{target}: {size:.1f} MB, agreement with float {agreement:.3f}, "
        f"temperature {temperature}, unsure below {unsure_below}"
    )
    for one in evaluation.languages:
        print(f"{one.language:4} {one.support:6} macro-F1 {one.macro_f1:.3f} accuracy {one.accuracy:.3f}")


_TOKENIZER = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "bos_token": "<s>",
    "eos_token": "</s>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
    "model_max_length": 128,
}


def _config(pieces: int) -> dict[str, object]:
    return {
        "model_type": "bert",
        "architectures": ["BertForSequenceClassification"],
        "vocab_size": pieces,
        "hidden_size": WIDTH,
        "num_hidden_layers": len(KEPT_LAYERS),
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "hidden_act": "gelu",
        "max_position_embeddings": POSITIONS,
        "type_vocab_size": 2,
        "layer_norm_eps": EPSILON,
        "pad_token_id": 1,
        "id2label": dict(enumerate(LABELS)),
        "label2id": {label: number for number, label in enumerate(LABELS)},
        "earshot": {"temperature": 1.0, "unsure_below": 0.0},
    }


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _agreement(state: dict[str, torch.Tensor], config: dict[str, object], folder: Path) -> float:
    """On how many of 600 posts eight bits and 32 say the same."""
    bert = BertConfig(**{key: value for key, value in config.items() if key not in ("earshot", "architectures")})
    model = Network(BertModel(bert, add_pooling_layer=False))
    model.load_state_dict(state)
    model.eval()
    rows = _development()[::30][:600]
    encoded = Encoder.load(folder).encode([row.text for row in rows])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(128)
    same = 0
    for row, probabilities in zip(rows, encoded.probabilities, strict=True):
        tokens, mask = padded([np.array(tokenizer.encode(for_model(row.text)).ids)])
        with torch.inference_mode():
            same += int(model(tokens, mask)[0].argmax()) == int(probabilities.argmax())
    if same < 0.9 * len(rows):
        raise SystemExit(
            f"export: the graph and the network agree on {same} of {len(rows)} posts only; the graph is wrong."
        )
    return same / len(rows)


def _development() -> list[LabelledRow]:
    rows: dict[str, list[LabelledRow]] = {}
    for row in read(DATA / "sentiment" / "dev.tsv.gz"):
        assert isinstance(row, LabelledRow), row
        rows.setdefault(row.language, []).append(row)
    return [row for language in sorted(rows) for row in rows[language][:_MOST_PER_LANGUAGE]]


def _calibrate(encoder: Encoder) -> tuple[float, float]:
    rows = _development()
    labels = np.array([row.label for row in rows])
    logits = np.log(encoder.encode([row.text for row in rows]).probabilities.astype(np.float64) + 1e-9)

    def probabilities(temperature: float) -> np.ndarray:
        raised = np.exp(logits / temperature)
        return raised / raised.sum(axis=1, keepdims=True)

    def surprise(temperature: float) -> float:
        return float(-np.log(probabilities(temperature)[np.arange(len(labels)), labels]).mean())

    temperature = min((round(0.5 + 0.02 * step, 2) for step in range(100)), key=surprise)
    found = probabilities(temperature)
    highest, right = found.max(axis=1), found.argmax(axis=1) == labels
    best = 0.0
    for threshold in np.arange(0.34, 0.6, 0.005):
        under = highest < threshold
        if under.any() and under.mean() <= _MOST_UNSURE and right[under].mean() <= _COIN:
            best = round(float(threshold), 3)
    return temperature, best


def _offensive_f1(encoder: Encoder) -> dict[str, float]:
    """Macro-F1 by language at one half."""
    by_language: dict[str, list[tuple[str, bool]]] = {}
    with gzip.open(DATA / "offensive" / "dev.tsv.gz", "rt", encoding="utf-8", newline="\n") as file:
        next(file)
        for line in file:
            text, label, language, _ = line.rstrip("\n").split("\t")
            by_language.setdefault(language, []).append((text, label == "offensive"))
    scores = {}
    for language, rows in sorted(by_language.items()):
        rows = rows[:600]
        found = encoder.encode([text for text, _ in rows]).offensive
        assert found is not None
        said, true = found >= 0.5, np.array([label for _, label in rows])
        parts = [
            2 * (side(said) & side(true)).sum() / (side(said).sum() + side(true).sum())
            for side in (np.array, np.logical_not)
        ]
        scores[language] = round(float(np.mean(parts)), 3)
    return scores


def _scores(evaluation: Evaluation) -> dict[str, object]:
    return {
        one.language: {
            "posts": one.support,
            "macro_f1": round(one.macro_f1, 3),
            "accuracy": round(one.accuracy, 3),
            "calibration_error": round(one.calibration_error, 3),
        }
        for one in evaluation.languages
    }


if __name__ == "__main__":
    main()
