"""A model by its name on the Hugging Face Hub. What was fetched once is used as it lies, without asking the network."""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from listening.errors import ConfigError, NotReady

_NAME = re.compile(
    r"(?P<owner>[\w.\-]+/[\w.\-]+)(?:@(?P<revision>[\w.\-/]+))?(?::(?P<file>[\w.\-/]+\.onnx))?", re.ASCII
)
_INSTEAD = "or set sentiment.model to a folder or to 'earshot-small'"

Choose = Callable[[Collection[str]], Collection[str]]
"""Of the files that are there, those that are needed. Raises ConfigError where none of them will do."""


@dataclass(frozen=True, slots=True)
class HubName:
    """`owner/model`, `owner/model@revision`, `owner/model:onnx/model_int8.onnx`, or all three parts."""

    model: str
    revision: str
    onnx: str | None

    @classmethod
    def read(cls, written: str) -> Self | None:
        found = _NAME.fullmatch(written)
        return cls(found["owner"], found["revision"] or "main", found["file"]) if found else None


def cached(name: HubName) -> Path | None:
    """The folder of what was fetched before, be it complete or not. Asks no network."""
    from huggingface_hub import try_to_load_from_cache

    with _told(name):
        config = try_to_load_from_cache(name.model, "config.json", revision=name.revision)
    return Path(config).parent if isinstance(config, str) else None


def fetch(name: HubName, choose: Choose) -> Path:
    """Fetches what `choose` wants into the Hub's own cache and says where it lies; what is there stays as it is."""
    from huggingface_hub import snapshot_download

    with _told(name):
        there = snapshot_download(name.model, revision=name.revision, dry_run=True)
    wanted = choose([file.filename for file in there])
    with _told(name):
        return Path(snapshot_download(name.model, revision=name.revision, allow_patterns=list(wanted)))


@contextmanager
def _told(name: HubName) -> Iterator[None]:
    """What goes wrong between us and the Hub, as a sentence."""
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        yield
    except HFValidationError as error:
        raise ConfigError(
            f"sentiment.model is {name.model!r}, which is no name on the Hugging Face Hub: {error}"
        ) from error
    # Its client raises the errors of the HTTP library that it brings along, and that library changes.
    except Exception as error:
        causes = [error, error.__cause__]
        if any(isinstance(cause, GatedRepoError) for cause in causes):
            what = "is shown to those only who accepted its terms — accept them on its page and set HF_TOKEN,"
        elif any(isinstance(cause, RepositoryNotFoundError) for cause in causes):
            what = "is not on the Hugging Face Hub, or it is private — check the name, set HF_TOKEN if it is yours,"
        elif any(isinstance(cause, RevisionNotFoundError) for cause in causes):
            what = f"has no revision {name.revision!r} — check what stands after the @,"
        elif any(isinstance(cause, OfflineModeIsEnabled) for cause in causes):
            what = "was not fetched yet, and HF_HUB_OFFLINE forbids to — fetch it once with the network on,"
        else:
            kind = type(error.__cause__ or error).__name__
            what = f"cannot be fetched from the Hugging Face Hub ({kind}) — check the name and the network,"
        raise NotReady(f"The model {name.model} {what} {_INSTEAD}.") from error
