"""A house with real stores in a folder of its own, filled through the write door as the pipeline fills it."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from alerts import sentences
from listening.alerting import Alert, Delivery, DeliveryState, Event, EventKind, Severity, opened
from listening.assessments import Assessment, RiskMatch, Sentiment, SentimentLabel
from listening.brands import Role
from listening.collecting import Gap, GapReason, Page
from listening.hashtags import find_hashtags
from listening.posts import Author, Counts, Kind, NativePost, Post
from listening.settings import BrandSettings, DashboardSettings, RiskRule, Settings
from pipeline.wiring import House
from store.ledger.sources import SourceState
from store.protocol import Judgement

NOW = datetime(2026, 11, 22, 15, 40, tzinfo=UTC)
EXAMPLE = Path(__file__).parents[2] / "examples" / "hollenbrook" / "posts.jsonl"
ALL = (Role.BRAND, Role.PR, Role.HR, Role.OPERATOR, Role.ADMIN)


def settings_at(home: Path, **dashboard: object) -> Settings:
    """Two invented brands; the second is not for HR."""

    def brand(key: str, name: str, hashtags: tuple[str, ...], audience: tuple[Role, ...]) -> BrandSettings:
        return BrandSettings(
            key=key,
            name=name,
            names=(name,),
            hashtags=hashtags,
            handles=(f"@{key}",),
            purpose="try the pages",
            owner="the tests",
            audience=audience,
            retention_days=90,
        )

    return Settings(
        home=str(home),
        dashboard=DashboardSettings.model_validate({"zone": "Europe/Bucharest", **dashboard}),
        brand=(
            brand("hollenbrook", "Hollenbrook", ("#HollenbrookHero", "#холленбрук", "#הולנברוק"), ALL),
            brand("tamrik", "Tamrik", ("#TeamTamrik",), (Role.BRAND, Role.PR)),
        ),
        rule=(
            RiskRule(
                kind="risk",
                name="harm",
                title="Somebody may come to harm",
                categories=("safety-hazard",),
                playbook="Call the shift lead of the place.\nThen call safety.",
            ),
        ),
    )


def native(name: str, text: str, at: datetime | None, **values: object) -> NativePost:
    """A post as a collector makes it; ``values`` replace what is usual."""
    usual: dict[str, object] = {
        "id": f"files:{name}",
        "platform": "files",
        "native_id": name,
        "native_url": f"https://social.example/@author-of-{sha256(name.encode()).hexdigest()[:8]}/{name}",
        "url": None,
        "author": Author(handle=f"author{sha256(name.encode()).hexdigest()[:8]}", followers=1234),
        "text": text,
        "created_at": at,
        "fetched_at": at or NOW,
        "hashtags": find_hashtags(text),
    }
    return NativePost(**{**usual, **values})  # type: ignore[arg-type]  # values of tests


def admit(house: House, posts: Iterable[NativePost], brand: str = "hollenbrook", at: datetime = NOW) -> None:
    chosen = next(b for b in house.brands if b.key == brand)
    house.door.admit(Page(posts=tuple(posts)), chosen, "files", at, move_cursor=False)


def assessment(label: SentimentLabel, language: str = "en", risks: tuple[RiskMatch, ...] = ()) -> Assessment:
    scores = {"negative": 0.06, "neutral": 0.06, "positive": 0.06}
    if label.value in scores:
        scores[label.value] = 0.88
    return Assessment(
        language=language,
        sentiment=Sentiment(label, {} if label is SentimentLabel.NO_TEXT else scores),
        offensive=0.1,
        risks=risks,
        themes=("hours",) if label is SentimentLabel.NEGATIVE else (),
        model_revision="m1",
        risk_revision="r1",
    )


def judge(house: House, of: Callable[[Post], Assessment], at: datetime = NOW) -> None:
    """Judge everything that is not judged, then count the windows."""
    waiting = house.index.unjudged("m1", "r1", 10_000)
    house.door.judge([Judgement(post, of(post)) for post in waiting], at)
    count(house)


def count(house: House) -> None:
    while dirty := house.ledger.windows.dirty(500):
        for window in dirty:
            house.ledger.windows.replace(window, house.index.tally(window.brand, window.start))


def fill(house: House) -> None:
    """The example company's posts, one open and one resolved incident, a gap and a silent source."""
    rows = [json.loads(line) for line in EXAMPLE.read_text(encoding="utf-8").splitlines()]
    languages = {f"files:{row['id']}": row["lang"] or "und" for row in rows}
    age = {f"files:{row['id']}": row["minutes_ago"] for row in rows}
    for brand in ("hollenbrook", "tamrik"):
        wanted = next(b for b in house.brands if b.key == brand)
        admit(house, [_example(row) for row in rows if _is_about(row, wanted.name)], brand)

    def of(post: Post) -> Assessment:
        if not post.text.strip("# ") or len(post.text) < 12:
            return assessment(SentimentLabel.NO_TEXT, "und")
        crisis = age[post.id] < 180
        choice = int(sha256(post.id.encode()).hexdigest(), 16) % 10
        label = SentimentLabel.NEGATIVE if crisis and choice < 8 else _USUAL[choice]
        risks = (RiskMatch("safety-hazard", 0.91, post.text[:24]),) if crisis and choice < 2 else ()
        return assessment(label, languages[post.id], risks)

    judge(house, of)
    _incidents(house)
    house.ledger.gaps.add(
        "hollenbrook",
        Gap(source="files", since=NOW - timedelta(hours=50), until=NOW - timedelta(hours=38), reason=GapReason.OUTAGE),
    )
    house.ledger.sources.note(
        SourceState(
            brand="hollenbrook",
            platform="mastodon",
            last_try=NOW,
            last_success=NOW - timedelta(hours=2),
            failing_since=NOW - timedelta(minutes=90),
            last_error="The server mastodon.example asks to wait until 16:00.",
        )
    )


_USUAL = (
    *([SentimentLabel.POSITIVE] * 4),
    *([SentimentLabel.NEUTRAL] * 3),
    *([SentimentLabel.NEGATIVE] * 2),
    SentimentLabel.UNSURE,
)


def _is_about(row: dict[str, object], name: str) -> bool:
    about_tamrik = any(word in str(row["text"]) for word in ("amrik", "амрик", "טאמריק", "تامريك"))
    return about_tamrik == (name == "Tamrik")


def _example(row: dict[str, object]) -> NativePost:
    def whole(name: str) -> int | None:
        value = row[name]
        return value if isinstance(value, int) else None

    return native(
        str(row["id"]),
        str(row["text"]),
        NOW - timedelta(minutes=whole("minutes_ago") or 0),
        author=Author(handle=str(row["author"]), followers=whole("followers")),
        url=row["url"],
        kind=Kind(str(row["kind"])),
        language=row["lang"],
        counts=Counts(likes=whole("likes"), reposts=whole("reposts"), replies=whole("replies"), views=whole("views")),
    )


def alert(name: str, at: datetime, post_ids: tuple[str, ...] = (), **values: object) -> Alert:
    usual: dict[str, object] = {
        "rule": "harm",
        "brand": "hollenbrook",
        "severity": Severity.CRITICAL,
        "title": "Negative share: Hollenbrook",
        "counted": sentences.share_counted(31, 38, 3, 0),
        "against": sentences.share_against(0.19, 41, 3),
        "why_now": sentences.share_why(0.67, 0.19, 0.4),
        "at": at,
        "fingerprint": name,
        "story": name,
        "subject": "post",
        "audience": ("brand", "pr"),
        "post_ids": post_ids,
        "query": "/posts?q=*&brand=hollenbrook&sentiment=negative&since=2026-11-22T12:30:00Z",
    }
    return Alert(**{**usual, **values})  # type: ignore[arg-type]  # values of tests


def open_incident(house: House, name: str, at: datetime, post_ids: tuple[str, ...] = (), **values: object) -> str:
    house.ledger.incidents.open(opened(name, alert(name, at, post_ids, **values)))
    return name


def _incidents(house: House) -> None:
    recent = house.index.unjudged("another", "revision", 12)
    ids = tuple(post.id for post in recent if "hollenbrook" in post.brands)[:6]
    at = NOW - timedelta(minutes=50)
    open_incident(house, "i-storm", at, ids)
    house.ledger.incidents.append(
        "i-storm",
        Event(
            number=2,
            kind=EventKind.GREW,
            at=NOW - timedelta(minutes=20),
            by="earshot",
            alert=alert("i-storm-2", NOW, ids[:2]),
        ),
    )
    house.ledger.deliveries.put(
        Delivery(
            incident_id="i-storm", channel="mail", key="k1", reason="first", state=DeliveryState.DELIVERED, attempts=1,
            created_at=at, next_at=at, delivered_at=at + timedelta(seconds=4), covers=1,
        )
    )  # fmt: skip
    house.ledger.deliveries.put(
        Delivery(
            incident_id="i-storm", channel="chat", key="k2", reason="first", state=DeliveryState.WAITING, attempts=3,
            created_at=at, next_at=NOW + timedelta(minutes=4), last_error="The server answered 503.", covers=1,
        )
    )  # fmt: skip
    old = NOW - timedelta(days=3, hours=2)
    open_incident(house, "i-old", old, ids[:1], severity=Severity.WARNING, title="One risky post: Hollenbrook")
    for number, kind, by, note in (
        (2, EventKind.ACKNOWLEDGED, "pr", ""),
        (3, EventKind.NOTE, "pr", str(sentences.SUBSIDED)),
        (4, EventKind.RESOLVED, "earshot", str(sentences.SUBSIDED)),
    ):
        house.ledger.incidents.append(
            "i-old", Event(number=number, kind=kind, at=old + timedelta(hours=number), by=by, note=note)
        )
