"""What runs a network: ONNX Runtime, or torch for a model that comes without an ONNX file."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime

from listening.errors import ConfigError, NotReady
from sentiment.model_files import without_torch

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


_IDS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
_FED = ("input_ids", "attention_mask", "token_type_ids")


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
            remedy = (
                "run `git lfs pull` there: it is a Git LFS pointer" if _is_pointer(file) else "fetch the file again"
            )
            raise NotReady(f"{file} cannot be loaded by ONNX Runtime ({brief(error)}) — {remedy}.") from error
        self._types = _types_of_inputs(self._session, file)
        self._names = [one.name for one in self._session.get_outputs()]
        self._logits = _logits_of(self._session, file)

    def run(self, ids: Integers, mask: Integers) -> RawAnswer:
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        wanted = {name: feed[name].astype(kind, copy=False) for name, kind in self._types.items()}
        found = dict(zip(self._names, self._session.run(None, wanted), strict=True))
        offensive = found.get("offensive")
        logits = found[self._logits].astype(np.float32, copy=False)
        return RawAnswer(logits, None if offensive is None else offensive.reshape(-1), found.get("meaning"))


def brief(error: Exception) -> str:
    """The first line of a library's complaint: some go on with a stack."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:300]


def _types_of_inputs(session: Any, file: Path) -> dict[str, Any]:
    """What the network wants to be fed, and as which integers."""
    asked = {one.name: one.type for one in session.get_inputs()}
    if "input_ids" not in asked or not set(asked) <= set(_FED) or not set(asked.values()) <= set(_IDS):
        listed = ", ".join(f"{name} {kind}" for name, kind in asked.items()) or "nothing"
        raise ConfigError(
            f"{file} wants {listed}, and Earshot feeds {', '.join(_FED)} as 64 or 32 bit integers — export the model "
            "for text classification (`optimum-cli export onnx --task text-classification`)."
        )
    return {name: _IDS[kind] for name, kind in asked.items()}


def _logits_of(session: Any, file: Path) -> str:
    """The output called so, else the only one of two dimensions: texts by labels."""
    outputs = {one.name: len(one.shape or ()) for one in session.get_outputs()}
    flat = [name for name, dimensions in outputs.items() if dimensions == 2 and name not in ("offensive", "meaning")]
    if "logits" not in outputs and len(flat) != 1:
        raise ConfigError(
            f"{file} answers with {', '.join(outputs)}, and none of it is 'logits' — export the model for text "
            "classification (`optimum-cli export onnx --task text-classification`)."
        )
    return "logits" if "logits" in outputs else flat[0]


def _is_pointer(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(40).startswith(b"version https://git-lfs")


class TorchBackend:
    """For models without an ONNX file. Torch is not one of Earshot's requirements; the operator installs it."""

    def __init__(self, source: str, threads: int) -> None:
        try:
            torch = import_module("torch")
            from transformers import AutoModelForSequenceClassification
        except ImportError as error:
            raise without_torch(source) from error
        try:
            # Code that travels with a model is never run.
            model, loading = AutoModelForSequenceClassification.from_pretrained(
                source, local_files_only=True, trust_remote_code=False, output_loading_info=True
            )
        except Exception as error:  # every file format brings its own
            raise NotReady(f"{source} cannot be loaded by transformers ({brief(error)}) — fetch it again.") from error
        if missing := sorted(loading["missing_keys"]):
            raise ConfigError(
                f"{source} holds no trained {missing[0]}: it is a language model, not a classifier — choose a model "
                "that was trained for sentiment."
            )
        torch.set_num_threads(threads)
        self._torch: Any = torch
        self._model: Any = model.float().eval()

    def run(self, ids: Integers, mask: Integers) -> RawAnswer:
        tensor = self._torch.from_numpy
        with self._torch.inference_mode():
            answer = self._model(input_ids=tensor(ids), attention_mask=tensor(mask))
        return RawAnswer(answer.logits.numpy(), None, None)
