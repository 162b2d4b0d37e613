"""The first sentences of the overview, built from the numbers that the charts show. Each number leads to its posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from listening.assessments import SentimentLabel

from .addresses import PENDING, Selection
from .catalogue import Words, mark
from .counts import FEWEST, JUDGED, Tally, share_negative
from .labels import label

_OPENINGS = {
    "24h": mark("In the last 24 hours %(posts)s about %(brands)s."),
    "7d": mark("In the last 7 days %(posts)s about %(brands)s."),
    "28d": mark("In the last 28 days %(posts)s about %(brands)s."),
    "custom": mark("From %(since)s to %(until)s %(posts)s about %(brands)s."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A source that does not answer: we are deaf there, and nobody may read that as quiet."""

    platform: str
    since: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the sentence tells. ``usual_posts`` and ``usual_share`` are None where nobody can know yet.

    ``languages``, ``themes`` and ``risks`` are (value, posts), most first. ``waiting`` posts are not judged yet and in
    no other number. ``crowd_only``: what few people made is not shown, so none does not mean nobody.
    """

    period: str
    since: datetime
    until: datetime
    selection: Selection
    brand_names: Sequence[str]
    posts: Tally
    usual_posts: float | None = None
    usual_share: float | None = None
    languages: Sequence[tuple[str, int]] = ()
    themes: Sequence[tuple[str, int]] = ()
    risks: Sequence[tuple[str, int]] = ()
    silences: Sequence[Silence] = ()
    waiting: int = 0
    crowd_only: bool = False


def tell(words: Words, found: Findings) -> Markup:
    """Two to five short sentences, as HTML."""
    total = sum(found.posts.values())
    said = [_opening(words, found, total)]
    if total:
        said += [_mood(words, found, total), _languages(words, found), _subjects(words, found)]
    if found.waiting:
        pending = words.say_n("%(n)s more waits to be judged.", "%(n)s more wait to be judged.", found.waiting)
        said.append(_link(found.selection.narrowed(sentiments=(PENDING,)), pending))
    said += [_silence(words, silence) for silence in found.silences]
    return Markup(" ").join(part for part in said if part)


def _opening(words: Words, found: Findings, total: int) -> Markup:
    if total:
        posts = _link(found.selection, words.say_n("%(n)s post", "%(n)s posts", total))
        if found.usual_posts is not None and total >= FEWEST:
            usual = words.number(round(found.usual_posts))
            posts = words.say_html("%(what)s (usually %(usual)s)", what=posts, usual=usual)
    elif found.crowd_only:
        posts = escape(words.say("too few people to give a number"))
    else:
        posts = escape(words.say("no posts"))
    return words.say_html(
        _OPENINGS[found.period],
        posts=posts,
        brands=words.listing_html([Markup("<bdi>{}</bdi>").format(name) for name in found.brand_names]),
        since=words.exact(found.since),
        until=words.exact(found.until),
    )


def _mood(words: Words, found: Findings, total: int) -> Markup:
    if found.crowd_only and not all(found.posts.get(name) for name in JUDGED):
        return Markup()  # a class that few people chose is missing: a share of the rest would be wrong
    share = share_negative(found.posts)
    if share is None:
        return (
            words.say_html("Too few for a percentage.")
            if total < FEWEST
            else words.say_html("Too few of them have words to judge for a percentage.")
        )
    negative = _link(
        found.selection.narrowed(sentiments=(SentimentLabel.NEGATIVE,)),
        words.say("%(share)s negative", share=words.percent(share)),
    )
    if found.usual_share is None:
        return negative + "."
    usual = words.percent(found.usual_share)
    return words.say_html("%(what)s (usually %(usual)s)", what=negative, usual=usual) + "."


def _languages(words: Words, found: Findings) -> Markup:
    top = [
        _link(found.selection.narrowed(languages=(code,)), words.language_name(code))
        for code, _ in found.languages[:3]
        if code and code != "und"
    ]
    return words.say_html("Mostly in %(languages)s.", languages=words.listing_html(top)) if top else Markup()


def _subjects(words: Words, found: Findings) -> Markup:
    said = Markup()
    if found.themes:
        top = [
            _link(found.selection.narrowed(themes=(name,)), f"{label(words, 'theme', name)} ({words.number(posts)})")
            for name, posts in found.themes[:2]
        ]
        said = words.say_html("Themes: %(themes)s.", themes=words.listing_html(top))
    if found.risks:
        top = [
            _link(found.selection.narrowed(risks=(name,)), f"{label(words, 'risk', name)} ({words.number(posts)})")
            for name, posts in found.risks[:2]
        ]
        said += (" " if said else "") + words.say_html("Risks: %(risks)s.", risks=words.listing_html(top))
    return said


def _silence(words: Words, silence: Silence) -> Markup:
    return Markup('<span class="deaf">{}</span>').format(
        words.say_html(
            "%(platform)s silent since %(since)s: %(why)s",
            platform=label(words, "platform", silence.platform),
            since=words.clock(silence.since),
            why=Markup("<bdi>{}</bdi>").format(silence.why or words.say("no answer")),
        )
    )


def _link(selection: Selection, text: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(selection.address(), text)
