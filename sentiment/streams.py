"""JSON Lines in, JSON Lines out: what `earshot classify` does, in memory that does not grow with the stream."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from listening.assessments import Assessment
from sentiment.judge import Judge, TextToJudge

# Enough for batches of like length; little enough that whoever feeds a pipe slowly sees answers.
_CHUNK = 256
# The longest post of any platform is 40,000 characters. A longer line is a file of another kind.
_LONGEST_LINE = 4_000_000


@dataclass(frozen=True, slots=True)
class _Asked:
    line: int
    id: Any
    text: TextToJudge


@dataclass(frozen=True, slots=True)
class _Refused:
    line: int
    id: Any
    reason: str


def classify(source: BinaryIO, judge: Judge) -> Iterator[str]:
    """One JSON object a line of input, in order, without line ends. A line that cannot be judged gives an object with
    `error`, a sentence with its line number, and the others go on. Empty lines are skipped."""
    asked = _asked(_lines(source))
    while chunk := list(islice(asked, _CHUNK)):
        assessments = iter(judge.judge([one.text for one in chunk if isinstance(one, _Asked)]))
        for one in chunk:
            answer = as_json(one.id, next(assessments)) if isinstance(one, _Asked) else _complaint(one)
            yield json.dumps(answer, ensure_ascii=False)


def as_json(id: Any, assessment: Assessment) -> dict[str, Any]:
    return {
        "id": id,
        "language": assessment.language,
        "sentiment": {"label": assessment.sentiment.label.value, "scores": dict(assessment.sentiment.scores)},
        "offensive": assessment.offensive,
        "risks": [
            {"category": risk.category, "score": risk.score, "evidence": risk.evidence, "found_by": risk.found_by}
            for risk in assessment.risks
        ],
        "revision": f"{assessment.model_revision}+{assessment.risk_revision}",
    }


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines; None for one that is too long, whose rest is passed over in pieces."""
    number = 0
    while line := source.readline(_LONGEST_LINE):
        number += 1
        if len(line) < _LONGEST_LINE or line.endswith(b"\n"):
            if line.strip():
                yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = source.readline(_LONGEST_LINE)
        yield number, None


def _asked(lines: Iterable[tuple[int, bytes | None]]) -> Iterator[_Asked | _Refused]:
    for number, line in lines:
        if line is None:
            yield _Refused(number, None, f"longer than {_LONGEST_LINE:,} bytes — is this JSON Lines?")
            continue
        try:
            found = json.loads(line.decode("utf-8-sig"))
        except UnicodeDecodeError:
            yield _Refused(number, None, "not UTF-8 — save the file as UTF-8.")
        except (ValueError, RecursionError):
            yield _Refused(number, None, 'not JSON — write one object a line, such as {"text": "…"}.')
        else:
            yield _understood(number, found)


def _understood(number: int, found: Any) -> _Asked | _Refused:
    if not isinstance(found, dict):
        return _Refused(number, None, 'not a JSON object — write {"text": "…"}.')
    id, text, language = found.get("id"), found.get("text"), found.get("lang")
    if not isinstance(text, str):
        return _Refused(number, id, "'text' is missing or not a string — give every line its text.")
    if language is not None and not isinstance(language, str):
        return _Refused(number, id, "'lang' is not a string — write a code such as \"en\", or leave it out.")
    return _Asked(number, id, TextToJudge(_whole(text), language or None))


def _whole(text: str) -> str:
    """JSON may hold half of a surrogate pair, which no tokenizer and no UTF-8 output can take."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _complaint(refused: _Refused) -> dict[str, Any]:
    return {"id": refused.id, "error": f"Line {refused.line}: {refused.reason}"}
