"""Each part of the ledger: what is written is read back, and what may not follow is refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from listening.alerting import Alert, Delivery, DeliveryState, Event, EventKind, Incident, Severity, opened
from listening.assessments import SentimentLabel
from listening.collecting import Cursor, Gap, GapReason, Position
from listening.errors import NotReady, StateConflict, UnreadableInput
from listening.posts import Identity
from listening.sentences import Name, Score, Sentence, Share, sentence, sentence_n
from listening.windows import DirtyWindow, HashtagRow, WindowRow
from store.ledger import Ledger, SourceState
from store.protocol import Tally
from tests.store.making import NOW

HOUR = timedelta(hours=1)


def row(brand: str = "acme", posts: int = 1, **more: Any) -> WindowRow:
    values: dict[str, Any] = {
        "start": NOW,
        "brand": brand,
        "platform": "x",
        "language": "en",
        "sentiment": SentimentLabel.NEGATIVE,
        "posts": posts,
        "stories": 1,
        "authors": 1,
        "reach": 10,
        "late": 0,
    }
    return WindowRow(**{**values, **more})


def alert(name: str = "one", brand: str = "acme") -> Alert:
    return Alert(
        rule="rule",
        brand=brand,
        severity=Severity.WARNING,
        title="Many complaints",
        counted="9 of 10",
        against="2 of 10",
        why_now="today",
        at=NOW,
        fingerprint=name,
        story="story",
        audience=("pr",),
        post_ids=("x:1",),
        values={"share": 0.9},
    )


def event(number: int, kind: EventKind, **more: Any) -> Event:
    return Event(number=number, kind=kind, at=NOW + HOUR, by="Ioana", **more)


def test_cursors(ledger: Ledger) -> None:
    cursor = Cursor("q1", {"a": Position("1", None, None), "b": Position(None, "9", "5")})
    assert ledger.cursors.get("acme", "x") is None
    ledger.cursors.set("acme", "x", cursor)
    ledger.cursors.set("acme", "y", Cursor("q1"))
    assert ledger.cursors.get("acme", "x") == cursor


def test_sources(ledger: Ledger) -> None:
    state = SourceState(brand="acme", platform="x", last_try=NOW, failing_since=NOW, last_error="away", posts_total=3)
    ledger.sources.note(replace(state, posts_total=1))
    ledger.sources.note(state)
    assert ledger.sources.get("acme", "x") == state
    assert ledger.sources.all() == [state]


def test_gaps_that_touch_an_interval(ledger: Ledger) -> None:
    gaps = [
        Gap(source="x", since=NOW - n * HOUR, until=NOW - (n - 1) * HOUR, reason=GapReason.OUTAGE) for n in (1, 2, 3)
    ]
    for gap in gaps:
        ledger.gaps.add("acme", gap)
    assert ledger.gaps.between((), NOW - HOUR, NOW) == [gaps[0]]
    assert ledger.gaps.between(("acme",), NOW - 2 * HOUR, NOW) == [gaps[1], gaps[0]]
    assert ledger.gaps.between(("beta",), NOW - 2 * HOUR, NOW) == []


# Windows


def test_a_window_is_dirty_until_its_newest_mark_is_counted(ledger: Ledger) -> None:
    ledger.windows.mark([("acme", NOW), ("acme", NOW - HOUR)])
    newest, older = ledger.windows.dirty()
    assert (newest.start, older.start) == (NOW, NOW - HOUR)
    assert ledger.windows.dirty(1) == [newest]
    ledger.windows.mark([("acme", NOW)])
    assert ledger.windows.replace(newest, Tally((row(posts=1),)))  # read before the second mark
    assert [dirty.start for dirty in ledger.windows.dirty()] == [NOW, NOW - HOUR]
    (again, _) = ledger.windows.dirty()
    assert ledger.windows.replace(again, Tally((row(posts=2),)))
    assert [dirty.start for dirty in ledger.windows.dirty()] == [NOW - HOUR]
    assert not ledger.windows.replace(newest, Tally((row(posts=1),)))  # a slow count of old
    assert [r.posts for r in ledger.windows.rows((), NOW, NOW + HOUR)] == [2]


def test_a_generation_never_comes_back(ledger: Ledger) -> None:
    ledger.windows.mark([("acme", NOW)])
    (first,) = ledger.windows.dirty()
    ledger.windows.replace(first, Tally())
    ledger.windows.mark([("acme", NOW)])
    (second,) = ledger.windows.dirty()
    assert second.generation > first.generation
    ledger.windows.replace(second, Tally((row(posts=2),)))
    assert not ledger.windows.replace(first, Tally())
    assert ledger.windows.dirty() == []


def test_a_window_is_rewritten_whole(ledger: Ledger) -> None:
    tag = HashtagRow(start=NOW, brand="acme", hashtag="fun", sentiment=SentimentLabel.POSITIVE, posts=2, authors=1)
    ledger.windows.mark([("acme", NOW)])
    (dirty,) = ledger.windows.dirty()
    ledger.windows.replace(dirty, Tally((row(), row(platform="y")), (tag,)))
    assert ledger.windows.hashtag_rows(("acme",), NOW, NOW + HOUR) == [tag]
    ledger.windows.mark([("acme", NOW)])
    (dirty,) = ledger.windows.dirty()
    ledger.windows.replace(dirty, Tally((row(platform="z"),)))
    assert ledger.windows.rows(("acme",), NOW, NOW + HOUR) == [row(platform="z")]
    assert ledger.windows.hashtag_rows((), NOW, NOW + HOUR) == []
    assert ledger.windows.first("acme") == NOW
    assert ledger.windows.first("beta") is None


def test_sealed_windows_stay(ledger: Ledger) -> None:
    ledger.windows.mark([("acme", NOW)])
    (dirty,) = ledger.windows.dirty()
    with pytest.raises(StateConflict, match="not counted"):
        ledger.windows.seal_before("acme", NOW + HOUR)
    ledger.windows.replace(dirty, Tally((row(),)))
    ledger.windows.seal_before("acme", NOW + HOUR)
    ledger.windows.seal_before("acme", NOW - HOUR)  # a seal never moves back
    ledger.windows.mark([("acme", NOW), ("beta", NOW)])
    assert [one.brand for one in ledger.windows.dirty()] == ["beta"]
    assert not ledger.windows.replace(DirtyWindow("acme", NOW, 9), Tally())
    assert ledger.windows.rows(("acme",), NOW, NOW + HOUR) == [row()]


@pytest.mark.parametrize(
    ("by", "sums"),
    [
        ("platform", [("x", 3, 20), ("y", 4, 10)]),
        ("brand", [("acme", 6, 20), ("beta", 1, 10)]),
        ("language", [("en", 7, 30)]),
        ("start", [(NOW, 3, 20), (NOW + HOUR, 4, 10)]),
    ],
)
def test_sums(ledger: Ledger, by: Any, sums: list[tuple[object, int, int]]) -> None:
    later = row(posts=4, platform="y", start=NOW + HOUR)
    for dirty, rows in (
        (DirtyWindow("acme", NOW, 1), (row(posts=2),)),
        (DirtyWindow("beta", NOW, 1), (row("beta", posts=1),)),
        (DirtyWindow("acme", NOW + HOUR, 1), (later,)),
    ):
        ledger.windows.mark([(dirty.brand, dirty.start)])
        assert ledger.windows.replace(dirty, Tally(rows))
    found = ledger.windows.sums((), NOW, NOW + 2 * HOUR, by)
    assert [(one.value, one.posts, one.reach) for one in found] == sums


# Incidents


def test_an_alert_keeps_what_its_sentences_are_made_of(ledger: Ledger) -> None:
    late = sentence_n("; %(n)s late", "; %(n)s late ones", 2)
    lines = {
        "counted": sentence("%(n)s of %(all)s (%(share)s)%(late)s", n=9, all=10, share=Share(0.9), late=late),
        "against": sentence("%(risk)s %(score)s", risk=Name("risk", "insult"), score=Score(0.5)),
        "why_now": sentence("at %(at)s by %(who)s", at=NOW, who='{"text": "nobody"}'),
    }
    ledger.incidents.open(opened("i1", replace(alert(), **lines)))
    read = ledger.incidents.get("i1").alerts[0]
    assert read == replace(alert(), **lines)
    assert read.counted == "9 of 10 (90 %); 2 late ones"
    for name, written in lines.items():
        found = getattr(read, name)
        assert isinstance(found, Sentence)
        assert (found.message, found.many, found.values) == (written.message, written.many, written.values)
    kept = read.counted.values["late"]  # type: ignore[attr-defined]  # a Sentence, see above
    assert isinstance(kept, Sentence)
    assert kept.values == {"n": 2}


def test_an_incident_is_its_log(ledger: Ledger) -> None:
    ledger.incidents.open(opened("i1", alert()))
    assert ledger.incidents.fired("rule", "one")
    assert not ledger.incidents.fired("rule", "two")
    ledger.incidents.append("i1", event(2, EventKind.GREW, alert=replace(alert("two"), severity=Severity.CRITICAL)))
    ledger.incidents.append("i1", event(3, EventKind.SILENCED, until=NOW + 2 * HOUR))
    ledger.incidents.append("i1", event(4, EventKind.ACKNOWLEDGED, note="mine"))
    incident = ledger.incidents.get("i1")
    assert incident.alerts == (alert(), replace(alert("two"), severity=Severity.CRITICAL))
    assert (incident.severity, incident.owner, incident.silenced_until) == (
        Severity.CRITICAL,
        "Ioana",
        NOW + 2 * HOUR,
    )
    assert ledger.incidents.fired("rule", "two")
    assert ledger.incidents.active("acme") == [incident]


def test_what_may_not_follow_is_refused_and_changes_nothing(ledger: Ledger) -> None:
    ledger.incidents.open(opened("i1", alert()))
    ledger.incidents.append("i1", event(2, EventKind.ACKNOWLEDGED))
    for wrong in (event(2, EventKind.NOTE), event(4, EventKind.NOTE), event(3, EventKind.ACKNOWLEDGED)):
        with pytest.raises(StateConflict):
            ledger.incidents.append("i1", wrong)
    assert len(ledger.incidents.get("i1").events) == 2
    with pytest.raises(StateConflict, match="recorded already"):
        ledger.incidents.open(opened("i2", alert()))
    with pytest.raises(StateConflict, match="no incident"):
        ledger.incidents.get("i2")


def test_lists_of_incidents(ledger: Ledger) -> None:
    def at(name: str, hours: int, brand: str = "acme") -> Incident:
        return opened(name, replace(alert(name, brand), at=NOW + hours * HOUR))

    for incident in (at("old", 0), at("new", 5), at("other", 9, "beta")):
        ledger.incidents.open(incident)
    ledger.incidents.append("old", event(2, EventKind.RESOLVED))
    assert [i.id for i in ledger.incidents.all(9)] == ["other", "new", "old"]
    assert [i.id for i in ledger.incidents.all(1, ("acme",))] == ["new"]
    assert [i.id for i in ledger.incidents.all(9, active_only=True)] == ["other", "new"]
    assert [i.id for i in ledger.incidents.active("acme")] == ["new"]
    assert [i.id for i in ledger.incidents.recent("acme", NOW + HOUR)] == ["new", "old"]
    assert [i.id for i in ledger.incidents.recent("acme", NOW + 2 * HOUR)] == ["new"]


def test_deliveries(ledger: Ledger) -> None:
    waiting = Delivery(
        incident_id="i1",
        channel="mail",
        key="k",
        reason="first",
        state=DeliveryState.WAITING,
        attempts=0,
        created_at=NOW,
        next_at=NOW,
        covers=1,
    )
    done = replace(waiting, channel="hook", state=DeliveryState.DELIVERED, delivered_at=NOW, attempts=2)
    for delivery in (waiting, done):
        ledger.deliveries.put(delivery)
    assert ledger.deliveries.of("i1") == [done, waiting]
    assert ledger.deliveries.pending() == [waiting]
    sending = replace(waiting, state=DeliveryState.SENDING, maybe_repeat=True)
    ledger.deliveries.put(sending)
    assert ledger.deliveries.get("i1", "mail") == sending
    assert ledger.deliveries.pending() == [sending]
    assert ledger.deliveries.get("i2", "mail") is None


# The rest


def test_one_transaction_for_several_parts(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.writing():
        ledger.cursors.set("acme", "x", Cursor("q1"))
        ledger.tombstones.add(["x:1"], "r", NOW)
        raise ZeroDivisionError
    assert ledger.cursors.get("acme", "x") is None
    assert ledger.tombstones.known(["x:1"]) == set()


def test_tombstones_hold_no_ids(ledger: Ledger) -> None:
    ledger.tombstones.add([f"x:{n}" for n in range(1_200)], "deleted", NOW)
    ledger.tombstones.add_author("abc", "erased", NOW)
    assert len(ledger.tombstones.known(f"x:{n}" for n in range(2_000))) == 1_200
    assert ledger.tombstones.known_authors(["abc", "x:1"]) == {"abc"}
    with ledger.writing() as connection:
        assert not [r for r in connection.execute(text("SELECT * FROM tombstones")) if "x:" in str(r)]


def test_the_vault(ledger: Ledger) -> None:
    def identity(number: int, author: str, **aliases: str) -> Identity:
        return Identity(
            post_id=f"x:{number}",
            author_key=author,
            handle="jane",
            display_name=None,
            profile_url=None,
            native_id=str(number),
            native_url=None,
            aliases=aliases,
        )

    ledger.vault.put([identity(1, "a"), identity(2, "a"), identity(3, "b", one="Eve", two="Adam")])
    assert ledger.vault.post("x:1") == identity(1, "a")
    assert ledger.vault.author("b") == identity(3, "b", one="Eve", two="Adam")
    assert ledger.vault.forget_mentions("@eve") == 1
    assert ledger.vault.post("x:3") == identity(3, "b", two="Adam")
    ledger.vault.erase_author("a")
    ledger.vault.erase_posts(["x:3"])
    assert [ledger.vault.post(f"x:{n}") for n in (1, 2, 3)] == [None, None, None]
    assert ledger.vault.author("a") is None


def test_a_dead_letter_that_does_not_exist(ledger: Ledger) -> None:
    with pytest.raises(UnreadableInput, match="no dead letter"):
        ledger.dead_letters.raw("nothing")


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE audit SET reason = 'another' WHERE number = 2",
        "UPDATE audit SET at = at + 1 WHERE number = 2",
        "DELETE FROM audit WHERE number = 2",
        "DELETE FROM audit WHERE number = 1",
    ],
)
def test_the_audit_log_notices_every_change(ledger: Ledger, harm: str) -> None:
    for n in range(4):
        ledger.audit.append("Ioana", "pr", "look", f"x:{n}", "attribution", f"case {n}", NOW)
    assert ledger.audit.verify() == 4
    with ledger.writing() as connection:
        connection.execute(text(harm))
    with pytest.raises(NotReady, match="broken at entry"):
        ledger.audit.verify()
