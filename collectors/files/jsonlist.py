"""A list of JSON objects of any length, one object after the other: memory holds one of them."""

import json
import re
from collections.abc import Iterator
from typing import IO, Any

from ..canonical import read_json

_CHUNK = 1 << 18
_HEAD = 1_000_000
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[\s\ufeff]*")
_BEFORE = re.compile(r"[\s\ufeff]*(?:window\.YTD\.\w+\.part\d+\s*=\s*)?")
_NEXT = re.compile(r"\}[\s\]]*,\s*(?=\{)")
# What the list of posts is called where it is not the whole document.
_WRAPPERS = frozenset({"orderedItems", "items", "posts", "data", "results", "reviews", "statuses", "tweets", "hits"})


def is_list(file: IO[str]) -> bool:
    """Whether the text is a list of objects, or one object around such a list; what is one object a line is not."""
    head = file.read(_HEAD)
    start = _list_in(head)
    if start is None or not head.lstrip("\ufeff \t\r\n").startswith("{"):
        return start is not None
    first, _, rest = head.partition("\n")
    return not (rest.lstrip().startswith("{") and first.rstrip().endswith("}"))


class JsonItems(Iterator[tuple[int, str, Any]]):
    """(line, raw, item) of a list. A broken item is its reason, a text; what is whole behind it goes on.

    An item of more than ``longest`` characters counts as broken.
    """

    def __init__(self, file: IO[str], longest: int) -> None:
        self._file, self._longest = file, longest
        self._text, self._at, self._line, self._ended = "", 0, 1, False
        self._damaged = False
        self._fill(_HEAD)
        self._go_to(_list_in(self._text) or 0)

    def __next__(self) -> tuple[int, str, Any]:
        while True:
            self._pass(_SPACE)
            char = self._text[self._at : self._at + 1]
            if not char:
                raise StopIteration
            if char == "]" and not self._damaged:
                raise StopIteration
            if char in ",]":
                self._go_to(self._at + 1)
                continue
            return self._item()

    def _item(self) -> tuple[int, str, Any]:
        line, start = self._line, self._at
        while True:
            try:
                found, end = _DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                cut = isinstance(error, json.JSONDecodeError) and not self._ended
                if cut and len(self._text) - self._at < self._longest:
                    self._fill(max(_CHUNK, len(self._text) - self._at))
                    start = self._at
                    continue
                reason = getattr(error, "msg", "it is nested too deeply or has a number too long")
                return line, self._skip(), f"it is not JSON ({reason})"
            if end == len(self._text) and not self._ended and not isinstance(found, dict):
                self._fill(_CHUNK)  # a number may go on
                start = self._at
                continue
            break
        raw = self._text[start:end]
        self._go_to(end)
        if len(raw) > self._longest:
            return line, raw, f"it is longer than {self._longest:,} characters"
        return line, raw, read_json(raw) if "\\u" in raw else found

    def _skip(self) -> str:
        """To where the next object seems to begin; returns what was passed over, as far as it is in memory."""
        self._damaged = True
        raw = ""
        while not (following := _NEXT.search(self._text, self._at)):
            raw = raw or self._text[self._at :][: self._longest]
            if self._ended:
                self._go_to(len(self._text))
                return raw
            self._go_to(max(self._at, len(self._text) - 64))
            self._fill(_CHUNK)
        raw = raw or self._text[self._at : following.end()]
        self._go_to(following.end())
        return raw

    def _pass(self, pattern: re.Pattern[str]) -> None:
        while True:
            match = pattern.match(self._text, self._at)
            self._go_to(match.end() if match else self._at)
            if self._at < len(self._text) or self._ended:
                return
            self._fill(_CHUNK)

    def _go_to(self, at: int) -> None:
        self._line += self._text.count("\n", self._at, at)
        self._at = at

    def _fill(self, size: int) -> None:
        more = self._file.read(size)
        self._ended = not more
        self._text, self._at = self._text[self._at :] + more, 0


def _list_in(head: str) -> int | None:
    """Where the first item of the list stands: of the document itself, or of a field that is named like posts."""
    at = _end(_BEFORE, head, 0)
    if head[at : at + 1] == "[":
        following = head[_end(_SPACE, head, at + 1) :][:1]
        return at + 1 if following in ("{", "]") else None
    if head[at : at + 1] != "{":
        return None
    at += 1
    try:
        while True:
            name, at = _DECODER.raw_decode(head, _end(_SPACE, head, at))
            at = _end(_SPACE, head, at)
            if head[at : at + 1] != ":":
                return None
            at = _end(_SPACE, head, at + 1)
            if name in _WRAPPERS and head[at : at + 1] == "[" and head[_end(_SPACE, head, at + 1) :][:1] == "{":
                return at + 1
            _, at = _DECODER.raw_decode(head, at)
            at = _end(_SPACE, head, at)
            if head[at : at + 1] != ",":
                return None
            at += 1
    except (ValueError, RecursionError):
        return None


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at
