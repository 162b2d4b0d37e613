"""Turns finished runs into a model folder that Earshot ships, or into the teacher's folder for comparisons.

    python -m sentiment.training.export [--runs FOLDER ...] [--to FOLDER]
    python -m sentiment.training.export --teacher

Several runs become the mean of their weights. Temperatures and the threshold of `unsure` are chosen on one half of the
development posts, calibration errors are told of the other half. Test posts play no part.
"""

import argparse
import csv
import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import torch

from sentiment.cleaning import for_model
from sentiment.encoder import Encoder
from sentiment.evaluation import evaluate
from sentiment.labelled_rows import LabelledRow, read
from sentiment.locating import CHECKSUMS, sha256
from sentiment.training import base, calibrating, data, loop, student, vocabulary
from sentiment.training.answers import write_teacher
from sentiment.training.batches import padded
from sentiment.training.card import Scores, write_card
from sentiment.training.graph import EPSILON, HEADS, GraphWriter
from sentiment.training.network import Network
from sentiment.training.places import DATA, FIRST_LANGUAGES, LABELS, MODEL, POSITIONS, STUDENT, TEACHER, TEACHER_MODEL
from sentiment.training.smoothing import divisors

_DEV = DATA / "sentiment" / "dev.tsv.gz"
_SAMPLE = 512


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, nargs="+", default=sorted(STUDENT.parent.glob("last-*")))
    parser.add_argument("--to", type=Path, default=MODEL)
    parser.add_argument("--teacher", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(2)
    if options.teacher:
        _folder(TEACHER_MODEL, 12)
        write_teacher(TEACHER_MODEL / "model.onnx")
        _calibrate(TEACHER_MODEL)
        return
    spread = {run.name: _trial(run) for run in options.runs} if len(options.runs) > 1 else {}
    model, record = _mean(options.runs)
    agreement = _write(model, options.to, record["layers"])
    scores = _scores(options.to, spread)
    write_card(options.to / "README.md", record, scores, agreement)
    _seal(options.to)


def _mean(runs: list[Path]) -> tuple[Network, dict[str, object]]:
    """Models that began alike and parted only at the end may be averaged (Wortsman et al. 2022, model soups)."""
    states = [loop.finished(run) for run in runs]
    record = json.loads((runs[0] / "record.json").read_text(encoding="utf-8"))
    record["runs"] = {run.name: json.loads((run / "record.json").read_text(encoding="utf-8")) for run in runs}
    for name in ("long", "teacher"):
        folder = STUDENT if name == "long" else TEACHER
        record["runs"][name] = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    model = student.fresh(tuple(record["layers"]))
    mean = {name: torch.stack([state[name].float() for state in states]).mean(0) for name in states[0]}
    model.load_state_dict(mean, strict=False)
    return model.eval(), record


def _write(model: Network, folder: Path, layers: list[int]) -> float:
    _folder(folder, len(layers))
    state = {name: value.numpy() for name, value in model.trained().items()}
    graph = GraphWriter(state, base.word_blocks(vocabulary.kept_pieces()), len(layers), _divisors(model))
    graph.write(folder / "model.onnx")
    return _agreement(model, folder)


def _divisors(model: Network) -> dict[str, np.ndarray]:
    lines = [line for language in ("en", "ro", "ru", "he", "pl", "ar", "zh", "hi") for line in _lines(language)]
    tokenizer = vocabulary.tokenizer()
    return divisors(model.encoder, [np.array(tokenizer.encode(line).ids, np.int32) for line in lines])


def _lines(language: str) -> list[str]:
    return data.raw_lines(language, _SAMPLE // 8)


def _trial(run: Path) -> dict[str, float]:
    """What one run alone reaches on development posts: macro-F1 by language, before any calibration."""
    folder = run / "model"
    model, record = _mean([run])
    _write(model, folder, record["layers"])  # type: ignore[arg-type]
    rows = _development()
    said = np.log(Encoder.load(folder).encode([row.text for row in rows]).probabilities + 1e-12)
    labels = np.array([row.label for row in rows])
    by_language: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        by_language.setdefault(row.language, []).append(number)
    found = {name: calibrating.macro_f1(said[mine], labels[mine]) for name, mine in by_language.items()}
    return {"average": float(np.mean(list(found.values())))} | {name: found[name] for name in FIRST_LANGUAGES}


def _folder(folder: Path, layers: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CHECKSUMS).unlink(missing_ok=True)
    shutil.copyfile(vocabulary.tokenizer_file(), folder / "tokenizer.json")
    _write_json(folder / "tokenizer_config.json", _TOKENIZER)
    _write_json(folder / "config.json", _config(len(vocabulary.kept_pieces()), layers))


_TOKENIZER = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "bos_token": "<s>",
    "eos_token": "</s>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
    "model_max_length": 128,
}


def _config(pieces: int, layers: int) -> dict[str, object]:
    return {
        "model_type": "bert",
        "architectures": ["BertForSequenceClassification"],
        "vocab_size": pieces,
        "hidden_size": 384,
        "num_hidden_layers": layers,
        "num_attention_heads": HEADS,
        "intermediate_size": 1536,
        "hidden_act": "gelu",
        "max_position_embeddings": POSITIONS,
        "type_vocab_size": 1,
        "layer_norm_eps": EPSILON,
        "pad_token_id": 1,
        "id2label": dict(enumerate(LABELS)),
        "label2id": {label: number for number, label in enumerate(LABELS)},
        "earshot": {"calibration": {"*": {"temperature": 1.0}}, "unsure_below": 0.0},
    }


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _agreement(model: Network, folder: Path) -> float:
    """On how many of 600 posts eight bits and 32 say the same."""
    rows = _development()[::80][:600]
    encoded = Encoder.load(folder).encode([row.text for row in rows])
    tokenizer, words = vocabulary.tokenizer(), vocabulary.known_words()
    tokenizer.enable_truncation(128)
    same = 0
    for row, probabilities in zip(rows, encoded.probabilities, strict=True):
        tokens, mask = padded([np.array(tokenizer.encode(for_model(row.text, words)).ids)])
        with torch.inference_mode():
            same += int(model(tokens, mask)[0].argmax()) == int(probabilities.argmax())
    if same < 0.9 * len(rows):
        raise SystemExit(
            f"export: the graph and the network agree on {same} of {len(rows)} posts only; the graph is wrong."
        )
    return same / len(rows)


def _development() -> list[LabelledRow]:
    rows = []
    for row in read(_DEV):
        assert isinstance(row, LabelledRow), row
        rows.append(row)
    return rows


def _calibrate(folder: Path) -> dict[str, float]:
    """Writes what it chose into config.json; the calibration errors by language are those of posts it did not see."""
    rows = _development()
    labels, languages = np.array([row.label for row in rows]), [row.language for row in rows]
    raw = Encoder.load(folder).encode([row.text for row in rows]).probabilities
    logits = np.log(raw.astype(np.float64) + 1e-12)
    for_choice = np.arange(len(rows)) % 2 == 0
    chosen = [languages[row] for row in np.flatnonzero(for_choice)]
    found = calibrating.temperatures(logits[for_choice], labels[for_choice], chosen)
    scale = np.array([found.get(language, found["*"]) for language in languages])
    probabilities = calibrating.softmax(logits / scale[:, None])
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["earshot"] |= {
        "calibration": {language: {"temperature": value} for language, value in found.items()},
        "unsure_below": calibrating.unsure_below(probabilities, labels, languages),
    }
    _write_json(folder / "config.json", config)
    errors = {}
    for language in sorted(set(languages)):
        mine = ~for_choice & np.array([name == language for name in languages])
        errors[language] = calibrating.error(probabilities[mine], labels[mine])
    return errors


def _scores(folder: Path, spread: dict[str, dict[str, float]]) -> Scores:
    errors = _calibrate(folder)
    evaluation = evaluate([_DEV], Encoder.load(folder))
    scores = Scores(evaluation, _offensive_f1(Encoder.load(folder)), errors, spread)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["earshot"]["development_scores"] = {
        one.language: {
            "posts": one.support,
            "macro_f1": round(one.macro_f1, 3),
            "accuracy": round(one.accuracy, 3),
            "calibration_error": round(errors[one.language], 3),
        }
        for one in evaluation.languages
    }
    config["earshot"]["development_scores_offensive"] = scores.offensive
    _write_json(folder / "config.json", config)
    return scores


def _offensive_f1(encoder: Encoder) -> dict[str, float]:
    """Macro-F1 by language at one half."""
    by_language: dict[str, list[tuple[str, bool]]] = {}
    with gzip.open(DATA / "offensive" / "dev.tsv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            by_language.setdefault(row["lang"], []).append((row["text"], row["label"] == "offensive"))
    scores = {}
    for language, rows in sorted(by_language.items()):
        found = encoder.encode([text for text, _ in rows]).offensive
        assert found is not None
        said, true = found >= 0.5, np.array([label for _, label in rows])
        parts = [
            2 * (side(said) & side(true)).sum() / (side(said).sum() + side(true).sum())
            for side in (np.array, np.logical_not)
        ]
        scores[language] = round(float(np.mean(parts)), 3)
    return scores


def _seal(folder: Path) -> None:
    files = sorted(path for path in folder.iterdir() if path.name != CHECKSUMS)
    sums = "".join(f"{sha256(path)}  {path.name}\n" for path in files)
    (folder / CHECKSUMS).write_text(sums, encoding="utf-8")
    print(f"{folder}: {sum(path.stat().st_size for path in files) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
