"""One document → its entries, whatever kind of feed it is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from listening.errors import UnreadableInput

from ..canonical import language_code, read_json
from . import jsonfeed, xmlfeed
from .decoding import decode
from .parsing import parse

_MOST_ENTRIES = 5_000


@dataclass(frozen=True, slots=True)
class Feed:
    """``entries`` in order of the document, each in one shape for all kinds (:func:`~.entries.read_entry` knows it).
    ``whole`` false: the document broke off, there may be more."""

    title: str | None
    language: str | None
    entries: tuple[Mapping[str, Any], ...]
    whole: bool = True


def read_feed(body: bytes, content_type: str, address: str) -> Feed:
    """``address`` makes relative links whole. Raises :class:`UnreadableInput` with why this is no feed."""
    text = decode(body, content_type)
    if not text.strip():
        raise UnreadableInput("it is empty")
    if text.startswith(("{", "[")):
        return _from_json(text, address)
    if text[:200].lower().startswith(("<!doctype html", "<html")):
        raise UnreadableInput("it is a web page now: look there for the feed's new address")
    return _from_xml(text, address)


def _from_json(text: str, address: str) -> Feed:
    try:
        document = read_json(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableInput("its JSON cannot be read, or was cut short") from error
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise UnreadableInput("it is JSON, but no JSON Feed (it has no 'items')")
    items = tuple(jsonfeed.entry(item, document, address) for item in document["items"][:_MOST_ENTRIES])
    language, title = document.get("language"), document.get("title")
    return Feed(
        title if isinstance(title, str) else None,
        language_code(language if isinstance(language, str) else None),
        items,
    )


def _from_xml(text: str, address: str) -> Feed:
    try:
        found, whole = parse(text, address)
    except UnreadableInput:
        raise
    except Exception as error:  # a library on hostile bytes: whatever it stumbles over is the feed's fault
        raise UnreadableInput(f"it cannot be read ({type(error).__name__})") from error
    if not found.version and not found.entries:
        raise UnreadableInput("it is no feed that we know (RSS, Atom or JSON Feed)")
    # The last of a document that broke off is half an entry, and comes whole the next time.
    listed = found.entries[:_MOST_ENTRIES] if whole else found.entries[: _MOST_ENTRIES + 1][:-1]
    entries = tuple(xmlfeed.entry(each, found.feeddata) for each in listed)
    title, language = found.feeddata.get("title"), found.feeddata.get("language")
    return Feed(
        title if isinstance(title, str) else None,
        language_code(language if isinstance(language, str) else None),
        entries,
        whole,
    )


def written(entry: Mapping[str, Any]) -> bytes:
    """An entry as a dead letter keeps it."""
    try:
        return json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace")
    except (RecursionError, TypeError, ValueError):
        return b"nested too deeply to be written down"
