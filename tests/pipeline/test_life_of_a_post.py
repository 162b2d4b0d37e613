"""The whole story once, quickly: from a file in the inbox to a message in somebody's outbox. Start reading here."""

import email
import email.policy
from datetime import timedelta
from pathlib import Path

import pytest

from listening.alerting import IncidentState
from listening.assessments import SentimentLabel
from listening.brands import Role, Viewer
from listening.errors import NotAllowed, StateConflict
from listening.query import parse
from pipeline import actions, erasing
from pipeline.cycle import run_cycle
from pipeline.wiring import House
from store.protocol import Filters, Search

from .conftest import NOW, Drop, crisis

PR = Viewer(role=Role.PR, purpose="on call")
HR = Viewer(role=Role.HR, purpose="culture")


def _messages(house: House) -> list[email.message.EmailMessage]:
    found = sorted((house.home / "outbox").rglob("*.eml"))
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in found]


def test_from_a_file_to_a_message(house: House, drop: Drop) -> None:
    drop("posts.jsonl", [*crisis(), _photo(), _elsewhere(), {"id": "broken", "platform": "x", "minutes_ago": 3}])

    cycle = run_cycle(house, NOW)

    # Collected: what matches the brand's query is here, what does not is not, what cannot be read is kept aside.
    (collected,) = cycle.collected
    assert (collected.new, collected.unreadable, collected.problem) == (16, 1, "")
    hits = house.reader.search(PR, Search(query=parse("#lifeatveldhaven"), limit=100))
    assert hits.total == 16
    assert {post.id for post in hits.posts} >= {"x:danger1", "x:photo1", "x:c000"}
    assert house.ledger.dead_letters.count() == 1

    # Nobody is named in it.
    assert not [post for post in hits.posts if "angry_person" in str(post)]

    # Judged: every post has an assessment; a photo and a hashtag have no sentiment.
    by_id = {post.id: post for post in hits.posts}
    photo = by_id["x:photo1"].assessment
    assert photo is not None
    assert photo.sentiment.label is SentimentLabel.NO_TEXT
    danger = by_id["x:danger1"].assessment
    assert danger is not None
    assert "safety-hazard" in {risk.category for risk in danger.risks}

    # Counted: the windows know what the posts know.
    rows = house.ledger.windows.rows(("veldhaven",), NOW - timedelta(days=1), NOW + timedelta(hours=1))
    assert sum(row.posts for row in rows) == 16
    assert not house.ledger.windows.dirty(10)

    # Alerted: one danger, one wave; each incident explains itself.
    incidents = house.reader.incidents(PR)
    assert {alert.rule for incident in incidents for alert in incident.alerts} == {"danger", "mostly-negative"}
    assert all(alert.counted and alert.against and alert.why_now for i in incidents for alert in i.alerts)

    # Delivered: one message an incident, with the posts and without a name.
    assert cycle.judged.delivered == len(incidents) == len(_messages(house))
    assert not [m for m in _messages(house) if "angry_person" in m.as_string() or "worried_person" in m.as_string()]


def test_a_second_cycle_changes_nothing(house: House, drop: Drop) -> None:
    drop("posts.jsonl", crisis())
    run_cycle(house, NOW)
    before = _state(house)

    again = run_cycle(house, NOW + timedelta(minutes=1))

    assert [(c.new, c.changed) for c in again.collected] == [(0, 0)]
    assert (again.judged.classified, again.judged.alerts, again.judged.delivered) == (0, 0, 0)
    assert _state(house) == before


def test_what_people_do_to_an_incident_can_be_undone(house: House, drop: Drop) -> None:
    drop("posts.jsonl", crisis())
    run_cycle(house, NOW)
    incident = house.reader.incidents(PR)[0]

    taken = actions.acknowledge(house, PR, "Ioana", incident.id, NOW)
    assert (taken.state, taken.owner) == (IncidentState.ACKNOWLEDGED, "Ioana")
    with pytest.raises(StateConflict, match="acknowledged"):
        actions.acknowledge(house, PR, "Noam", incident.id, NOW)
    assert actions.unacknowledge(house, PR, "Ioana", incident.id, NOW).owner is None
    assert actions.resolve(house, PR, "Ioana", incident.id, NOW).state is IncidentState.RESOLVED
    assert actions.reopen(house, PR, "Ioana", incident.id, NOW).state is IncidentState.OPEN
    with pytest.raises(NotAllowed, match="hr"):
        actions.acknowledge(house, HR, "Dana", incident.id, NOW)
    read_back = house.reader.incident(PR, incident.id)
    assert read_back is not None
    assert [event.kind for event in read_back.events][-4:] == ["acknowledged", "unacknowledged", "resolved", "reopened"]


def test_an_erased_author_is_gone_and_stays_away(house: House, drop: Drop) -> None:
    drop("posts.jsonl", crisis())
    run_cycle(house, NOW)
    assert _files_with(house.home, b"worried_person") == []  # nobody is named, not even in the inbox: the file is gone

    assert erasing.erase_author(house, "@worried_person", None, "desk", NOW) == 1

    house.close()
    assert _files_with(house.home, b"gas leak") == []
    assert _files_with(house.home, b"worried_person") == []
    drop("again.jsonl", crisis())
    run_cycle(house, NOW + timedelta(minutes=2))
    assert house.index.get(("x:danger1",)) == ()
    assert house.index.search(Search(filters=Filters(brands=("veldhaven",)))).total == 14


def test_old_posts_never_page(house: House, drop: Drop) -> None:
    drop("old.jsonl", crisis(minutes_ago=3 * 24 * 60))

    cycle = run_cycle(house, NOW)

    assert cycle.collected[0].new == 15
    assert (cycle.judged.alerts, cycle.judged.delivered) == (0, 0)


def _photo() -> dict[str, object]:
    return {
        "id": "photo1",
        "platform": "x",
        "author": "happy_person",
        "text": "#LifeAtVeldhaven https://pictures.example/1",
        "media": [{"type": "image", "alt": None}],
        "minutes_ago": 30,
    }


def _elsewhere() -> dict[str, object]:
    return {"id": "other1", "platform": "x", "author": "somebody", "text": "Nice weather today", "minutes_ago": 30}


def _state(house: House) -> object:
    """Everything that a person could see."""
    posts = tuple(house.index.stream(Search(order="oldest")))
    rows = house.ledger.windows.rows(("veldhaven",), NOW - timedelta(days=30), NOW + timedelta(days=1))
    incidents = house.reader.incidents(PR)
    deliveries = [house.reader.deliveries(PR, incident.id) for incident in incidents]
    return posts, sorted(map(repr, rows)), incidents, deliveries


def _files_with(folder: Path, needle: bytes) -> list[Path]:
    """Files below ``folder`` that hold ``needle``."""
    return [path for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()]
