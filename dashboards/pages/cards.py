"""A post as a page shows it. All decisions about links, folding and highlighting are made here, not in templates."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

from markupsafe import Markup

from listening.assessments import RiskMatch
from listening.brands import Role, Viewer
from listening.posts import Media, Post
from listening.verdicts import REVIEWERS, as_found
from pipeline.verdicts import risk_names

from ..addresses import Selection, post_path
from ..catalogue import Words
from ..shown import Marker, ShownText, display, show, web_address

_TITLE = 240
_EVIDENCE = 160
MAY_LOOK = (Role.PR, Role.ADMIN)
"""Who may ask the vault where a post stands."""


@dataclass(frozen=True, slots=True)
class Card:
    post: Post
    anchor: str
    path: str
    title: Markup | None
    text: ShownText
    hidden: int
    hashtags: tuple[tuple[Markup, str], ...]
    risks: tuple[tuple[RiskMatch, Markup], ...]
    dismissed: tuple[str, ...]
    """Categories that were found, and a reviewer says wrongly."""
    missing: tuple[str, ...]
    """Categories that a reviewer may say were missed."""
    corrected: bool
    may_correct: bool
    counts: tuple[tuple[str, int | None], ...]
    original: str | None
    links: tuple[str, ...]
    media: tuple[Media, ...]


def card(post: Post, words: Words, viewer: Viewer, marker: Marker = Marker(), anonymous: bool = False) -> Card:  # noqa: B008
    """``anonymous``: no way to the author, also not by the address of the original (alerts about a condition)."""
    language = post.language_detected or post.language
    text = show(post.text, marker, language)
    title = show(_clipped(post.title, _TITLE), marker, language) if post.title else None
    return Card(
        post=post,
        anchor=anchor_of(post.id),
        path=post_path(post.id),
        title=title.whole if title else None,
        text=text,
        hidden=text.hidden + (title.hidden if title else 0),
        hashtags=tuple(
            (display(tag, Marker(), None), Selection().adding("hashtag", tag).address()) for tag in post.hashtags[:20]
        ),
        risks=tuple((r, display(_clipped(r.evidence, _EVIDENCE), Marker(), None)) for r in _risks(post)),
        dismissed=tuple(sorted({r.category for r in _overruled(post)} - _found(post))),
        missing=tuple(name for name in risk_names() if name not in _found(post)),
        corrected=bool(post.assessment and as_found(post.assessment) != post.assessment),
        may_correct=post.assessment is not None and viewer.role in REVIEWERS,
        counts=_counts(post, words),
        original=None if anonymous else _original(post, viewer),
        links=() if anonymous else tuple(link for link in post.links[:20] if web_address(link)),
        media=post.media[:20],
    )


def anchor_of(post_id: str) -> str:
    """The place of a post's card on a page."""
    return "p-" + sha256(post_id.encode()).hexdigest()[:12]


def cards(posts: Iterable[Post], words: Words, viewer: Viewer, marker: Marker = Marker()) -> list[Card]:  # noqa: B008
    return [card(post, words, viewer, marker) for post in posts]


def _clipped(text: str, most: int) -> str:
    """On one line, and not longer than a glance."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _risks(post: Post) -> tuple[RiskMatch, ...]:
    return post.assessment.risks if post.assessment else ()


def _overruled(post: Post) -> tuple[RiskMatch, ...]:
    return post.assessment.overruled if post.assessment else ()


def _found(post: Post) -> set[str]:
    return {risk.category for risk in _risks(post)}


def _counts(post: Post, words: Words) -> tuple[tuple[str, int | None], ...]:
    """Likes, reposts and replies always, given or not; quotes and views where the platform has them."""
    counts = post.counts
    always = (
        (words.say("likes"), counts.likes),
        (words.say("reposts"), counts.reposts),
        (words.say("replies"), counts.replies),
    )
    sometimes = ((words.say("quotes"), counts.quotes), (words.say("views"), counts.views))
    return always + tuple(pair for pair in sometimes if pair[1] is not None)


def _original(post: Post, viewer: Viewer) -> str | None:
    """A permalink that names nobody; else the way through the vault, for those who may."""
    if web_address(post.url):
        return post.url
    return f"/posts/{quote(post.id, safe='')}/original" if viewer.role in MAY_LOOK else None
