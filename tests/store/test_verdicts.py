"""Reviewers' words in the ledger and on their way into the index."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from listening.assessments import RiskMatch, SentimentLabel
from listening.brands import Role, Viewer
from listening.errors import NotReady, StateConflict
from listening.posts import Post
from listening.verdicts import Verdict, Word
from store.ledger import Ledger
from store.ledger.ledger import VERSION
from store.protocol import Filters, Judgement, Saved, Search
from store.reading import Reader
from tests.store.making import NOW, assessment, native, page, post, risky

from .conftest import ACME, Store, files_with

HOUR = timedelta(hours=1)
NEGATIVE, NEUTRAL, POSITIVE = SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE
VECTOR = bytes(range(1, 129)) * 3


def verdict(store: Store, number: int = 1, about: Post | None = None, **more: Any) -> Verdict:
    values: dict[str, Any] = {
        "number": number,
        "by": "Ioana",
        "role": Role.PR,
        "at": NOW + number * HOUR,
        "text": store.ledger.verdicts.hash_of(about or post()),
        "model_revision": "m1",
        "risk_revision": "k1",
        **more,
    }
    return Verdict(**values)


def put(store: Store, stored: Post | None = None, **more: Any) -> Post:
    """A judged post, its window counted."""
    stored = stored or post()
    store.index.save([stored])
    store.door.judge([Judgement(stored, assessment(**more))], NOW)
    store.recount()
    return store.index.get([stored.id])[0]


def correct(store: Store, *verdicts: Verdict) -> None:
    for one in verdicts:
        store.ledger.verdicts.append("x:1", one)
    store.door.apply_verdicts(["x:1"], NOW)


def counted(store: Store) -> dict[str, int]:
    return {row.sentiment.value: row.posts for row in store.ledger.windows.rows((), NOW, NOW + HOUR)}


def test_a_log_is_read_back_as_it_was_written(ledger: Ledger, store: Store) -> None:
    whole = verdict(
        store, sentiment=POSITIVE, dismissed=("a", "b"), missed=("c",), reason="Irony: „ce frumos”", said=NEGATIVE
    )
    undo = verdict(store, 2, undoes=1)
    assert ledger.verdicts.append("x:1", whole) == (whole,)
    ledger.verdicts.append("x:1", undo)
    ledger.verdicts.append("x:2", whole)
    assert ledger.verdicts.log("x:1") == (whole, undo)
    assert ledger.verdicts.logs(["x:1", "x:2", "x:3"]) == {"x:1": (whole, undo), "x:2": (whole,)}
    assert ledger.verdicts.newest(["x:1", "x:2", "x:3"]) == {"x:1": 2, "x:2": 1}
    assert ledger.verdicts.recent(2) == [("x:1", undo), ("x:1", whole)]
    assert list(ledger.verdicts.post_ids()) == [["x:1", "x:2"]]
    ledger.verdicts.erase_posts(["x:1"])
    assert ledger.verdicts.log("x:1") == ()
    assert ledger.verdicts.waiting() == ["x:2"]


def test_what_may_not_follow_is_not_written(ledger: Ledger, store: Store) -> None:
    ledger.verdicts.append("x:1", verdict(store, sentiment=POSITIVE))
    for wrong in (verdict(store, 1, sentiment=NEUTRAL), verdict(store, 2, undoes=7), verdict(store, 2)):
        with pytest.raises(StateConflict):
            ledger.verdicts.append("x:1", wrong)
    assert len(ledger.verdicts.log("x:1")) == 1


def test_a_verdict_that_came_meanwhile_goes_on_waiting(ledger: Ledger, store: Store) -> None:
    ledger.verdicts.append("x:1", verdict(store, sentiment=POSITIVE))
    ledger.verdicts.append("x:1", verdict(store, 2, sentiment=NEUTRAL))
    ledger.verdicts.settled([("x:1", 1)])
    assert ledger.verdicts.waiting() == ["x:1"]
    ledger.verdicts.settled([("x:1", 2)])
    assert ledger.verdicts.waiting() == []


def test_a_word_outranks_the_model_in_index_and_windows(store: Store) -> None:
    found = put(store, risks=(RiskMatch("insult", 0.9, "fool"), RiskMatch("safety", 0.8, "gas")), vector=VECTOR)
    assert counted(store) == {"negative": 1}
    correct(store, verdict(store, sentiment=POSITIVE, dismissed=("safety",), missed=("threat",)))
    store.recount()
    assert counted(store) == {"positive": 1}
    assert store.index.search(Search(filters=Filters(sentiments=("negative",)))).total == 0
    for risk, total in (("safety", 0), ("insult", 1), ("threat", 1)):
        assert store.index.search(Search(filters=Filters(risks=(risk,)))).total == total
    (stored,) = store.index.get(["x:1"])
    assert stored.assessment
    assert (stored.assessment.label, stored.assessment.sentiment.label) == (POSITIVE, NEGATIVE)
    assert stored.assessment.vector == VECTOR
    assert store.ledger.verdicts.waiting() == []

    correct(store, verdict(store, 2, undoes=1))
    store.recount()
    assert counted(store) == {"negative": 1}
    assert store.index.get(["x:1"])[0].assessment == found.assessment


@pytest.mark.parametrize("revisions", [{"model_revision": "m2"}, {"risk_revision": "k2"}])
def test_another_model_or_risk_revision_keeps_the_word(store: Store, revisions: dict[str, str]) -> None:
    put(store, risks=risky("safety"))
    correct(store, verdict(store, sentiment=POSITIVE, dismissed=("safety",), missed=("threat",)))
    (waiting,) = store.index.unjudged("m2", "k1", 9)
    assert waiting.assessment
    kept = replace(waiting.assessment, risks=risky("insult", "safety"), **revisions)
    store.door.judge([Judgement(waiting, kept)], NOW)
    (stored,) = store.index.get(["x:1"])
    assert stored.assessment
    assert stored.assessment.verdict is POSITIVE
    assert [risk.category for risk in stored.assessment.risks] == ["threat", "insult"]
    assert [risk.category for risk in stored.assessment.overruled] == ["safety"]


def test_an_edited_text_is_judged_anew_and_the_log_stays(store: Store) -> None:
    put(store)
    correct(store, verdict(store, sentiment=POSITIVE))
    edited = put(store, post(1, "Quite another day", edited_at=NOW + HOUR))
    assert edited.assessment == assessment()
    assert len(store.ledger.verdicts.log("x:1")) == 1
    back = put(store, post(1, edited_at=NOW + 2 * HOUR))
    assert back.assessment
    assert back.assessment.label is POSITIVE


def test_new_counts_of_the_same_text_keep_the_word(store: Store) -> None:
    store.door.admit(page(native(1)), ACME, "x", NOW)
    stored = store.index.get(["x:1"])[0]
    put(store, stored)
    correct(store, verdict(store, about=stored, sentiment=POSITIVE))
    store.door.admit(page(native(1, fetched_at=NOW + HOUR)), ACME, "x", NOW + HOUR)
    (after,) = store.index.get(["x:1"])
    assert after.assessment
    assert after.assessment.label is POSITIVE


def test_a_word_said_while_the_model_judges_is_not_lost(store: Store) -> None:
    put(store)
    index = _Meanwhile(store)
    store.door._index = index  # type: ignore[assignment]  # a real index, and a colleague at the worst moment
    store.door.judge([Judgement(post(), assessment(model_revision="m2"))], NOW)
    (after,) = store.index.get(["x:1"])
    assert after.assessment
    assert (after.assessment.verdict, after.assessment.model_revision) == (POSITIVE, "m2")
    assert store.ledger.verdicts.waiting() == []


class _Meanwhile:
    """The store's index; just before the first write, somebody corrects the post and their write comes first."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._done = False

    def assess(self, judged: Sequence[Judgement]) -> int:
        if not self._done:
            self._done = True
            correct(self._store, verdict(self._store, sentiment=POSITIVE))
        return self._store.index.assess(judged)

    def get(self, ids: Sequence[str]) -> tuple[Post, ...]:
        return self._store.index.get(ids)

    def save(self, posts: Sequence[Post]) -> Saved:
        return self._store.index.save(posts)


def test_what_was_cut_off_is_finished_by_whoever_comes_next(store: Store) -> None:
    put(store)
    store.ledger.verdicts.append("x:1", verdict(store, sentiment=POSITIVE))  # and then the power went
    assert store.ledger.verdicts.waiting() == ["x:1"]
    for _ in range(2):
        store.door.apply_verdicts(store.ledger.verdicts.waiting(), NOW)
        (after,) = store.index.get(["x:1"])
        assert after.assessment
        assert after.assessment.label is POSITIVE
        assert store.ledger.verdicts.waiting() == []


@pytest.mark.parametrize("way", ["erase the post", "erase the author", "expire", "deleted upstream"])
def test_verdicts_go_with_their_post(store: Store, way: str) -> None:
    store.door.admit(page(native(1, "Quixotically #acme")), ACME, "x", NOW)
    stored = store.index.get(["x:1"])[0]
    put(store, stored, vector=VECTOR)
    correct(store, verdict(store, about=stored, sentiment=POSITIVE, reason="Flibbertigibbet said so"))
    assert files_with(store.home, "flibbertigibbet")
    match way:
        case "erase the post":
            store.door.erase_post("x:1", "desk", NOW)
        case "erase the author":
            store.door.erase_author("somebody", None, "desk", NOW)
        case "expire":
            store.door.expire("acme", [stored], NOW)
        case _:
            store.door.remove(["x:1"], "deleted", NOW)
    assert store.ledger.verdicts.log("x:1") == ()
    assert list(store.ledger.verdicts.post_ids()) == []
    store.index.compact()
    store.ledger.compact()
    assert files_with(store.home, "flibbertigibbet", "quixotically") == []
    assert not any(VECTOR in path.read_bytes() for path in store.home.rglob("*") if path.is_file())


def test_a_word_on_a_post_that_is_gone_goes_too(store: Store) -> None:
    put(store)
    store.index.remove(["x:1"])
    correct(store, verdict(store, sentiment=POSITIVE))
    assert store.ledger.verdicts.log("x:1") == ()
    assert store.ledger.verdicts.waiting() == []


def test_the_hash_tells_nothing_and_tells_texts_apart(store: Store, tmp_path: Path) -> None:
    one = store.ledger.verdicts.hash_of
    assert one(post(1, "A", title="B")) != one(post(1, "AB"))
    assert one(post(1, "A")) == one(post(2, "A", edited_at=NOW))
    other = Store(tmp_path / "other")
    try:
        assert other.ledger.verdicts.hash_of(post(1, "A")) != one(post(1, "A"))
    finally:
        other.close()


@pytest.mark.parametrize(("role", "seen"), [(Role.PR, 1), (Role.ADMIN, 1), (Role.HR, 0)])
def test_hr_does_not_see_who_said_what(store: Store, role: Role, seen: int) -> None:
    put(store, post(hashtags=("acmeLife",)))
    correct(store, verdict(store, about=post(hashtags=("acmeLife",)), sentiment=POSITIVE))
    reader = Reader(store.index, store.ledger, (ACME,))
    viewer = Viewer(role=role, purpose="care")
    shown = reader.post(viewer, "x:1")
    assert shown
    assert shown.assessment
    assert shown.assessment.label is POSITIVE
    assert len(reader.verdicts(viewer, "x:1")) == seen
    assert reader.verdicts(replace(viewer, purpose=""), "x:1") == ()


def test_a_ledger_of_an_earlier_earshot_is_brought_up_to_date(store: Store) -> None:
    url = f"sqlite:///{store.home / 'ledger.db'}"
    store.ledger.windows.mark([("acme", NOW)])
    store.ledger.close()
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in (
            "DROP TABLE verdicts",
            "DROP TABLE verdicts_waiting",
            "UPDATE schema_version SET version = 1",
        ):
            connection.execute(text(statement))
    engine.dispose()
    for _ in range(2):
        opened = Ledger.open(url, store.keys)
        assert [dirty.brand for dirty in opened.windows.dirty()] == ["acme"]
        assert opened.verdicts.words([post()]) == {}
        opened.close()
    engine = create_engine(url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version FROM schema_version")).scalars().all() == [VERSION]
        connection.execute(text("UPDATE schema_version SET version = 99"))
    engine.dispose()
    with pytest.raises(NotReady, match="newer Earshot"):
        Ledger.open(url, store.keys)


def test_words_are_those_of_the_text_as_it_is_now(store: Store) -> None:
    store.ledger.verdicts.append("x:1", verdict(store, sentiment=POSITIVE))
    assert store.ledger.verdicts.words([post(), post(2)]) == {"x:1": Word(POSITIVE)}
    assert store.ledger.verdicts.words([post(1, "Edited")]) == {}
