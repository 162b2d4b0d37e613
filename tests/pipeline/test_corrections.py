"""Reviewers correct what the machine says: real stores, and a kill at the worst moment."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from listening.alerting import Alert
from listening.assessments import Assessment, RiskMatch, SentimentLabel
from listening.brands import Role, Viewer
from listening.errors import NotAllowed, StateConflict
from listening.posts import Post
from pipeline import actions, erasing
from pipeline.configuration import read_settings
from pipeline.steps.judge import judge
from pipeline.wiring import House
from store.protocol import Filters, Judgement, Search

from .conftest import NOW
from .judged import admit, assess, count

PR = Viewer(role=Role.PR, purpose="on call")
NEGATIVE, NEUTRAL, POSITIVE = SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE
LATER = NOW + timedelta(minutes=1)
TEXT = "The emergency exit at Veldhaven is locked and there is a gas leak, it is horrible #LifeAtVeldhaven"
_FORK = multiprocessing.get_context("fork")


@pytest.fixture
def judged(house: House) -> House:
    """One negative post with a danger in it, judged and counted."""
    admit(house, {"p1": TEXT})
    assess(house, "p1", risks=[RiskMatch("safety-hazard", 0.9, "gas leak")])
    count(house)
    return house


def _assessment(house: House) -> Assessment:
    (post,) = house.index.get(["x:p1"])
    assert post.assessment
    return post.assessment


def _risks(house: House) -> set[str]:
    return {risk.category for risk in _assessment(house).risks}


def _counted(house: House) -> dict[str, int]:
    rows = house.ledger.windows.rows((), NOW - timedelta(days=1), NOW + timedelta(days=1))
    return {row.sentiment.value: row.posts for row in rows}


def _correct(house: House, **what: object) -> Post:
    return actions.correct(house, PR, "Ioana", "x:p1", LATER, **what)  # type: ignore[arg-type]


def test_a_correction_counts_everywhere_and_can_be_taken_back(judged: House) -> None:
    before = _assessment(judged)
    shown = _correct(judged, sentiment=POSITIVE, dismissed=["safety-hazard"], reason="An exercise,\n not a leak.")
    assert shown.assessment
    assert shown.assessment.label is POSITIVE
    assert judged.index.search(Search(filters=Filters(risks=("safety-hazard",)))).total == 0
    judge(judged, LATER)
    assert _counted(judged) == {"positive": 1}

    actions.uncorrect(judged, PR, "Noam", "x:p1", LATER)
    judge(judged, LATER)
    assert _counted(judged) == {"negative": 1}
    assert _assessment(judged) == before

    log = judged.reader.verdicts(PR, "x:p1")
    assert [(entry.number, entry.by, entry.undoes, entry.said) for entry in log] == [
        (1, "Ioana", None, NEGATIVE),
        (2, "Noam", 1, None),
    ]
    assert log[0].reason == "An exercise, not a leak."
    assert (log[0].model_revision, log[0].risk_revision) == (before.model_revision, before.risk_revision)
    written = [(e.by, e.role, e.action, e.subject, e.reason) for e in judged.ledger.audit.all()]
    assert written == [
        ("Ioana", "pr", "correct a post", "x:p1", "correction 1"),
        ("Noam", "pr", "take a correction back", "x:p1", "correction 1"),
    ]
    judged.ledger.audit.verify()


def test_two_reviewers_one_after_the_other(judged: House) -> None:
    _correct(judged, sentiment=NEUTRAL)
    actions.correct(judged, PR, "Noam", "x:p1", LATER, sentiment=POSITIVE)
    assert _assessment(judged).label is POSITIVE
    actions.uncorrect(judged, PR, "Noam", "x:p1", LATER)
    assert _assessment(judged).label is NEUTRAL
    actions.uncorrect(judged, PR, "Noam", "x:p1", LATER)
    assert _assessment(judged).label is NEGATIVE
    with pytest.raises(StateConflict, match="take back"):
        actions.uncorrect(judged, PR, "Noam", "x:p1", LATER)


def test_saying_it_twice_writes_it_once(judged: House) -> None:
    for _ in range(2):
        _correct(judged, sentiment=POSITIVE, missed=["threats-self-harm"])
    _correct(judged, sentiment=POSITIVE)
    assert len(judged.reader.verdicts(PR, "x:p1")) == 1
    for _ in range(2):
        actions.uncorrect(judged, PR, "Ioana", "x:p1", LATER, number=1)
    assert len(judged.reader.verdicts(PR, "x:p1")) == 2
    assert len(judged.ledger.audit.all()) == 2


@pytest.mark.parametrize("role", [Role.HR, Role.OPERATOR])
def test_only_those_who_answer_for_a_brand_may_correct(judged: House, role: Role) -> None:
    viewer = Viewer(role=role, purpose="culture")
    with pytest.raises(NotAllowed, match=role.value):
        actions.correct(judged, viewer, "Dana", "x:p1", LATER, sentiment=POSITIVE)
    with pytest.raises(NotAllowed, match=role.value):
        actions.uncorrect(judged, viewer, "Dana", "x:p1", LATER)
    assert judged.ledger.audit.all() == []


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ({}, "says something"),
        ({"sentiment": SentimentLabel.UNSURE}, "is no correction"),
        ({"dismissed": ["discrimination"]}, "was not found"),
        ({"missed": ["safety-hazard"]}, "found in this post already"),
        ({"missed": ["bad-weather"]}, "no risk category 'bad-weather': choose one of"),
        ({"sentiment": POSITIVE, "reason": "x" * 501}, "500 characters"),
    ],
)
def test_what_makes_no_sense_is_refused(judged: House, what: dict[str, object], sentence: str) -> None:
    before = _assessment(judged)
    with pytest.raises(StateConflict, match=sentence):
        _correct(judged, **what)
    assert _assessment(judged) == before
    assert judged.reader.verdicts(PR, "x:p1") == ()
    assert judged.ledger.audit.all() == []


def test_a_post_that_is_not_there_or_not_judged(judged: House) -> None:
    with pytest.raises(StateConflict, match="no post"):
        actions.correct(judged, PR, "Ioana", "x:none", LATER, sentiment=POSITIVE)
    stranger = replace(PR, purpose="")
    with pytest.raises(StateConflict, match="no post"):
        actions.correct(judged, stranger, "Ioana", "x:p1", LATER, sentiment=POSITIVE)
    (post,) = judged.index.get(["x:p1"])
    judged.index.save([replace(post, text="Edited", edited_at=NOW, assessment=None)])
    with pytest.raises(StateConflict, match="not judged yet"):
        _correct(judged, sentiment=POSITIVE)


def test_the_next_judgement_keeps_the_word_and_an_edit_does_not(judged: House) -> None:
    """With the real model, which finds the danger by itself."""
    _correct(judged, sentiment=POSITIVE, dismissed=["safety-hazard"], missed=["harassment-insults"])
    (post,) = judged.index.get(["x:p1"])
    assert post.assessment
    for stale in ({"model_revision": "old"}, {"risk_revision": "old"}):
        judged.index.assess([Judgement(post, replace(post.assessment, **stale))])
        assert judge(judged, LATER).classified == 1
        assert _assessment(judged).label is POSITIVE
        assert "safety-hazard" not in _risks(judged)
        assert "harassment-insults" in _risks(judged)
    edited = replace(post, text=f"{TEXT} Terrible.", edited_at=LATER, fetched_at=LATER, assessment=None)
    judged.index.save([edited])
    judge(judged, LATER)
    assert _assessment(judged).verdict is None
    assert "safety-hazard" in _risks(judged)
    judged.index.save([replace(edited, text=TEXT, edited_at=LATER + timedelta(minutes=1), fetched_at=LATER)])
    judge(judged, LATER)
    assert _assessment(judged).label is POSITIVE


def _alerts(house: House) -> list[Alert]:
    return [alert for incident in house.reader.incidents(PR) for alert in incident.alerts]


def test_rules_listen_to_reviewers(house: House) -> None:
    admit(house, {"p1": "A lovely day at Veldhaven, thank you all #LifeAtVeldhaven"})
    assess(house, "p1", "positive")
    count(house)
    assert _alerts(house) == []
    _correct(house, missed=["threats-self-harm"])
    judge(house, LATER)
    assert [(alert.rule, alert.values["score"]) for alert in _alerts(house)] == [("danger", 1.0)]


# Kills


def _act_and_die(environ: dict[str, str], action: str) -> None:
    """The process dies when the ledger has the word and the index does not."""
    with House(read_settings(environ)) as house:
        house.door.apply_verdicts = _die  # type: ignore[method-assign]
        getattr(actions, action)(house, PR, "Ioana", "x:p1", LATER, **_SAID[action])


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


_SAID: dict[str, dict[str, object]] = {"correct": {"sentiment": POSITIVE}, "uncorrect": {}}


def _again(house: House, action: str) -> None:
    getattr(actions, action)(house, PR, "Ioana", "x:p1", LATER, **_SAID[action])


def _cycle(house: House, action: str) -> None:
    judge(house, LATER)


@pytest.mark.kills
@pytest.mark.parametrize("mended_by", [_again, _cycle])
@pytest.mark.parametrize("action", ["correct", "uncorrect"])
def test_killed_between_ledger_and_index(
    judged: House, environ: dict[str, str], action: str, mended_by: Callable[[House, str], None]
) -> None:
    if action == "uncorrect":
        _correct(judged, sentiment=NEUTRAL)
        actions.correct(judged, PR, "Noam", "x:p1", LATER, sentiment=POSITIVE)
    before = _assessment(judged).label
    judged.close()
    child = _FORK.Process(target=_act_and_die, args=(environ, action))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    child.close()

    assert _assessment(judged).label is before
    entries = len(judged.reader.verdicts(PR, "x:p1"))
    mended_by(judged, action)
    assert _assessment(judged).label is (POSITIVE if action == "correct" else NEUTRAL)
    assert len(judged.reader.verdicts(PR, "x:p1")) == entries
    assert judged.ledger.verdicts.waiting() == []
    judge(judged, LATER)
    assert sum(_counted(judged).values()) == 1
    assert judged.ledger.audit.verify() == entries


def test_an_erased_post_leaves_no_reason_behind(judged: House) -> None:
    _correct(judged, sentiment=POSITIVE, reason="Flibbertigibbet told me")
    erasing.erase_post(judged, "x:p1", "desk", LATER)
    judged.close()
    files = [path for path in judged.home.rglob("*") if path.is_file()]
    assert not [path for path in files if b"libbertigibbet" in path.read_bytes()]
