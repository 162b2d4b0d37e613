"""Files glued together from several encodings: each line is read as what it is, and none is lost."""

import codecs
import io
from collections import Counter
from dataclasses import dataclass, field

from .codepages import guess_code_page

MIXED = "several"
_SAMPLE = 1 << 20
_TELLING = 8  # letters above 0x7F that a line needs to say which page it is in


@dataclass(slots=True)
class Survey:
    """What the lines of a file are: UTF-8, UTF-8 with damage, or in one of the Windows pages."""

    utf8: int = 0
    damaged: int = 0
    pages: Counter[int] = field(default_factory=Counter)
    _latin: bytearray = field(default_factory=bytearray)

    def add(self, line: bytes) -> None:
        if line.isascii():
            return
        if _is_utf8(line):
            self.utf8 += 1
        elif _is_damaged(line):
            self.damaged += 1
        else:
            page = guess_code_page(line)
            # A short line of Western letters says little; Cyrillic and Hebrew words show themselves.
            if page in (1251, 1255) or len(_high(line)) >= _TELLING:
                self.pages[page] += 1
            else:
                self.pages[0] += 1
            if page not in (1251, 1255) and len(self._latin) < _SAMPLE:
                self._latin += line

    @property
    def only_damage(self) -> bool:
        return bool(self.utf8) and not self.pages

    @property
    def is_mixed(self) -> bool:
        """One page is one encoding, even where a few short lines look like another one."""
        told = sum(self.pages.values()) - self.pages[0]
        scripts = {page if page in (1251, 1255) else 1252 for page in self.pages if self.pages[page] * 20 >= told > 0}
        return bool(self.utf8) or len(scripts) > 1

    @property
    def latin(self) -> int:
        return guess_code_page(bytes(self._latin)) if self._latin else 1252

    @property
    def names(self) -> tuple[str, ...]:
        pages = {page if page in (1251, 1255) else self.latin for page in self.pages}
        return (*(("UTF-8",) if self.utf8 else ()), *(f"Windows-{page}" for page in sorted(pages)))


class MixedLines(io.TextIOBase):
    """Text line by line, each line decoded by itself. Damaged bytes come as lone surrogates (PEP 383)."""

    def __init__(self, content: io.BufferedIOBase, latin: int) -> None:
        self._content, self._latin = content, latin
        self._rest = ""

    def readline(self, size: int | None = -1) -> str:  # type: ignore[override]
        """``size``: at most so many characters; what is left of the line comes next."""
        most = size if size and size > 0 else 1 << 30
        if not self._rest:
            # A letter has four bytes at most: a line that is too long is seen to be so.
            self._rest = decode_line(self._content.readline(4 * most), self._latin)
        line, self._rest = self._rest[:most], self._rest[most:]
        return line

    def read(self, size: int | None = -1) -> str:
        """``size`` characters, fewer only at the end."""
        most = size if size and size > 0 else 1 << 30
        text = ""
        while len(text) < most and (line := self.readline(most - len(text))):
            text += line
        return text

    def close(self) -> None:
        self._content.close()
        super().close()


def decode_line(line: bytes, latin: int) -> str:
    """UTF-8, else the code page that fits; damaged UTF-8 keeps its bytes."""
    if line.isascii() or _is_utf8(line):
        return line.decode("utf-8", "surrogateescape")
    if _is_damaged(line):
        return line.decode("utf-8", "surrogateescape")
    page = guess_code_page(line)
    return line.decode(f"cp{page if page in (1251, 1255) else latin}", "replace")


def _is_utf8(line: bytes) -> bool:
    try:
        codecs.utf_8_decode(line, "strict", False)  # a line cut in the middle of a letter is still UTF-8
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged(line: bytes) -> bool:
    """Whether a line is UTF-8 with a scratch, and not another encoding: it has whole letters, or its one strange byte
    stands by itself."""
    readable = line.decode("utf-8", "replace")
    broken = readable.count("\ufffd")
    whole = sum(1 for char in readable if char > "\x7f") - broken
    if whole >= broken:
        return True
    high = _high(line)
    return len(high) == 1 and not (line[high[0] - 1 : high[0]].isalpha() or line[high[0] + 1 : high[0] + 2].isalpha())


def _high(line: bytes) -> list[int]:
    return [at for at, byte in enumerate(line) if byte >= 0x80]
