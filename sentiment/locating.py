"""Finds the model somebody asked for: the bundled one, a folder, or a name on the Hugging Face Hub."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from listening.errors import ConfigError, NotReady

BUNDLED = "earshot-small"
MODELS = Path(__file__).parent / "models"
CHECKSUMS = "SHA256SUMS"
_HUB_NAME = re.compile(r"[\w.\-]+/[\w.\-]+")


@dataclass(frozen=True, slots=True)
class FoundModel:
    """`source` is what transformers can open (a folder or a Hub name); `onnx` is None where there is no such file."""

    name: str
    source: str
    onnx: Path | None
    tokenizer: Path | None
    config: dict[str, Any]


def find(name_or_folder: str | Path) -> FoundModel:
    """Looks here first and at the network last. Raises ConfigError or NotReady with what to do."""
    asked = str(name_or_folder)
    for folder in (MODELS / asked, Path(asked).expanduser()):
        if folder.is_dir():
            return _in_folder(folder)
    if _HUB_NAME.fullmatch(asked):
        return _on_hub(asked)
    raise ConfigError(
        f"sentiment.model is {asked!r}, which is neither a folder nor a name like 'owner/model' — "
        f"write {BUNDLED!r} for the bundled model."
    )


def verify(folder: Path) -> None:
    """Compares every file named in SHA256SUMS; raises NotReady for the first that differs or is gone."""
    for line in (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines():
        expected, _, name = line.partition("  ")
        file = folder / name
        if not file.is_file():
            raise NotReady(f"{file} is missing — restore the folder from the repository (git checkout -- {folder}).")
        if (found := sha256(file)) != expected:
            raise NotReady(
                f"{file} is damaged or was changed: its SHA-256 begins {found[:12]}, not {expected[:12]} — "
                f"restore it from the repository (git checkout -- {folder})."
            )


def sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _in_folder(folder: Path) -> FoundModel:
    if (folder / CHECKSUMS).is_file():
        verify(folder)
    onnx = [file for file in (folder / "model.onnx", folder / "onnx" / "model.onnx") if file.is_file()]
    tokenizer = folder / "tokenizer.json"
    return FoundModel(
        name=folder.resolve().name,
        source=str(folder),
        onnx=onnx[0] if onnx else None,
        tokenizer=tokenizer if tokenizer.is_file() else None,
        config=_config(folder / "config.json"),
    )


def _config(file: Path) -> dict[str, Any]:
    try:
        config: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            f"{file} is missing — a model folder holds config.json, tokenizer.json, model.onnx."
        ) from error
    except ValueError as error:
        raise ConfigError(f"{file} is not JSON: {error}") from error
    return config


def _on_hub(name: str) -> FoundModel:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, LocalEntryNotFoundError

    def fetched(file: str) -> Path | None:
        try:
            return Path(hf_hub_download(name, file))
        except LocalEntryNotFoundError:
            raise
        except EntryNotFoundError:
            return None

    try:
        config = fetched("config.json")
        onnx = fetched("onnx/model.onnx") or fetched("model.onnx")
        tokenizer = fetched("tokenizer.json")
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise NotReady(
            f"The model {name} cannot be fetched from the Hugging Face Hub ({type(error).__name__}) — check the name "
            f"and the network, or set sentiment.model to a folder or to {BUNDLED!r}."
        ) from error
    if config is None:
        raise ConfigError(f"{name} on the Hugging Face Hub has no config.json — choose a text classification model.")
    return FoundModel(name=name, source=name, onnx=onnx, tokenizer=tokenizer, config=_config(config))
