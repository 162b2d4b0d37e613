"""What reviewers may say, what it does to an assessment, and that all of it can be taken back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.assessments import Assessment, RiskMatch, Sentiment, SentimentLabel
from listening.brands import Role
from listening.errors import StateConflict
from listening.verdicts import LONGEST_REASON, Verdict, Word, as_found, follow, reviewed, standing, word

from .examples import NOON

NEGATIVE, POSITIVE = SentimentLabel.NEGATIVE, SentimentLabel.POSITIVE
FOUND = Assessment(
    language="en",
    sentiment=Sentiment(NEGATIVE, {"negative": 0.8}),
    offensive=0.1,
    risks=(RiskMatch("insult", 0.9, "fool"), RiskMatch("threat", 0.7, "hit")),
    model_revision="m",
    risk_revision="r",
    vector=b"12",
)


def entry(number: int = 1, **more: object) -> Verdict:
    values = {"number": number, "by": "Ioana", "role": Role.PR, "at": NOON, "text": "t", **more}
    return Verdict(**values)  # type: ignore[arg-type]


NO = {
    "it says nothing": entry(),
    "a label that nobody may give": entry(sentiment=SentimentLabel.UNSURE),
    "both": entry(dismissed=("a",), missed=("b", "a")),
    "another number": entry(2, sentiment=POSITIVE),
    "nothing to undo": entry(undoes=1),
    "a novel": entry(sentiment=POSITIVE, reason="x" * (LONGEST_REASON + 1)),
}


@pytest.mark.parametrize("verdict", NO.values(), ids=NO)
def test_what_may_not_come_first(verdict: Verdict) -> None:
    with pytest.raises(StateConflict):
        follow((), verdict)


def test_a_correction_is_taken_back_once() -> None:
    log = follow((), entry(1, sentiment=POSITIVE))
    log = follow(log, entry(2, undoes=1))
    assert standing(log) == ()
    for wrong in (1, 2, 3):
        with pytest.raises(StateConflict, match="take back"):
            follow(log, entry(3, undoes=wrong))


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ([], Word()),
        ([entry(1, sentiment=POSITIVE)], Word(POSITIVE)),
        ([entry(1, sentiment=POSITIVE), entry(2, sentiment=NEGATIVE)], Word(NEGATIVE)),
        ([entry(1, sentiment=POSITIVE), entry(2, sentiment=NEGATIVE), entry(3, undoes=2)], Word(POSITIVE)),
        ([entry(1, sentiment=POSITIVE), entry(2, dismissed=("a",))], Word(POSITIVE, frozenset("a"))),
        ([entry(1, missed=("a", "b")), entry(2, dismissed=("a",))], Word(None, frozenset("a"), frozenset("b"))),
        ([entry(1, dismissed=("a",)), entry(2, missed=("a",))], Word(None, frozenset(), frozenset("a"))),
        ([entry(1, sentiment=POSITIVE, text="other")], Word()),
        ([entry(1, sentiment=POSITIVE), entry(2, sentiment=NEGATIVE, text="other")], Word(POSITIVE)),
    ],
)
def test_the_newest_that_stands_counts(log: list[Verdict], said: Word) -> None:
    assert word(log, "t") == said
    assert bool(said) == (said != Word())


def test_a_reviewers_word_outranks_the_model() -> None:
    seen = reviewed(FOUND, Word(POSITIVE, frozenset({"insult"}), frozenset({"hazard", "threat"})))
    assert (seen.label, seen.sentiment) == (POSITIVE, FOUND.sentiment)
    assert [(risk.category, risk.score, risk.found_by) for risk in seen.risks] == [
        ("hazard", 1.0, "reviewer"),
        ("threat", 1.0, "reviewer"),
    ]
    assert seen.overruled == FOUND.risks
    assert seen.vector == FOUND.vector


_CATEGORIES = st.frozensets(st.sampled_from(["insult", "threat", "hazard"]))


@given(st.none() | st.sampled_from([NEGATIVE, POSITIVE]), _CATEGORIES, _CATEGORIES)
def test_all_of_it_can_be_taken_back(
    sentiment: SentimentLabel | None, dismissed: frozenset[str], missed: frozenset[str]
) -> None:
    said = Word(sentiment, dismissed - missed, missed)
    seen = reviewed(FOUND, said)
    assert as_found(seen) == FOUND
    assert reviewed(as_found(seen), said) == seen
    assert not {risk.category for risk in seen.risks} & said.dismissed
    assert missed <= {risk.category for risk in seen.risks}
    assert as_found(replace(FOUND, verdict=None)) == FOUND
