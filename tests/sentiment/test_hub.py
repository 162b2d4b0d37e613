"""Models by name, fetched by the Hub's real client from a Hub on this machine."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from listening.errors import ConfigError
from sentiment.encoder import Encoder
from tests.servers.hub import Hub, serving

from .foreign import folder
from .onnx_files import write

LABELS = ("NEG", "POS", "NEU")
ROOT = Path(__file__).parents[2]
# Several names in one process: the client reads its environment when it is imported, and that takes a second.
LOADING = """
import sys
from listening.errors import EarshotError
from sentiment.encoder import Encoder, revision_of
for name in sys.argv[1:]:
    try:
        encoder = Encoder.load(name)
        assert encoder.revision == revision_of(name)
        print(encoder.revision, encoder.encode(["good", "bad", "soso"]).probabilities.argmax(axis=1).tolist())
    except EarshotError as error:
        print(type(error).__name__, error)
"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with serving() as opened:
        opened.models["owner/model"] = {"main": folder(tmp_path / "main", LABELS)}
        yield opened


def load(cache: Path, address: str, *names: str, **more: str) -> list[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    environment |= {
        "HF_ENDPOINT": address,
        "HF_HOME": str(cache / "hub"),
        "PYTHONPATH": str(ROOT),
        "HF_HUB_ETAG_TIMEOUT": "2",
    }
    done = subprocess.run(
        [sys.executable, "-c", LOADING, *names], env=environment | more, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_it_is_fetched_once_and_used_without_network_from_then_on(hub: Hub, tmp_path: Path) -> None:
    (first,) = load(tmp_path, hub.address, "owner/model")
    assert first.startswith("owner/model@")
    assert first.endswith(" [0, 2, 1]")
    assert sorted(hub.fetched) == ["config.json", "model.onnx", "tokenizer.json"]
    asked = len(hub.asked)
    assert load(tmp_path, hub.address, "owner/model") == [first]
    assert len(hub.asked) == asked
    assert load(tmp_path, "http://127.0.0.1:9", "owner/model") == [first]
    assert load(tmp_path, hub.address, "owner/model", HF_HUB_OFFLINE="1") == [first]


def test_one_kind_of_weights_is_fetched(hub: Hub, tmp_path: Path) -> None:
    place = hub.models["owner/model"]["main"]
    for name in ("model.safetensors", "pytorch_model.bin", "onnx/model_int8.onnx", "README.md", "onnx/model.onnx_data"):
        (place / name).write_bytes(b"not needed, but for the last")
    load(tmp_path, hub.address, "owner/model")
    assert sorted(hub.fetched) == ["config.json", "model.onnx", "model.onnx_data", "tokenizer.json"]


def test_a_revision_and_a_file_may_be_named(hub: Hub, tmp_path: Path) -> None:
    old = folder(tmp_path / "old", ("POS", "NEG", "NEU"))
    write(old / "onnx" / "model_int8.onnx", np.zeros((7, 3), np.float32))
    hub.models["owner/model"]["v1"] = old
    commit = hub.commit("owner/model", "v1")
    main, tagged, pinned, other = load(
        tmp_path,
        hub.address,
        "owner/model",
        "owner/model@v1",
        f"owner/model@{commit}",
        "owner/model@v1:onnx/model_int8.onnx",
    )
    assert main.endswith("[0, 2, 1]")
    assert tagged.endswith("[2, 0, 1]")
    assert pinned == tagged
    assert other.split()[0] not in (main.split()[0], tagged.split()[0])


def test_what_was_fetched_in_part_is_completed(hub: Hub, tmp_path: Path) -> None:
    place = hub.models["owner/model"]["main"]
    load(tmp_path, hub.address, "owner/model")
    for file in (tmp_path / "hub").rglob("model.onnx"):
        file.unlink()
    assert load(tmp_path, hub.address, "owner/model")[0].endswith("[0, 2, 1]")
    assert hub.fetched.count("model.onnx") in (1, 2)  # the client may still hold its content
    assert place.is_dir()


def test_what_cannot_be_fetched_is_told(hub: Hub, tmp_path: Path) -> None:
    models = hub.models
    for name in ("no-config", "no-onnx", "no-tokenizer", "several", "no-weights"):
        models[f"owner/{name}"] = {"main": folder(tmp_path / name, LABELS)}
    (tmp_path / "no-config" / "config.json").unlink()
    (tmp_path / "no-tokenizer" / "tokenizer.json").unlink()
    shutil.move(tmp_path / "no-onnx" / "onnx" / "model.onnx", tmp_path / "no-onnx" / "model.safetensors")
    shutil.copy(tmp_path / "several" / "onnx" / "model.onnx", tmp_path / "several" / "onnx" / "a.onnx")
    shutil.move(tmp_path / "several" / "onnx" / "model.onnx", tmp_path / "several" / "onnx" / "b.onnx")
    (tmp_path / "no-weights" / "onnx" / "model.onnx").unlink()
    expected = {
        "owner/nothing": "NotReady The model owner/nothing is not on the Hugging Face Hub, or it is private — check",
        "owner/model@v9": "NotReady The model owner/model has no revision 'v9' — check what stands after the @",
        "owner/no-config": "ConfigError owner/no-config on the Hugging Face Hub has no config.json — choose",
        "owner/no-tokenizer": "ConfigError owner/no-tokenizer on the Hugging Face Hub has no tokenizer.json and no voc",
        "owner/several": "ConfigError owner/several on the Hugging Face Hub has several ONNX files, onnx/a.onnx, onnx",
        "owner/no-weights": "ConfigError owner/no-weights on the Hugging Face Hub has neither model.onnx nor model.",
        "owner/model:onnx/other.onnx": "ConfigError owner/model on the Hugging Face Hub has no onnx/other.onnx — it",
        "owner/a--b": "ConfigError sentiment.model is 'owner/a--b', which is no name on the Hugging Face Hub",
    }
    said = load(tmp_path, hub.address, *expected)
    assert [line[: len(start)] for line, start in zip(said, expected.values(), strict=True)] == list(expected.values())
    assert hub.fetched == []
    said = load(tmp_path, hub.address, "owner/no-onnx")
    assert (
        "torch is not installed — run `pip install torch`" in said[0] or "cannot be loaded by transformers" in said[0]
    )


@pytest.mark.parametrize(
    ("address", "more", "sentence"),
    [
        (
            "http://127.0.0.1:9",
            {},
            "cannot be fetched from the Hugging Face Hub (ConnectError) — check the name and the net",
        ),
        (None, {"HF_HUB_OFFLINE": "1"}, "was not fetched yet, and HF_HUB_OFFLINE forbids to — fetch it once with the"),
        (None, {}, "cannot be fetched from the Hugging Face Hub ("),
    ],
    ids=["nobody there", "forbidden", "out of order"],
)
def test_without_a_hub_it_says_what_to_do(
    hub: Hub, tmp_path: Path, address: str | None, more: dict[str, str], sentence: str
) -> None:
    hub.refusing = 503
    (said,) = load(tmp_path, address or hub.address, "owner/model", **more)
    assert said.startswith(f"NotReady The model owner/model {sentence}"), said
    assert "or set sentiment.model to a folder or to 'earshot-small'" in said


def test_a_name_with_too_many_parts_is_none() -> None:
    with pytest.raises(ConfigError, match="neither a folder nor a name like 'owner/model'"):
        Encoder.load("owner/model/file")
