"""Finds the model somebody asked for: the bundled one, a folder, an ONNX file, or a name on the Hugging Face Hub."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from listening.errors import ConfigError, NotReady
from sentiment import hub
from sentiment.model_files import CONFIG, TOKENIZER, has_tokenizer, has_torch, needed, onnx_of, torch_weights

BUNDLED = "earshot-small"
MODELS = Path(__file__).parent / "models"
CHECKSUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class FoundModel:
    """`source` is its folder; `onnx` and `tokenizer` are None where there is no such file. `commit` is known of what
    came from the Hub."""

    name: str
    source: str
    onnx: Path | None
    tokenizer: Path | None
    config: dict[str, Any]
    commit: str | None = None

    def fingerprint(self) -> str:
        """Changes when the weights do. Reads them, except those from the Hub: a commit there never changes."""
        if self.commit is not None:
            chosen = self.onnx.relative_to(self.source).as_posix() if self.onnx is not None else "torch"
            return hashlib.sha256(f"{self.commit} {chosen}".encode()).hexdigest()
        if self.onnx is not None:
            return sha256(self.onnx)
        folder = Path(self.source)
        return hashlib.sha256(
            "".join(sha256(folder / name) for name in torch_weights(_files(folder))).encode()
        ).hexdigest()


def find(name_or_folder: str | Path, network: bool = True) -> FoundModel:
    """Looks here first and at the network last, or never. Raises ConfigError or NotReady with what to do."""
    asked = str(name_or_folder)
    place = Path(asked).expanduser()
    for folder in (MODELS / asked, place):
        if asked and folder.is_dir():
            return _in_folder(folder)
    if place.is_file():
        return _of_file(place)
    if name := hub.HubName.read(asked):
        return _on_hub(name, network)
    raise ConfigError(
        f"sentiment.model is {asked!r}, which is neither a folder nor a name like 'owner/model' — "
        f"write {BUNDLED!r} for the bundled model."
    )


def verify(folder: Path) -> None:
    """Compares every file named in SHA256SUMS; raises NotReady for the first that differs or is gone."""
    sums = folder / CHECKSUMS
    restore = f"restore it from the repository (git checkout -- {folder})"
    if not folder.is_relative_to(MODELS):
        restore = f"restore it, or write {sums} anew if you changed it yourself"
    if not sums.is_file():
        raise NotReady(f"{sums} is missing, so nobody can say whether the model is whole — {restore}.")
    for line in sums.read_text(encoding="utf-8", errors="replace").splitlines():
        expected, _, name = line.partition("  ")
        file = folder / name
        if name and not file.is_file():
            raise NotReady(f"{file} is missing — {restore}.")
        if name and (found := sha256(file)) != expected:
            raise NotReady(
                f"{file} is damaged or was changed: its SHA-256 begins {found[:12]}, not {expected[:12]} — {restore}."
            )


def sha256(file: Path) -> str:
    """Reads a file once only, as long as it stays the same."""
    state = file.stat()
    return _sha256(file, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=64)
def _sha256(file: Path, size: int, changed: int) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _in_folder(folder: Path, chosen: str | None = None) -> FoundModel:
    if (folder / CHECKSUMS).is_file() or folder == MODELS / BUNDLED:
        verify(folder)
    config = _config(folder / CONFIG)
    there = _files(folder)
    read = needed(there, str(folder), chosen)
    onnx = onnx_of(there, str(folder), chosen)
    return FoundModel(
        name=folder.resolve().name,
        source=str(folder),
        onnx=folder / onnx if onnx else None,
        tokenizer=folder / TOKENIZER if TOKENIZER in read else None,
        config=config,
    )


def _of_file(file: Path) -> FoundModel:
    """One ONNX file of several; the rest of the model lies beside it, or in the folder above."""
    if file.suffix != ".onnx":
        raise ConfigError(f"sentiment.model is {str(file)!r}, a file — name the folder it is in, or an ONNX file.")
    folder = file.parent if (file.parent / CONFIG).exists() else file.parent.parent
    return _in_folder(folder, file.relative_to(folder).as_posix())


def _on_hub(name: hub.HubName, network: bool) -> FoundModel:
    folder = hub.cached(name)
    if network and (folder is None or not _is_usable(folder, name)):
        folder = hub.fetch(name, lambda there: needed(there, f"{name.model} on the Hugging Face Hub", name.onnx))
    if folder is None:
        raise NotReady(f"The model {name.model} was not fetched from the Hugging Face Hub yet.")
    return replace(_in_folder(folder, name.onnx), name=name.model, commit=folder.name)


def _is_usable(folder: Path, name: hub.HubName) -> bool:
    """Somebody may have fetched a part of it, with another program or until the network failed."""
    there = _files(folder)
    if not has_tokenizer(there) or (name.onnx and name.onnx not in there):
        return False
    return onnx_of(there, name.model, name.onnx) is not None or (has_torch() and bool(torch_weights(there)))


def _files(folder: Path) -> list[str]:
    """Names of the files in it and in its onnx/, with slashes."""
    found = (*folder.glob("*"), *folder.glob("onnx/*"))
    return [file.relative_to(folder).as_posix() for file in found if file.is_file()]


def _config(file: Path) -> dict[str, Any]:
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            f"{file} is missing — a model folder holds config.json, tokenizer.json, model.onnx."
        ) from error
    except OSError as error:
        raise NotReady(f"{file} cannot be read ({error.strerror}) — check its permissions.") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{file} is not JSON ({error}) — fetch the file again.") from error
    if not isinstance(config, dict):
        raise ConfigError(f"{file} is not a JSON object — fetch the file again.")
    return config
