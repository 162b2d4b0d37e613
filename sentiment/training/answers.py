"""What the student learns from beside labels: the teacher's answers, and the pretrained encoder's vectors.

Both run as eight-bit graphs, four times as fast as in torch.
"""

from pathlib import Path

import numpy as np
import onnxruntime
import torch
from tokenizers import Tokenizer

from sentiment.training import base, loop, vocabulary
from sentiment.training.batches import padded
from sentiment.training.graph import GraphWriter
from sentiment.training.network import TEACHER_LAYERS
from sentiment.training.places import BASE_GRAPH, MAX_TOKENS, TEACHER

_CENTRE_OF = 1024


class Teacher:
    """Answers (sentiment logits (n, 3), offensive logits (n,)) for texts that are split already."""

    def __init__(self) -> None:
        file = TEACHER / "model.onnx"
        if not file.exists():
            write_teacher(file)
        self._session = _session(file)

    def __call__(self, ids: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
        tokens, mask = padded(ids)
        feed = {"input_ids": tokens.numpy(), "attention_mask": mask.numpy()}
        said, scolds = self._session.run(["logits", "offensive"], feed)
        return torch.from_numpy(said), torch.from_numpy(scolds).squeeze(-1)


class Meaning:
    """Vectors (n, 384) of length one from the whole pretrained encoder. Raw ones all point one way (cosine .78 for
    strangers), so the mean of a sample is taken off."""

    def __init__(self, sample: list[str]) -> None:
        if not BASE_GRAPH.exists():
            state = {f"encoder.{name}": value.numpy() for name, value in base.load().state_dict().items()}
            GraphWriter(state, base.word_blocks(), len(TEACHER_LAYERS)).write(BASE_GRAPH)
        self._session = _session(BASE_GRAPH)
        self._tokenizer = Tokenizer.from_file(str(base.fetch()[1]))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        parts = [self._raw(sample[start : start + 64]) for start in range(0, _CENTRE_OF, 64)]
        self._centre = torch.cat(parts).mean(0)

    def __call__(self, texts: list[str]) -> torch.Tensor:
        return torch.nn.functional.normalize(self._raw(texts) - self._centre, dim=-1)

    def _raw(self, texts: list[str]) -> torch.Tensor:
        # The prefix is what the encoder was trained with.
        encodings = self._tokenizer.encode_batch_fast([f"query: {text}" for text in texts])
        tokens, mask = padded([np.array(encoding.ids, np.int32) for encoding in encodings])
        (found,) = self._session.run(["meaning"], {"input_ids": tokens.numpy(), "attention_mask": mask.numpy()})
        return torch.from_numpy(found)


def write_teacher(file: Path) -> None:
    """The finished teacher as a graph; its meaning was never trained and is left out."""
    state = {name: value.float().numpy() for name, value in loop.finished(TEACHER).items() if "meaning" not in name}
    GraphWriter(state, base.word_blocks(vocabulary.kept_pieces()), len(TEACHER_LAYERS)).write(file)


def _session(file: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
