"""Somebody else's model: a folder as exporters write it, or a name on the Hub.

`foreign.onnx` knows five words, wants `token_type_ids`, calls its output `output_0`, and has no head for offensiveness
or meaning.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from listening.errors import NotReady
from sentiment.encoder import Encoder
from sentiment.judge import Judge, TextToJudge
from sentiment.risks import load_categories


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "onnx").mkdir()
    shutil.copyfile(Path(__file__).parent / "foreign.onnx", tmp_path / "onnx" / "model.onnx")
    words = {"[PAD]": 0, "[UNK]": 1, "good": 2, "bad": 3, "soso": 4}
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    labels = {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}
    config = {"model_type": "bert", "id2label": labels, "pad_token_id": 0, "max_position_embeddings": 512}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return tmp_path


def test_a_folder_of_another_make(folder: Path) -> None:
    encoder = Encoder.load(folder)
    encoded = encoder.encode(["good", "this is very bad", "soso", "unknown words only", ""])
    assert encoded.probabilities[:3].argmax(axis=1).tolist() == [2, 0, 1]
    assert encoded.probabilities[3].tolist() == pytest.approx([1 / 3] * 3)
    assert encoded.offensive is None
    assert encoded.vectors.shape == (5, 0)
    (judged,) = Judge(encoder, load_categories()).judge([TextToJudge("good")])
    assert judged.vector is None
    assert encoder.revision.startswith(f"{folder.name}@")


def test_a_broken_onnx_file_is_named(folder: Path) -> None:
    (folder / "onnx" / "model.onnx").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(NotReady, match=r"model\.onnx cannot be loaded"):
        Encoder.load(folder)


def loading_in_a_new_process(name: str) -> str:
    """Offline, as on most servers. transformers warns on import, which this process would take for an error."""
    script = (
        "import sys\nfrom listening.errors import EarshotError\nfrom sentiment.encoder import Encoder\n"
        "try: Encoder.load(sys.argv[1])\nexcept EarshotError as error: print(type(error).__name__, error)"
    )
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", script, name], env=offline, capture_output=True, text=True, check=False
    )
    return done.stdout or done.stderr


def test_without_onnx_and_torch_it_says_what_to_install(folder: Path) -> None:
    shutil.rmtree(folder / "onnx")
    said = loading_in_a_new_process(str(folder))
    assert "Traceback" not in said
    if "torch is not installed" not in said:
        pytest.skip("torch is installed here")
    assert said.startswith("NotReady The model")
    assert "pip install torch" in said


def test_a_hub_name_out_of_reach_says_what_to_do() -> None:
    said = loading_in_a_new_process("nobody/no-such-model-of-ours")
    assert said.startswith("NotReady The model nobody/no-such-model-of-ours cannot be fetched")
    assert "check the name and the network" in said
