"""A local server of ours that answers as Google News' search feed does: words, dates, editions, a hundred at most.

Papers and headlines in it are invented.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from listening.query import Query, Searchable, parse
from tests.servers.feeds import rss
from tests.servers.web import Reply, WebServer

_OPERATOR = re.compile(r"\b(when|after|before):(\S+)")
_TERM = re.compile(r'"[^"]*"|\S+')


@dataclass(frozen=True, slots=True)
class Headline:
    text: str
    at: datetime
    number: int
    edition: str = "US:en"
    paper: str = "The Daily Acorn"
    updated: datetime | None = None
    raw: str | None = None

    def item(self) -> str:
        if self.raw is not None:
            return self.raw
        # Not Google's: the tests of all collectors edit posts, and Google never says that it did.
        edit = f"<atom:updated>{self.updated.isoformat()}</atom:updated>" if self.updated else ""
        return (
            f"<item><title>{escape(self.text)} - {self.paper}</title>"
            f"<link>https://news.google.com/rss/articles/CBMiQ{self.number}?oc=5</link>"
            f'<guid isPermaLink="false">CBMiQ{self.number}</guid><pubDate>{format_datetime(self.at)}</pubDate>{edit}'
            f'<description>&lt;a href="https://news.google.com/rss/articles/CBMiQ{self.number}?oc=5"&gt;'
            f"{escape(escape(self.text))}&lt;/a&gt;</description>"
            f'<source url="https://acorn.example">{self.paper}</source></item>'
        )


class GoogleNewsServer(WebServer):
    """``searches`` are those so far, as (edition, words). ``most`` is the cap."""

    def __init__(self) -> None:
        super().__init__()
        self.headlines: list[Headline] = []
        self.searches: list[tuple[str, str]] = []
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
        self.most = 100

    def answer(self, path: str, headers: Mapping[str, str]) -> Reply:
        asked = parse_qs(urlsplit(path).query)
        if urlsplit(path).path != "/rss/search" or not all(asked.get(name) for name in ("q", "hl", "gl", "ceid")):
            return super().answer(path, headers)
        words, edition = asked["q"][0], asked["ceid"][0]
        self.searches.append((edition, words))
        country, language = edition.split(":")
        if asked["gl"] != [country] or asked["hl"][0].split("-")[0] != language.split("-")[0]:
            return Reply(status=302, headers={"Location": "/somewhere-else"})
        found = [each for each in self.headlines if each.edition == edition and self._fits(each, words)]
        return Reply(rss([each.item() for each in found[: self.most]], "Google News"), kind="application/xml")

    def _fits(self, headline: Headline, words: str) -> bool:
        for name, value in _OPERATOR.findall(words):
            if name == "when" and headline.at < self.now - timedelta(hours=int(value.removesuffix("h"))):
                return False
            if name != "when":
                day = datetime.fromisoformat(value).replace(tzinfo=UTC)
                if (headline.at < day) if name == "after" else (headline.at >= day):
                    return False
        return headline.raw is not None or meaning(_OPERATOR.sub("", words)).matches(Searchable.of(headline.text))


def meaning(words: str) -> Query:
    """What Google makes of a search: AND between terms, and OR binds tighter."""
    clauses: list[list[str]] = []
    joined = False
    for term in _TERM.findall(words):
        if term == "OR":
            joined = True
            continue
        if joined:
            clauses[-1].append(term)
        else:
            clauses.append([term])
        joined = False
    return parse(" ".join(f"({' OR '.join(clause)})" for clause in clauses))
