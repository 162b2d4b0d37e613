"""Somebody else's model: a folder as exporters write it. What does not fit is told when it is loaded."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from listening.errors import ConfigError, EarshotError, NotReady
from sentiment.encoder import Encoder, revision_of

from .foreign import config, folder, table, tokenizer
from .onnx_files import FLOAT, FLOAT16, IDS, INT32, MASK, STRING, TYPES, Make, write

LABELS = ("LABEL_0", "LABEL_1", "LABEL_2")
TEXTS = ["superb", "this is very good", "bad", "unknown words only", ""]
ROOT = Path(__file__).parents[2]
WITH_TORCH = ROOT / ".venv-train" / "bin" / "python"


def test_a_folder_of_another_make(tmp_path: Path) -> None:
    encoder = Encoder.load(folder(tmp_path, ("POSITIVE", "NEGATIVE", "NEUTRAL")))
    encoded = encoder.encode(["good", "this is very bad", "soso", "unknown words only", ""])
    assert encoded.probabilities[:3].argmax(axis=1).tolist() == [2, 0, 1]
    assert encoded.probabilities[3].tolist() == pytest.approx([1 / 3] * 3)
    assert encoded.offensive is None
    assert encoded.vectors.shape == (5, 0)
    assert encoder.revision.startswith(f"{tmp_path.name}@")


@pytest.mark.parametrize(
    "make",
    [
        Make(inputs=(IDS, MASK)),
        Make(inputs=(IDS,)),
        Make(integers=INT32),
        Make(logits=FLOAT16),
        Make(output="output_0"),
        Make(output="output_0", inputs=(MASK, TYPES, IDS), integers=INT32, logits=FLOAT16),
        Make(second_output="hidden"),
    ],
    ids=repr,
)
def test_every_way_of_exporting(tmp_path: Path, make: Make) -> None:
    encoder = Encoder.load(folder(tmp_path, LABELS, make))
    answers = encoder.encode(["bad", "good", "soso"]).probabilities
    assert answers.dtype == np.float32
    assert answers.argmax(axis=1).tolist() == [1, 0, 2]


@pytest.mark.parametrize("name", ["model.onnx", "onnx/model_quantized.onnx", "model_quantized.onnx", "onnx/mine.onnx"])
def test_where_the_onnx_file_may_lie(tmp_path: Path, name: str) -> None:
    assert Encoder.load(folder(tmp_path, LABELS, onnx=name)).encode(["good"]).probabilities[0].argmax() == 0


def test_of_several_onnx_files_one_is_named(tmp_path: Path) -> None:
    made = folder(tmp_path, LABELS, onnx="onnx/model_int8.onnx")
    shutil.copyfile(made / "onnx" / "model_int8.onnx", made / "onnx" / "model_fp16.onnx")
    with pytest.raises(ConfigError, match=r"several ONNX files, onnx/model_fp16\.onnx, onnx/model_int8\.onnx — name"):
        Encoder.load(made)
    assert Encoder.load(made / "onnx" / "model_int8.onnx").revision == revision_of(made / "onnx" / "model_int8.onnx")


def test_the_usual_name_wins_over_its_neighbours(tmp_path: Path) -> None:
    made = folder(tmp_path, LABELS)
    (made / "onnx" / "model_quantized.onnx").write_bytes(b"never read")
    Encoder.load(made)


def _remove(name: str) -> Any:
    return lambda place: (place / name).unlink()


def _put(name: str, content: bytes | str) -> Any:
    return lambda place: (place / name).write_bytes(content.encode() if isinstance(content, str) else content)


def _configured(**more: Any) -> Any:
    return _put("config.json", json.dumps(config(LABELS, **more)))


def _cut(place: Path) -> None:
    whole = (place / "onnx" / "model.onnx").read_bytes()
    (place / "onnx" / "model.onnx").write_bytes(whole[: len(whole) // 2])


def _made(make: Make, labels: int = 3, pieces: int = 7) -> Any:
    return lambda place: write(place / "onnx" / "model.onnx", table(labels, pieces), make)


def _not_a_number(place: Path) -> None:
    write(place / "onnx" / "model.onnx", np.full((7, 3), np.nan, np.float32))


def _checked(place: Path) -> None:
    (place / "SHA256SUMS").write_text("0" * 64 + "  config.json\n", encoding="utf-8")


BROKEN = {
    "no config": (_remove("config.json"), r"config\.json is missing — a model folder holds"),
    "config not JSON": (_put("config.json", "{'a': 1}"), r"config\.json is not JSON .*fetch the file again"),
    "config not UTF-8": (_put("config.json", b"\xff\xfe{"), r"config\.json is not JSON"),
    "config a list": (_put("config.json", "[]"), r"config\.json is not a JSON object"),
    "no id2label": (_configured(id2label=None), r"config\.json has no id2label — write what each output means"),
    "id2label a list": (_configured(id2label=["neg"]), r"id2label in its config\.json is not numbers with names"),
    "id2label by name": (_configured(id2label={"neg": 0}), r"id2label in its config\.json is not numbers"),
    "id2label with a gap": (_configured(id2label={"0": "neg", "2": "pos"}), r"numbers in id2label are \[0, 2\]"),
    "too few labels": (_configured(id2label={"0": "neg", "1": "pos"}), r"shape \(4, 3\).*names 2 labels — export"),
    "too many labels": (_made(Make(), labels=2), r"shape \(4, 2\).*names 3 labels"),
    "positions not a number": (_configured(max_position_embeddings="many"), r"max_position_embeddings .* is 'many' —"),
    "few positions": (_configured(max_position_embeddings=2), r"max_position_embeddings .* is 2 — write how many"),
    "no tokenizer": (_remove("tokenizer.json"), r"has no tokenizer\.json and no vocabulary — put the tokenizer"),
    "tokenizer not JSON": (_put("tokenizer.json", "so"), r"tokenizer\.json is no tokenizer .*fetch the file again"),
    "tokenizer of another kind": (_put("tokenizer.json", "{}"), r"tokenizer\.json is no tokenizer"),
    "tokenizer empty": (_put("tokenizer.json", ""), r"tokenizer\.json is no tokenizer"),
    "tokenizer of a larger model": (
        lambda place: tokenizer(place / "tokenizer.json", [f"w{number}" for number in range(500)]),
        r"model\.onnx knows fewer word pieces than its tokenizer, which has 502 — take both from the same model",
    ),
    "wrong hash": (
        _checked,
        r"config\.json is damaged or was changed: its SHA-256 begins .*, not 000000000000 — restore",
    ),
    "ONNX cut": (_cut, r"model\.onnx cannot be loaded by ONNX Runtime .*fetch the file again"),
    "ONNX empty": (_put("onnx/model.onnx", ""), r"model\.onnx cannot be loaded"),
    "ONNX a pointer": (
        _put("onnx/model.onnx", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n"),
        r"model\.onnx cannot be loaded .*git lfs pull",
    ),
    "no weights": (
        _remove("onnx/model.onnx"),
        r"has neither model\.onnx nor model\.safetensors — put the model's weights",
    ),
    "an input too many": (_made(Make(inputs=(IDS, MASK, "pixel_values"))), r"wants .*pixel_values.*— export the model"),
    "no input_ids": (_made(Make(inputs=("text", MASK))), r"wants text .*and Earshot feeds input_ids, attention_mask"),
    "inputs that are strings": (_made(Make(inputs=(IDS,), integers=STRING)), r"cannot be loaded|wants input_ids"),
    "inputs that are floats": (_made(Make(inputs=(IDS, MASK), integers=FLOAT)), r"cannot be loaded|wants input_ids"),
    "fixed shape": (_made(Make(shape=(1, 16))), r"model\.onnx does not run on words — export the model"),
    "one text at a time": (_made(Make(shape=(1, "t"))), r"model\.onnx does not run on words — export the model"),
    "another length": (_made(Make(shape=("n", 9))), r"model\.onnx does not .* — export the model"),
    "an answer a word": (
        _made(Make(by_word=True)),
        r"model\.onnx answers 4 texts with numbers of shape \(4, .*— export",
    ),
    "hidden states alone": (
        _made(Make(by_word=True, output="last_hidden_state")),
        r"answers with last_hidden_state, and none of it is 'logits' — export",
    ),
    "two outputs, neither logits": (
        _made(Make(output="first", second_output="second")),
        r"answers with first, second, and none of it is 'logits'",
    ),
    "a matrix called offensive": (_made(Make(second_output="offensive")), r"output 'offensive' of shape"),
    "not a number": (_not_a_number, r"model\.onnx answers with numbers that are none \(NaN\)"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_broken_is_told_with_the_file_and_the_remedy(tmp_path: Path, how: str) -> None:
    break_it, sentence = BROKEN[how]
    made = folder(tmp_path, LABELS)
    break_it(made)
    with pytest.raises((ConfigError, NotReady), match=f"(?s){sentence}") as told:
        Encoder.load(made)
    assert str(tmp_path) in str(told.value)
    assert " — " in str(told.value)


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    made = folder(tmp_path, LABELS)
    (made / "config.json").unlink()
    (made / "config.json").mkdir()
    with pytest.raises(EarshotError, match=r"config\.json cannot be read"):
        Encoder.load(made)


def test_a_file_of_another_kind_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    with pytest.raises(ConfigError, match=r"model\.gguf', a file — name the folder it is in"):
        Encoder.load(tmp_path / "model.gguf")


@pytest.mark.parametrize("name", ["", "no-such-model", "a b/c", "./no/such/folder", "-/-", "a/b/c"])
def test_a_name_that_means_nothing_is_refused(name: str) -> None:
    with pytest.raises(
        ConfigError, match=r"write 'earshot-small' for the bundled model|is no name on the Hugging Face Hub"
    ):
        Encoder.load(name)


def test_other_weights_are_another_revision(tmp_path: Path) -> None:
    made = folder(tmp_path, LABELS)
    before = revision_of(made)
    write(made / "onnx" / "model.onnx", table(3) * 2)
    assert revision_of(made) != before


def run(python: Path | str, script: str, *arguments: str) -> str:
    """In its own process: transformers warns when it is imported, which this one would take for an error."""
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT), "TRANSFORMERS_VERBOSITY": "error"}
    done = subprocess.run(
        [str(python), "-c", script, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout or done.stderr


LOADING = """
import sys
from listening.errors import EarshotError
from sentiment.encoder import Encoder, revision_of
for folder in sys.argv[1:]:
    try:
        encoder = Encoder.load(folder)
        assert encoder.revision == revision_of(folder)
        texts = ["good", "bad", "very bad", "", "bad " * 500]
        print(encoder.encode(texts).probabilities.argmax(axis=1).tolist())
    except EarshotError as error:
        print(type(error).__name__, error)
"""
MAKING = """
import sys, torch
from transformers import BertConfig, BertForSequenceClassification, BertModel
sizes = dict(vocab_size=7, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8,
             max_position_embeddings=160, pad_token_id=0, id2label={0: "POS", 1: "NEG", 2: "NEU"})
BertModel(BertConfig(**sizes)).save_pretrained(sys.argv[1])
model = BertForSequenceClassification(BertConfig(**sizes))
with torch.no_grad():
    model.classifier.weight.zero_()
    model.classifier.bias.copy_(torch.tensor([0.0, 9.0, 0.0]))
for folder in sys.argv[2:]:
    model.save_pretrained(folder)
print("made")
"""


def test_without_onnx_and_torch_it_says_what_to_install(tmp_path: Path) -> None:
    made = folder(tmp_path, LABELS)
    (made / "onnx" / "model.onnx").unlink()
    (made / "model.safetensors").write_bytes(b"weights")
    said = run(sys.executable, LOADING, str(made))
    if "cannot be loaded by transformers" in said:
        pytest.skip("torch is installed here")
    assert said.startswith(f"NotReady The model {made} has no ONNX file, and torch is not installed — run `pip install")


def test_a_vocabulary_is_enough_of_a_tokenizer(tmp_path: Path) -> None:
    made = folder(tmp_path, LABELS)
    (made / "tokenizer.json").unlink()
    pieces = ["[PAD]", "[UNK]", "good", "bad", "[CLS]", "[SEP]", "[MASK]"]
    (made / "vocab.txt").write_text("\n".join(pieces), encoding="utf-8")
    (made / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}', encoding="utf-8")
    assert run(sys.executable, LOADING, str(made)) == "[0, 1, 1, 2, 1]\n"


@pytest.mark.skipif(not WITH_TORCH.exists(), reason=f"{WITH_TORCH} is missing: `make train` installs torch there")
def test_torch_runs_what_has_no_onnx_file(tmp_path: Path) -> None:
    """In two processes for all cases: each takes long to begin."""
    headless, whole, damaged, coded = folders = [tmp_path / name for name in ("headless", "whole", "damaged", "coded")]
    assert run(WITH_TORCH, MAKING, *map(str, folders)) == "made\n"
    for place in folders:
        assert (place / "model.safetensors").is_file()
        tokenizer(place / "tokenizer.json")
    (damaged / "model.safetensors").write_bytes(b"weights")
    read = json.loads((coded / "config.json").read_text(encoding="utf-8"))
    read |= {"auto_map": {"AutoConfig": "own.Config", "AutoModelForSequenceClassification": "own.Model"}}
    (coded / "config.json").write_text(json.dumps(read | {"model_type": "our-own"}), encoding="utf-8")
    (coded / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n", encoding="utf-8")

    said = run(WITH_TORCH, LOADING, *map(str, folders)).splitlines()

    assert len(said) == len(folders), said
    assert said[0].startswith(f"ConfigError {headless} holds no trained classifier.")
    assert said[1] == "[0, 0, 0, 0, 0]", whole
    assert said[2].startswith(f"NotReady {damaged} cannot be loaded by transformers")
    assert said[3].startswith(f"NotReady {coded} cannot be loaded by transformers")
    assert not (tmp_path / "ran").exists(), "code that comes with a model was run"
