"""One text analysis for search, used by every index and by the query evaluator, so that all give the same answers.

Words by Unicode Annex 29, case folded, marks stripped where they do not make another letter, stemmed where the language
is known and a stemmer exists. Indexes store the resulting token string and split it on spaces.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import apsw.unicode
import regex
import snowballstemmer

# ISO 639-1 → snowball algorithm.
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "fi": "finnish", "fr": "french", "hi": "hindi", "hu": "hungarian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
# Scripts in which a mark is an accent on a letter; elsewhere (Indic, Thai, kana) it is part of the letter.
_ACCENTED = ("LATIN", "GREEK", "HEBREW", "ARABIC")
# Keyboards write ' and " inside Hebrew words where geresh and gershayim are meant; phones write ’ for ' everywhere.
_HEBREW_QUOTES = str.maketrans({"'": "\u05f3", '"': "\u05f4"})

_APOSTROPHE = regex.compile(r"(?<!\p{Script=Hebrew})['\u2019\u02bc]")
# Phones write a closing ” where gershayim are meant; Annex 29 keeps a Hebrew word together at a plain " only.
_GERSHAYIM = regex.compile(r"(?<=\p{Script=Hebrew})\u201d(?=\p{Script=Hebrew})")
# A joiner belongs between emoji; before one alone, the splitter takes neighbours along, whatever they are.
_STRAY_JOINER = regex.compile(
    r"(?<!\p{Extended_Pictographic}[\ufe0f\U0001f3fb-\U0001f3ff]*)\u200d(?=\p{Extended_Pictographic})"
)
# Hints for drawing that people neither see nor type: soft hyphen, (non-)joiners, word joiner.
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200c\u200d\u2060"))
# How an emoji is drawn: as text, in colour, on a keycap.
_DRAWN = dict.fromkeys(map(ord, "\ufe0e\ufe0f\u20e3"))


@lru_cache(maxsize=200_000)
def fold_word(word: str) -> str:
    """Case folded, compatibility forms resolved, accents gone: ``Întârziere`` → ``intarziere``, ``Ёлка`` → ``елка``."""
    folded = unicodedata.normalize("NFKC", word).casefold().replace("i\u0307", "i").replace("\u2019", "'")
    if folded.isascii():
        return folded
    folded = folded.translate(_DRAWN)
    seen = folded.translate(_UNSEEN)
    if seen[:1].isalnum():  # in an emoji the joiner is a part of it
        folded = seen
    kept: list[str] = []
    strip = False
    for char in unicodedata.normalize("NFD", folded):
        if unicodedata.combining(char):
            # Cyrillic: stress marks and the dots of ё go, the breve of й stays, it is another letter.
            if strip or char in "\u0300\u0301\u0308":
                continue
        else:
            strip = unicodedata.name(char, "").startswith(_ACCENTED)
        kept.append(char)
    plain = unicodedata.normalize("NFC", "".join(kept)).replace("ı", "i")
    return plain.translate(_HEBREW_QUOTES) if "\u05d0" <= plain[:1] <= "\u05ea" else plain


@lru_cache(maxsize=32)
def _stemmer(algorithm: str) -> "snowballstemmer.stemmer":
    return snowballstemmer.stemmer(algorithm)


@lru_cache(maxsize=400_000)
def _stem(folded: str, language: str) -> str:
    algorithm = STEMMERS.get(language)
    if not algorithm or not folded.isprintable():  # half of a surrogate pair is no text: the stemmer takes none
        return folded
    return str(_stemmer(algorithm).stemWord(folded))


def words(text: str) -> list[tuple[int, int, str]]:
    """(start, end, word) for each word of ``text``; offsets in characters. Emoji count as words.

    Unlike in Annex 29 an apostrophe parts two words, so that ``Acme's``, ``l'Acme`` and ``Acme'ta`` are found as
    ``Acme``; after a Hebrew letter it is a geresh and stays.
    """
    if not text:
        return []
    if "\u201d" in text:
        text = _GERSHAYIM.sub('"', text)
    if "\u200d" in text:
        text = _STRAY_JOINER.sub(" ", text)
    # The stub says that it yields str; it yields triples.
    found: Iterator[Any] = apsw.unicode.word_iter_with_offsets(text, 0, emoji=True)
    if not _APOSTROPHE.search(text):
        return list(found)
    return [part for whole in found for part in (_parted(*whole) if _APOSTROPHE.search(whole[2]) else (whole,))]


def _parted(start: int, end: int, word: str) -> Iterator[tuple[int, int, str]]:
    at = start
    for match in _APOSTROPHE.finditer(word):
        if start + match.start() > at:
            yield at, start + match.start(), word[at - start : match.start()]
        at = start + match.end()
    if end > at:
        yield at, end, word[at - start :]


def tokens(text: str, language: str | None = None) -> list[str]:
    """The tokens an index stores for ``text``: folded, and stemmed if ``language`` (ISO 639-1) is known."""
    # Compatibility forms first: some hold a space or a bracket (㈱, a narrow no-break space), which would stand in a
    # token afterwards.
    found = (fold_word(word) for _, _, word in words(unicodedata.normalize("NFKC", text)))
    folded = [word for word in found if word and word not in "#*" and not word.isspace()]
    return stemmed(folded, language) if language else folded


def stemmed(folded: list[str], language: str) -> list[str]:
    """``folded`` words as a text in ``language`` carries them; unchanged where there is no stemmer."""
    return [_stem(word, language) for word in folded] if language in STEMMERS else folded


@lru_cache(maxsize=10_000)
def variants(word: str) -> frozenset[str]:
    """Every token under which a post in some language may carry ``word``: its folded form and all its stems."""
    folded = fold_word(word)
    return frozenset({folded, *(_stem(folded, language) for language in STEMMERS)})


@lru_cache(maxsize=10_000)
def phrase_variants(phrase: str) -> tuple[tuple[str, ...], ...]:
    """Token sequences for ``phrase``, one for each distinct way of stemming all of it alike, in stable order."""
    folded = tuple(tokens(phrase))
    ways = {folded: None, **{tuple(_stem(w, language) for w in folded): None for language in STEMMERS}}
    return tuple(way for way in ways if way)
