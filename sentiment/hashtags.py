"""Hashtags as words: `#ILoveMyJob` by its capitals, `#worksomewhereyoulove` by the words a model knows."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import log
from typing import Self

_SHORTEST_TAG = 7
_LONGEST_TAG = 60
_LONGEST_WORD = 20
# Letters that are words of their own; any other single letter is debris.
_WORDS_OF_ONE = frozenset("iaяив")
# What one more word costs, in units of log rank: tags are a few whole words, not many short ones.
_EACH_WORD = 2.0


class KnownWords:
    """The words that a model knows; `split` finds the likeliest of them in a tag of one case (Viterbi over ranks)."""

    def __init__(self, costs: Mapping[str, float]) -> None:
        self._costs = costs
        self._remembered = lru_cache(maxsize=4096)(self._best)

    @classmethod
    def of_pieces(cls, pieces: Iterable[str]) -> Self:
        """`pieces` are a SentencePiece vocabulary in order of likelihood: those that begin a word are words here."""
        costs: dict[str, float] = {}
        for rank, piece in enumerate(pieces):
            word = piece[1:].lower()
            if piece[:1] == "▁" and word.isalpha() and (len(word) > 1 or word in _WORDS_OF_ONE):
                costs.setdefault(word, log(rank + 10) + _EACH_WORD)
        return cls(costs)

    def knows(self, word: str) -> bool:
        return word.lower() in self._costs

    def split(self, part: str) -> str:
        """One word where nothing better is known, or where there are capitals, digits or marks inside."""
        if not (_SHORTEST_TAG <= len(part) <= _LONGEST_TAG and part.isalpha() and (part.islower() or part.isupper())):
            return part
        return self._remembered(part)

    def _best(self, part: str) -> str:
        lower = part.lower()
        if lower in self._costs or len(lower) != len(part):
            return part
        # ways[i]: the cheapest words for the first i letters, as (cost, where the last one begins)
        ways: list[tuple[float, int] | None] = [(0.0, 0)]
        for end in range(1, len(lower) + 1):
            found = None
            for start in range(max(0, end - _LONGEST_WORD), end):
                before, cost = ways[start], self._costs.get(lower[start:end])
                if before is not None and cost is not None and (found is None or before[0] + cost < found[0]):
                    found = (before[0] + cost, start)
            ways.append(found)
        words: list[str] = []
        end = len(part)
        while end:
            way = ways[end]
            if way is None:
                return part
            words.append(part[way[1] : end])
            end = way[1]
        return " ".join(reversed(words))


NO_WORDS = KnownWords({})


def hashtag_words(tag: str, known: KnownWords = NO_WORDS) -> str:
    """`ILoveMyJob` → `I Love My Job`, `covid_19` → `covid 19`; what is written in one case is split by known words."""
    words: list[str] = []
    for part in tag.replace("·", "_").split("_"):
        start = 0
        for i in range(1, len(part)):
            before, here, after = part[i - 1], part[i], part[i + 1 : i + 2]
            hump = here.isupper() and (before.islower() or (before.isupper() and after.islower()))
            if hump or (here.isdigit() and before.isalpha()) or (here.isalpha() and before.isdigit()):
                words.append(part[start:i])
                start = i
        words.append(part[start:])
    return " ".join(known.split(word) for word in words if word)
