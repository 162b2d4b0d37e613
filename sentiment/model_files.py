"""Which files of a model are read: its weights in one format, and what makes its tokenizer."""

from collections.abc import Collection
from importlib.util import find_spec
from pathlib import PurePosixPath

from listening.errors import ConfigError, NotReady

CONFIG = "config.json"
TOKENIZER = "tokenizer.json"
# Where exporters put it. The exact one comes first: what quantisation costs is for the operator to weigh.
_ONNX = ("onnx/model.onnx", "model.onnx", "onnx/model_quantized.onnx", "model_quantized.onnx")
# For torch, the safer format first.
_WEIGHTS = (
    ("model*.safetensors", "model.safetensors.index.json"),
    ("pytorch_model*.bin", "pytorch_model.bin.index.json"),
)
# What transformers makes a tokenizer from where there is no tokenizer.json.
_VOCABULARIES = (
    TOKENIZER, "vocab.txt", "vocab.json", "merges.txt", "bpe.codes", "sentencepiece.bpe.model", "sentencepiece.model",
    "spiece.model", "spm.model", "tokenizer.model",
)  # fmt: skip
_BESIDE_VOCABULARIES = ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")


def needed(there: Collection[str], where: str, onnx: str | None) -> list[str]:
    """Of the files that are `there`, those that will be read. Raises ConfigError or NotReady where they do not make a
    model: no weights are fetched that nobody can run."""
    if CONFIG not in there:
        raise ConfigError(f"{where} has no {CONFIG} — choose a text classification model.")
    beside = {CONFIG, *_VOCABULARIES, *_BESIDE_VOCABULARIES}
    if onnx := onnx_of(there, where, onnx):
        weights = [file for file in there if file.startswith(onnx)]  # large ones have a second file, model.onnx_data
    else:
        weights = torch_weights(there)
        if not weights:
            raise ConfigError(
                f"{where} has neither model.onnx nor model.safetensors — put the model's weights there "
                "(`optimum-cli export onnx` writes an ONNX file), or choose another model."
            )
        if not has_torch():
            raise without_torch(where)
    if not has_tokenizer(there):
        raise ConfigError(f"{where} has no {TOKENIZER} and no vocabulary — put the tokenizer of this model there.")
    return [*weights, *(file for file in there if file in beside)]


def onnx_of(there: Collection[str], where: str, chosen: str | None = None) -> str | None:
    """The ONNX file to run. Raises ConfigError where there are several and none has the usual name."""
    all_of_them = sorted(name for name in there if name.endswith(".onnx"))
    if chosen is not None and chosen not in there:
        raise ConfigError(f"{where} has no {chosen} — it has {', '.join(all_of_them) or 'no ONNX file at all'}.")
    found = chosen or next((name for name in _ONNX if name in there), None)
    if found is None and len(all_of_them) > 1:
        raise ConfigError(
            f"{where} has several ONNX files, {', '.join(all_of_them)} — name the one you mean: in a folder by "
            "the path of the file, on the Hub as owner/model:onnx/file.onnx."
        )
    return found or (all_of_them[0] if all_of_them else None)


def torch_weights(there: Collection[str]) -> list[str]:
    for patterns in _WEIGHTS:
        found = sorted(file for file in there if any(_is_like(file, pattern) for pattern in patterns))
        if found:
            return found
    return []


def has_tokenizer(there: Collection[str]) -> bool:
    return any(file in there for file in _VOCABULARIES)


def has_torch() -> bool:
    return find_spec("torch") is not None


def without_torch(where: str) -> NotReady:
    return NotReady(
        f"The model {where} has no ONNX file, and torch is not installed — run `pip install torch`, "
        "or choose a model with onnx/model.onnx, or export one (`optimum-cli export onnx`)."
    )


def _is_like(file: str, pattern: str) -> bool:
    return "/" not in file and PurePosixPath(file).match(pattern)
