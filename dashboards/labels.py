"""Names for what the store counts, in the reader's language, with a sign for every colour."""

from listening.alerting import DeliveryState, EventKind, IncidentState, Severity
from listening.assessments import SentimentLabel
from listening.collecting import GapReason
from listening.posts import Kind
from listening.sources import State

from .addresses import PENDING
from .catalogue import Words, mark

SIGNS = {"negative": "−", "neutral": "•", "positive": "+", "unsure": "?", "no_text": "∅", PENDING: "…"}
"""So that nothing is told by colour alone."""

_NAMES: dict[str, dict[str, str]] = {
    "sentiment": {
        SentimentLabel.NEGATIVE: mark("negative"),
        SentimentLabel.NEUTRAL: mark("neutral"),
        SentimentLabel.POSITIVE: mark("positive"),
        SentimentLabel.UNSURE: mark("unsure"),
        SentimentLabel.NO_TEXT: mark("no text"),
        PENDING: mark("not judged yet"),
    },
    "kind": {
        Kind.POST: mark("post"),
        Kind.REPOST: mark("repost"),
        Kind.QUOTE: mark("quote"),
        Kind.REPLY: mark("reply"),
        Kind.COMMENT: mark("comment"),
        Kind.ARTICLE: mark("article"),
    },
    "theme": {
        "pay": mark("pay"),
        "hours": mark("working hours"),
        "safety": mark("safety at work"),
        "organising": mark("organising"),
        "discrimination": mark("discrimination"),
        "health": mark("health"),
        "belief": mark("belief"),
    },
    "risk": {
        "harassment-insults": mark("harassment and insults"),
        "confidential-disclosure": mark("confidential disclosure"),
        "insider-embargo": mark("told before its time"),
        "security-exposure": mark("security exposure"),
        "legal-ethics": mark("legal or ethics concern"),
        "discrimination": mark("discrimination"),
        "spokesperson-confusion": mark("spokesperson confusion"),
        "safety-hazard": mark("safety hazard"),
        "threats-self-harm": mark("threats and self-harm"),
    },
    "platform": {
        "bluesky": "Bluesky",
        "files": mark("Files"),
        "gdelt": "GDELT",
        "googlenews": "Google News",
        "hackernews": "Hacker News",
        "lemmy": "Lemmy",
        "mastodon": "Mastodon",
        "reddit": "Reddit",
        "rss": mark("Feeds"),
        "x": "X",
        "youtube": "YouTube",
    },
    "severity": {
        Severity.INFO: mark("for information"),
        Severity.WARNING: mark("warning"),
        Severity.CRITICAL: mark("critical"),
    },
    "state": {
        IncidentState.OPEN: mark("open"),
        IncidentState.ACKNOWLEDGED: mark("taken"),
        IncidentState.RESOLVED: mark("resolved"),
        IncidentState.DISMISSED: mark("not an alert"),
    },
    "event": {
        EventKind.OPENED: mark("Opened"),
        EventKind.JOINED: mark("Another alert told the same story"),
        EventKind.GREW: mark("It grew"),
        EventKind.ACKNOWLEDGED: mark("Taken"),
        EventKind.UNACKNOWLEDGED: mark("Given back"),
        EventKind.ASSIGNED: mark("Assigned"),
        EventKind.SILENCED: mark("Silenced"),
        EventKind.UNSILENCED: mark("No longer silenced"),
        EventKind.RESOLVED: mark("Resolved"),
        EventKind.REOPENED: mark("Opened again"),
        EventKind.DISMISSED: mark("Marked as not an alert"),
        EventKind.NOTE: mark("Note"),
    },
    "delivery": {
        DeliveryState.WAITING: mark("waiting"),
        DeliveryState.SENDING: mark("sending"),
        DeliveryState.DELIVERED: mark("delivered"),
        DeliveryState.REJECTED: mark("rejected"),
        DeliveryState.GIVEN_UP: mark("given up"),
    },
    "reason": {
        "first": mark("first news of it"),
        "grew": mark("it grew"),
        "repeat due": mark("reminder due"),
        "resolved": mark("it was resolved"),
        "reopened": mark("it was opened again"),
    },
    "gap": {
        GapReason.PAGE_CAP: mark("page limit reached"),
        GapReason.HISTORY_WINDOW: mark("older than the platform shows"),
        GapReason.OUTAGE: mark("outage"),
        GapReason.RATE_LIMIT: mark("rate limit"),
        GapReason.BUDGET: mark("budget spent"),
    },
    "source": {
        State.LISTENING: mark("listening"),
        State.SILENT: mark("silent: nobody posts"),
        State.DEAF: mark("deaf: we do not hear"),
        State.RESTING: mark("resting"),
        State.FAILING: mark("failing"),
        State.NOT_READ: mark("not read yet"),
        State.WAITS_FOR_TERMS: mark("waits for its terms"),
        State.OFF: mark("off"),
    },
    "facet": {
        "brand": mark("Brand"),
        "platform": mark("Platform"),
        "language": mark("Language"),
        "sentiment": mark("Sentiment"),
        "hashtag": mark("Hashtag"),
        "risk": mark("Risk"),
        "theme": mark("Theme"),
        "kind": mark("Kind"),
    },
}


def label(words: Words, family: str, value: str) -> str:
    """``value`` of ``family`` as the reader calls it; as it is where nobody gave it a name."""
    if family == "language":
        return words.language_name(value)
    if family == "hashtag":
        return f"#{value}"
    known = _NAMES.get(family, {}).get(value)
    if known:
        return words.say(known)
    return value.replace("_", " ").replace("-", " ") if family in ("risk", "theme") else value
