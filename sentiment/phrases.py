"""The small notation in which people write phrases, and its translation into RE2.

A phrase is words; a space between them is anything but the end of a sentence. ``*`` is any letters (``leak*``),
``(a|b c|)`` one of several, perhaps nothing; ``~`` up to three words in between, ``~6`` up to six; ``#`` a number;
``@`` a mention; ``{name}`` one of a named list. Hebrew words may carry prefixes (ו, ה, ב, ל, מ, ש, כ);
``=`` forbids them.
A line between slashes is RE2, over folded text (see :mod:`sentiment.folding`), and fits whole words.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from .folding import MENTION, fold, fold_letters

_LIST = re.compile(r"\{([^{}]*)\}")
_PIECE = re.compile(r"\s+|~\d*|[()|*#@=]|[^\s~()|*#@=]+")
_ESCAPE = re.compile(r"(\\(?:[pPx]\{[^}]*\}|[pP]\w|.)|\(\?[A-Za-z]*)")
_PREFIXES = {"he": "[והבלמשכ]{0,2}"}
# Folded text has nothing but words between spaces, and RE2 makes a thousand instructions of \pL, but a dozen of this.
_ANY_LETTERS = "[^ .]*"
_NUMBER = "[0-9]+(?: [0-9]+){0,3}"


class PhraseError(ValueError):
    """A phrase cannot be read; the text says why."""


def to_re2(line: str, language: str, lists: Mapping[str, Sequence[str]]) -> str:
    """``line`` as RE2 over folded text. What it fits begins after a space and ends with one."""
    if len(line) > 2 and line[0] == line[-1] == "/":
        return fold_pattern(line[1:-1]) + " "
    return _Phrase(_expand(line, lists), _PREFIXES.get(language, "")).read()


def fold_pattern(pattern: str) -> str:
    """An RE2 pattern whose letters are folded as posts are. Escapes and flags stay."""
    parts = _ESCAPE.split(pattern)
    return "".join(part if i % 2 else fold_letters(part) for i, part in enumerate(parts))


def _expand(line: str, lists: Mapping[str, Sequence[str]], depth: int = 0) -> str:
    if depth > 8:
        raise PhraseError("its lists name each other in a circle; write the words out in one of them")

    def words(match: re.Match[str]) -> str:
        if match[1] not in lists:
            known = ", ".join(sorted(lists)) or "none"
            raise PhraseError(f"there is no list '{match[1]}' (there are: {known}); write one under [words]")
        return "(" + "|".join(lists[match[1]]) + ")"

    expanded = _LIST.sub(words, line)
    return expanded if expanded == line else _expand(expanded, lists, depth + 1)


class _Phrase:
    """Recursive descent over the pieces of one phrase."""

    def __init__(self, text: str, prefix: str) -> None:
        self._pieces: list[str] = _PIECE.findall(text.strip())
        self._at = 0
        self._prefix = prefix

    def read(self) -> str:
        pattern = self._alternative()
        if self._peek():
            raise PhraseError(f"'{self._peek()}' has no partner; alternatives are written (one|two)")
        if not pattern:
            raise PhraseError("it is empty; write some words or remove the line")
        return pattern

    def _peek(self, ahead: int = 0) -> str:
        place = self._at + ahead
        return self._pieces[place] if place < len(self._pieces) else ""

    def _take(self) -> str:
        self._at += 1
        return self._pieces[self._at - 1]

    def _alternative(self) -> str:
        """Items up to ``|``, ``)`` or the end; each ends with its space."""
        written = ""
        while self._peek() and self._peek() not in "|)":
            if self._peek().isspace():
                self._take()
            elif self._peek()[0] == "~":
                gap = self._take()[1:] or "3"
                written += f"(?:[^ .]+ ){{0,{gap}}}"
            else:
                written += self._item()
        return written

    def _item(self) -> str:
        """Pieces without a space between them: one word, or one group of several words."""
        if self._peek() == "(":
            start = self._at
            group = self._group(self._alternative)
            if not self._peek() or self._peek().isspace() or self._peek() in "|)":
                return group
            self._at = start
        bare = self._peek() == "="
        if bare:
            self._take()
        word = self._letters()
        if not word:
            raise PhraseError(f"'{self._peek()}' stands where a word should; see docs/risk-categories.md")
        return ("" if bare or word.startswith(_ANY_LETTERS) else self._prefix) + word + " "

    def _group(self, inside: Callable[[], str]) -> str:
        self._take()
        ways = [inside()]
        while self._peek() == "|":
            self._take()
            ways.append(inside())
        if self._peek() != ")":
            raise PhraseError("'(' has no partner; alternatives are written (one|two)")
        self._take()
        return f"(?:{'|'.join(ways)})"

    def _letters(self, in_group: bool = False) -> str:
        """The rest of a word: letters, ``*``, ``#``, ``@``, and groups of endings, which may have spaces inside."""
        written = ""
        while (piece := self._peek()) and piece not in "|)=" and piece[0] != "~" and (in_group or not piece.isspace()):
            if piece == "(":
                written += self._group(self._endings)
                continue
            self._take()
            written += (
                " "
                if piece.isspace()
                else {"*": _ANY_LETTERS, "#": _NUMBER, "@": MENTION}.get(piece) or _fold_word(piece)
            )
        return written

    def _endings(self) -> str:
        return self._letters(in_group=True).rstrip()


@cache
def _fold_word(word: str) -> str:
    folded = fold(word).strip()
    if not folded or "." in folded:
        raise PhraseError(f"'{word}' is no word; a phrase lies within one sentence, and is made of letters and digits")
    return folded
