"""The two forms in which a Jetstream speaks: v1 (``/subscribe``) and v2 (``network.bsky.jetstream.subscribeEvents``).

Cursors are microseconds on both: v2 has numbers of its own too, which differ by host. Read at
github.com/bluesky-social/jetstream, docs/README.md section 5, November 2026.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from listening.errors import UnreadableInput

from ..canonical import read_json
from .events import LONGEST_FRAME, POSTS, Event

_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    return (moment - _BEGAN) // _MICROSECOND


def moment(at: int) -> datetime:
    """The inverse of :func:`microseconds`."""
    return _BEGAN + at * _MICROSECOND


class Wire(Protocol):
    def address(self, base: str, cursor: int) -> str:
        """Where to connect in order to hear all that was seen at ``cursor`` and later."""
        ...

    def seen(self, frame: bytes) -> int | None:
        """When the event was seen, without reading the whole of it; None if that takes reading it."""
        ...

    def read(self, frame: bytes) -> Event:
        """Raises :class:`UnreadableInput` with the reason why this is no event."""
        ...


class V1:
    # Only at the very beginning: further on, a record may say what it wants.
    _SEEN = re.compile(rb'\s*\{\s*"did"\s*:\s*"[^"\\]{1,300}"\s*,\s*"time_us"\s*:\s*(\d{1,17})\s*[,}]')

    def address(self, base: str, cursor: int) -> str:
        asked = {"wantedCollections": POSTS, "maxMessageSizeBytes": LONGEST_FRAME, "cursor": cursor}
        return f"{base}/subscribe?{urlencode(asked)}"

    def seen(self, frame: bytes) -> int | None:
        found = self._SEEN.match(frame)
        return int(found[1]) if found else None

    def read(self, frame: bytes) -> Event:
        raw = _object(frame)
        seen, what = raw.get("time_us"), raw.get("kind")
        if not isinstance(seen, int) or isinstance(seen, bool) or not 0 < seen < 10**17:
            raise UnreadableInput("its time ('time_us') is missing or no number of microseconds")
        body = raw.get(what) if isinstance(what, str) else None
        return _event(str(what), seen, raw.get("did"), body if isinstance(body, dict) else {})


class V2:
    _SEEN = re.compile(
        rb'\{"\$type":"message","payload":\{"\$type":"[^"\\]{1,100}","seq":\d{1,20},"did":"[^"\\]{1,300}",'
        rb'"time":"([^"\\]{20,35})"'
    )

    def address(self, base: str, cursor: int) -> str:
        asked = [("kinds", "commit"), ("kinds", "account"), ("collections", POSTS)]
        asked += [("maxMessageSizeBytes", str(LONGEST_FRAME)), ("cursor", str(cursor))]
        return f"{base}/xrpc/network.bsky.jetstream.subscribeEvents?{urlencode(asked)}"

    def seen(self, frame: bytes) -> int | None:
        found = self._SEEN.match(frame)
        return _time(found[1].decode("ascii", "replace")) if found else None

    def read(self, frame: bytes) -> Event:
        raw = _object(frame)
        if raw.get("$type") == "error":
            return Event(what="error", name=str(raw.get("error"))[:60])
        payload = raw.get("payload")
        if not isinstance(payload, dict):
            raise UnreadableInput("it has no 'payload'")
        what = str(payload.get("$type")).rpartition("#")[2]
        if what == "info":
            return Event(what="info", name=str(payload.get("name"))[:60])
        seen = _time(payload.get("time"))
        if seen is None:
            raise UnreadableInput("its 'time' is missing or no time")
        inner = payload.get(what)
        return _event(what, seen, payload.get("did"), inner if isinstance(inner, dict) else payload)


def _object(frame: bytes) -> dict[str, Any]:
    try:
        raw = read_json(frame)
    except (ValueError, RecursionError) as error:
        raise UnreadableInput("it is no JSON") from error
    if not isinstance(raw, dict):
        raise UnreadableInput("it is not an object")
    return raw


def _event(what: str, seen: int, did: object, body: dict[str, Any]) -> Event:
    if what not in ("commit", "account"):
        return Event(what=what, seen=seen)
    if not isinstance(did, str) or not did.startswith("did:") or len(did) > 300:
        raise UnreadableInput("it does not say whose it is ('did')")
    if what == "account":
        return Event(
            what=what, seen=seen, did=did, active=body.get("active") is not False, status=str(body.get("status"))
        )
    operation, collection, rkey = (_word(body.get(name)) for name in ("operation", "collection", "rkey"))
    if not (operation and collection and rkey):
        raise UnreadableInput("it does not say which record it is about ('operation', 'collection', 'rkey')")
    return Event(
        what=what,
        seen=seen,
        did=did,
        operation=operation,
        collection=collection,
        rkey=rkey,
        record=body.get("record"),
    )


def _word(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= 600 else ""


def _time(text: object) -> int | None:
    try:
        at = datetime.fromisoformat(text if isinstance(text, str) else "")
        return microseconds(at.replace(tzinfo=UTC) if at.tzinfo is None else at)
    except (ValueError, OverflowError):
        return None
