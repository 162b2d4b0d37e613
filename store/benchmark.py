"""``python -m store.benchmark``: how fast posts are stored, found and counted on this machine, on invented posts."""

import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from listening.assessments import Assessment, Sentiment, SentimentLabel
from listening.brands import Brand, Purpose, Role
from listening.collecting import Page
from listening.posts import Author, Counts, Match, NativePost, Post
from listening.query import parse

from .door import WriteDoor
from .embedded import EmbeddedIndex
from .keys import Keys
from .ledger import Ledger
from .protocol import FacetField, Filters, Judgement, Search

_NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_BATCH = 2_000
_ROUNDS = 12
_SENTENCES = {
    "en": "The delivery was late again and nobody answered the phone for three days",
    "ro": "Livrarea a întârziat din nou și nimeni nu a răspuns la telefon trei zile",
    "ru": "Доставка снова опоздала, и никто не ответил на телефон три дня",
    "he": "המשלוח איחר שוב ואף אחד לא ענה לטלפון במשך שלושה ימים",
    "pl": "Dostawa znowu się spóźniła i przez trzy dni nikt nie odbierał telefonu",
    "ja": "配達がまた遅れて、三日間誰も電話に出なかった",
}
_QUERIES = ("*", "delivery", "телефон OR phone", "NOT livrarea", '"nobody answered"', "#tag3 NOT phone", "telef*")
_FIELDS: tuple[FacetField, ...] = ("brands", "platforms", "languages", "sentiments", "hashtags", "risks", "themes")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    what: str
    figure: str


def main(posts: int = 100_000) -> None:
    """Print a table. Needs some 100 MB in the temporary folder for 100,000 posts."""
    table = Table("embedded store", f"{posts:,} posts", box=None, pad_edge=False)
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as home:
        for line in _measured(Path(home), posts):
            table.add_row(line.what, line.figure)
    Console(width=110).print(table)


def _measured(home: Path, count: int) -> Iterator[Line]:
    keys = Keys.at(home)
    index = EmbeddedIndex(home / "posts.db")
    ledger = Ledger.open(f"sqlite:///{home / 'ledger.db'}", keys)
    try:
        yield from _indexed(index, count)
        yield from _answered(index)
        yield from _admitted(WriteDoor(index, ledger, keys, [_BRAND]), count // 5)
    finally:
        index.close()
        ledger.close()
    yield Line("peak memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    yield Line("files", f"{sum(path.stat().st_size for path in home.rglob('*') if path.is_file()) / 1e6:,.0f} MB")


def _indexed(index: EmbeddedIndex, count: int) -> Iterator[Line]:
    spent = 0.0
    made = _posts(count)
    while batch := list(islice(made, _BATCH)):
        spent += _seconds(lambda batch=batch: index.save(batch))  # type: ignore[misc]
    yield Line("stored by the index", f"{count / spent:,.0f} posts/s")
    batch = list(index.unjudged("m", "r", min(count, _BATCH)))
    judged = [Judgement(post, _ASSESSMENT) for post in batch]
    yield Line("assessed", f"{len(judged) / _seconds(lambda: index.assess(judged)):,.0f} posts/s")


def _answered(index: EmbeddedIndex) -> Iterator[Line]:
    week = Filters(since=_NOW - timedelta(days=7))
    searches = [Search(query=parse(q), filters=f) for q in _QUERIES for f in (Filters(), Filters(brands=("acme",)))]
    yield Line("search, 20 posts and the total", _times([lambda s=s: index.search(s) for s in searches]))  # type: ignore[misc]
    facets = [Search(query=parse(q), filters=week) for q in _QUERIES]
    yield Line("7 facets of one week", _times([lambda s=s: index.facets(s, _FIELDS) for s in facets]))  # type: ignore[misc]
    everything = Search()
    yield Line("7 facets of everything", _times([lambda: index.facets(everything, _FIELDS)]))
    starts = [_NOW - timedelta(minutes=15 * n) for n in range(1, 40)]
    yield Line("one window counted", _times([lambda s=s: index.tally("acme", s) for s in starts]))  # type: ignore[misc]


def _admitted(door: WriteDoor, count: int) -> Iterator[Line]:
    spent = 0.0
    for start in range(0, count, _BATCH):
        page = Page(posts=tuple(_native(n) for n in range(start, min(count, start + _BATCH))))
        spent += _seconds(lambda page=page: door.admit(page, _BRAND, "x", _NOW))  # type: ignore[misc]
    yield Line("through the write door (vault, windows, snapshots)", f"{count / spent:,.0f} posts/s")


def _times(calls: Sequence[Callable[[], object]]) -> str:
    took = [_seconds(call) * 1_000 for call in calls for _ in range(_ROUNDS)]
    return f"p50 {statistics.median(took):,.1f} ms, p95 {statistics.quantiles(took, n=20)[-1]:,.1f} ms"


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _text(chance: random.Random) -> tuple[str, str]:
    language = chance.choice(list(_SENTENCES))
    extra = " ".join(chance.choices(_WORDS, k=4))
    return language, f"{_SENTENCES[language]} {extra} #tag{chance.randrange(50)} {chance.randrange(10**6)}"


def _posts(count: int) -> Iterator[Post]:
    chance = random.Random(1)
    for n in range(count):
        language, text = _text(chance)
        yield Post(
            id=f"y:{n}",
            platform=chance.choice(("mastodon", "reddit", "files")),
            url=None,
            author=f"{chance.randrange(count // 5 + 1):032x}",
            audience=chance.choice((None, 120, 2400)),
            text=text,
            created_at=_NOW - timedelta(seconds=chance.randrange(28 * 86_400)),
            fetched_at=_NOW,
            language=language,
            hashtags=(f"tag{chance.randrange(50)}",),
            matched=(Match(chance.choice(("acme", "other")), "r1"),),
        )


def _native(number: int) -> NativePost:
    chance = random.Random(number)
    language, text = _text(chance)
    handle = f"person{chance.randrange(5_000)}@server.example"
    return NativePost(
        id=f"x:{number}",
        platform="x",
        native_id=str(number),
        native_url=f"https://server.example/@{handle}/{number}",
        url=None,
        author=Author(handle=handle, followers=chance.randrange(10**5)),
        text=f"@person{chance.randrange(5_000)} {text}",
        created_at=_NOW - timedelta(minutes=number // 50),
        fetched_at=_NOW,
        language=language,
        hashtags=(f"tag{chance.randrange(50)}",),
        counts=Counts(likes=chance.randrange(5)),
    )


_WORDS = [word for sentence in _SENTENCES.values() for word in sentence.split()]
_ASSESSMENT = Assessment(
    language="en",
    sentiment=Sentiment(SentimentLabel.NEGATIVE, {"negative": 0.8, "neutral": 0.1, "positive": 0.1}),
    offensive=0.1,
    model_revision="m",
    risk_revision="r",
)
_BRAND = Brand(
    key="acme",
    name="Acme (invented)",
    hashtags=("tag1",),
    handles=("acme",),
    query=parse("#tag1 OR phone"),
    platforms=("x",),
    purpose=Purpose(reason="measure", owner="the benchmark", audience=(Role.ADMIN,), retention_days=30),
)

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
