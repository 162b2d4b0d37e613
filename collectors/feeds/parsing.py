"""feedparser, kept on a leash: no fetching, no entities that grow, no expression that runs for minutes.

Its own ``parse`` is not used: it looks for entities by expressions that take hours on a feed made for it (measured on
6.0.14: 80 kB of ``a.a.a.`` as an author, 110 s; 16 kB of empty lines before the first element, 8 s).
"""

import io
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import feature_namespaces
from xml.sax.xmlreader import InputSource

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser
from feedparser.api import LooseFeedParser, StrictFeedParser

from listening.errors import UnreadableInput

MOST_ELEMENTS = 60_000
"""A feed of 2,000 entries has fewer. An element takes 20 to 80 microseconds."""
_MOST_BRACKETS = 200_000
_LONGEST_ENTITY = 40  # characters; ``nbsp`` and its like are declared by old feeds, and used three characters a time


_STUMBLES = (KeyError, IndexError, TypeError, ValueError, AttributeError)


class _Bounded:
    """What both parsers get: an end, and no guessing about authors."""

    elements, most_elements = 0, MOST_ELEMENTS
    depth: int
    basestack: list[Any]
    langstack: list[Any]
    baseuri: Any
    lang: Any
    contentparams: Any
    resolve_relative_uris = False  # links in texts are made whole when the text is read
    sanitize_html = False  # texts become plain, so there is nothing left to sanitize

    def unknown_starttag(self, tag: str, attrs: Any) -> None:
        self.elements += 1
        if self.elements > self.most_elements:
            raise UnreadableInput(f"it has more than {self.most_elements:,} elements, as no real feed has")
        depth, bases, languages = self.depth, len(self.basestack), len(self.langstack)
        try:
            super().unknown_starttag(tag, attrs)  # type: ignore[misc]
        except _STUMBLES:
            self._as_at(depth + 1, bases + 1, languages + 1)

    def unknown_endtag(self, tag: str) -> None:
        depth, bases, languages = self.depth, len(self.basestack), len(self.langstack)
        try:
            super().unknown_endtag(tag)  # type: ignore[misc]
        except _STUMBLES:
            self._as_at(depth - 1, max(0, bases - 1), max(0, languages - 1))

    def _as_at(self, depth: int, bases: int, languages: int) -> None:
        """An element that the library stumbles over is left out, and what follows is read as if it were not there."""
        self.depth = depth
        self.basestack = [*self.basestack, *[self.baseuri] * bases][:bases]
        self.langstack = [*self.langstack, *[self.lang] * languages][:languages]

    def _start_item(self, attrs: Any) -> None:
        """An entry begins afresh, whatever the one before it left open."""
        self.insource = self.inimage = self.intextinput = self.inauthor = self.incontributor = self.inpublisher = 0
        self.incontent = self.hasContent = self.svgOK = 0
        self._summaryKey = None
        self.contentparams.clear()
        super()._start_item(attrs)  # type: ignore[misc]

    _start_entry = _start_item

    def _sync_author_detail(self, key: str = "author") -> None:
        """Names and addresses are told apart when the entry is read."""

    def _start_media_description(self, attrs: Any) -> None:
        self.push("media_caption", 1)  # type: ignore[attr-defined]

    def _end_media_description(self) -> None:
        """It describes the picture, not the entry."""
        caption = self.pop("media_caption")  # type: ignore[attr-defined]
        pictures = self._get_context().get("media_content")  # type: ignore[attr-defined]
        if pictures and caption:
            pictures[-1]["caption"] = caption


class _Strict(_Bounded, StrictFeedParser):  # type: ignore[misc]
    pass


class _Loose(_Bounded, LooseFeedParser):  # type: ignore[misc]
    def handle_charref(self, ref: str) -> None:
        try:
            super().handle_charref(ref)
        except (ValueError, OverflowError):  # no such character
            self.handle_data("\ufffd")


class _Reader(DefusedExpatParser):  # type: ignore[misc]
    """Refuses entities that could grow or lead elsewhere; a short one for a sign is as old feeds have it."""

    def defused_entity_decl(
        self,
        name: str,
        is_parameter_entity: bool,
        value: str | None,
        base: str | None,
        sysid: str | None,
        pubid: str | None,
        notation_name: str | None,
    ) -> None:
        short = value is not None and len(value) <= _LONGEST_ENTITY and "&" not in value and "%" not in value
        if is_parameter_entity or not short:
            super().defused_entity_decl(name, is_parameter_entity, value, base, sysid, pubid, notation_name)

    def defused_external_entity_ref_handler(self, *_: Any) -> int:
        """The DTD that feeds of 1999 name: it is not fetched, and its signs are read as the web reads them."""
        return 1


def parse(text: str, address: str, most_elements: int = MOST_ELEMENTS) -> tuple[Any, bool]:
    """What feedparser makes of a document: an object with ``feeddata``, ``entries`` and ``version``, and whether the
    document was read to its end. Raises :class:`UnreadableInput` for one that is made to do harm."""
    reader = _Reader()
    reader.setFeature(feature_namespaces, 1)
    found = _Strict(address, None, "utf-8")
    found.most_elements = most_elements
    reader.setContentHandler(found)
    reader.setErrorHandler(found)
    source = InputSource()
    source.setByteStream(io.BytesIO(text.encode("utf-8", "replace")))
    try:
        reader.parse(source)
    except DefusedXmlException as error:
        raise UnreadableInput("it declares entities that grow or lead elsewhere, as attacks do") from error
    except SAXException:
        pass
    else:
        return found, True
    if text.count("<") > _MOST_BRACKETS:
        raise UnreadableInput("it is no XML, and too large to be read as if it were")
    loose = _Loose(address, None, "utf-8", {})
    loose.most_elements = most_elements
    loose.feed(text)
    ends = text[-500:].lower()
    return loose, any(end in ends for end in ("</rss", "</feed", "</rdf:rdf", "</channel", "</rdf"))
