"""What runs a network: ONNX Runtime, or torch for a model that comes without an ONNX file."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from listening.errors import ConfigError, NotReady
from sentiment.hashtags import KnownWords, Split, as_it_is

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """`offensive` and `vectors` are None where the network has no such output."""

    logits: Floats
    offensive: Floats | None
    vectors: Floats | None


class Backend(Protocol):
    """Runs one padded batch."""

    def run(self, ids: Integers, mask: Integers) -> RawAnswer: ...


class Pieces(Protocol):
    """Turns texts into word piece numbers, cut to the longest the network reads."""

    padding: int

    @property
    def known_words(self) -> Split:
        """Finds the words of a hashtag among the pieces."""
        ...

    def split(self, texts: Sequence[str]) -> list[list[int]]: ...


class OnnxBackend:
    def __init__(self, file: Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Threads that wait by spinning are 5 % faster on an idle machine, and a third slower beside anybody else.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its exceptions share no base class beside this one
            raise NotReady(f"{file} cannot be loaded by ONNX Runtime ({error}) — fetch the file again.") from error
        self._wants_types = "token_type_ids" in {one.name for one in self._session.get_inputs()}
        self._names = [one.name for one in self._session.get_outputs()]

    def run(self, ids: Integers, mask: Integers) -> RawAnswer:
        feed = {"input_ids": ids, "attention_mask": mask}
        if self._wants_types:
            feed["token_type_ids"] = np.zeros_like(ids)
        found = dict(zip(self._names, self._session.run(None, feed), strict=True))
        offensive = found.get("offensive")
        logits = found["logits"] if "logits" in found else found[self._names[0]]
        return RawAnswer(logits, None if offensive is None else offensive.reshape(-1), found.get("meaning"))


class TorchBackend:
    """For models without an ONNX file. Torch is not one of Earshot's requirements; the operator installs it."""

    def __init__(self, source: str) -> None:
        try:
            torch = import_module("torch")
            from transformers import AutoModelForSequenceClassification
        except ImportError as error:
            raise NotReady(
                f"The model {source} has no ONNX file, and torch is not installed — run `pip install torch`, "
                "or choose a model with onnx/model.onnx, or export one (`optimum-cli export onnx`)."
            ) from error
        self._torch: Any = torch
        self._model: Any = AutoModelForSequenceClassification.from_pretrained(source).eval()

    def run(self, ids: Integers, mask: Integers) -> RawAnswer:
        tensor = self._torch.from_numpy
        with self._torch.inference_mode():
            answer = self._model(input_ids=tensor(ids), attention_mask=tensor(mask))
        return RawAnswer(answer.logits.numpy(), None, None)


class FastPieces:
    """A tokenizer.json, read by the library that `transformers` itself uses for it: 0.2 s, where importing
    `transformers` takes two seconds and 100 MB more."""

    def __init__(self, file: Path, longest: int, padding: int) -> None:
        self._tokenizer = Tokenizer.from_file(str(file))
        self._tokenizer.enable_truncation(longest)
        self._tokenizer.no_padding()
        self.padding = padding

    @cached_property
    def known_words(self) -> KnownWords:
        """Made when first asked for: of 100,000 pieces it takes a tenth of a second."""
        numbers = self._tokenizer.get_vocab()
        return KnownWords.of_pieces(sorted(numbers, key=numbers.__getitem__))

    def split(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]


class TransformersPieces:
    """Any tokenizer that `transformers` knows."""

    def __init__(self, source: str, longest: int) -> None:
        from transformers import AutoTokenizer

        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(source)
        except (OSError, ValueError) as error:
            raise ConfigError(f"{source} has no tokenizer that transformers can read: {error}") from error
        self._longest = longest
        self.known_words: Split = as_it_is
        self.padding = int(self._tokenizer.pad_token_id or 0)

    def split(self, texts: Sequence[str]) -> list[list[int]]:
        found = self._tokenizer(list(texts), truncation=True, max_length=self._longest)
        ids: list[list[int]] = found["input_ids"]
        return ids
