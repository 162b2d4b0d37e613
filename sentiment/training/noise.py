"""Clean text as people type it in a hurry, so that the model has met it before: about a third of what is drawn."""

import re
import unicodedata
from collections.abc import Callable

import numpy as np

_LEET = str.maketrans("aeiostAEIOST", "431057431057")
_TYPOS_PER_LETTER = 1 / 14


def noisy(text: str, random: np.random.Generator) -> str:
    """The text itself in two cases of three, else the text with one kind of noise."""
    chance = random.random()
    for share, change in _KINDS:
        if chance < share:
            return change(text, random)
        chance -= share
    return text


def _plain_letters(text: str, random: np.random.Generator) -> str:
    """No diacritics, no vowel points: Romanian and Polish on a borrowed keyboard."""
    kept = (c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn" or ord(c) > 0x900)
    return unicodedata.normalize("NFC", "".join(kept))


def _upper(text: str, random: np.random.Generator) -> str:
    return text.upper().replace("@USER", "@user").replace("HTTP", "http")


def _lower(text: str, random: np.random.Generator) -> str:
    return text.lower()


def _typos(text: str, random: np.random.Generator) -> str:
    letters = list(text)
    for place in np.flatnonzero(random.random(len(letters)) < _TYPOS_PER_LETTER):
        if not letters[place].isalpha():
            continue
        kind = random.integers(3)
        if kind == 0:
            letters[place] = ""
        elif kind == 1:
            letters[place] *= 2
        elif place + 1 < len(letters) and letters[place + 1].isalpha():
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)


def _leet(text: str, random: np.random.Generator) -> str:
    words = text.split(" ")
    return " ".join(word.translate(_LEET) if random.random() < 0.4 and word.isalpha() else word for word in words)


def _glued(text: str, random: np.random.Generator) -> str:
    """A few words without the space between, as in a hashtag."""
    words = text.split(" ")
    if len(words) < 4:
        return text
    start = int(random.integers(len(words) - 2))
    return " ".join([*words[:start], "".join(words[start : start + 3]), *words[start + 3 :]])


def _addressed(text: str, random: np.random.Generator) -> str:
    return f"@user {text}" if random.random() < 0.5 else f"{text} http"


def _unpunctuated(text: str, random: np.random.Generator) -> str:
    return re.sub(r"[.,;:!?\"'…]+", "", text)


_KINDS: tuple[tuple[float, Callable[[str, np.random.Generator], str]], ...] = (
    (0.06, _plain_letters), (0.05, _upper), (0.04, _lower), (0.07, _typos),
    (0.03, _leet), (0.03, _glued), (0.03, _addressed), (0.03, _unpunctuated),
)  # fmt: skip
