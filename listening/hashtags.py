"""Hashtags: found in any script, compared by meaning, shown as written.

Follows Unicode Technical Standard 31 (section "Hashtag Identifiers"): ``#`` (or its full-width and small forms), then
letters, digits, marks and underscores, with a few connecting characters inside.
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import regex

_SIGNS = "#\uff03\ufe5f"
# Inside a tag: Hebrew geresh and gershayim (and the quotes that keyboards and phones give instead, between Hebrew
# letters only), ZWNJ as Persian and ZWJ as Indic scripts write them, the middle dots of Catalan and Japanese.
_CONNECTORS = "\u05f3\u05f4\u200c\u200d\u00b7\u30fb\u30fc"
_TAG = regex.compile(
    # Not inside a word, an address or a character reference; the marks that colour an emoji end no word.
    rf"(?<![\p{{L}}\p{{N}}_&/]|(?![\ufe0e\ufe0f\u20e3])\p{{M}})[{_SIGNS}]"
    rf"(?P<body>(?:[\p{{L}}\p{{M}}\p{{N}}_\uff3f]"
    rf"|(?<=[\p{{L}}\p{{M}}\p{{N}}_])[{_CONNECTORS}](?=[\p{{L}}\p{{N}}])"
    r"|(?<=\p{Script=Hebrew})[\"'\u2019\u201d](?=\p{Script=Hebrew}))+)"
)
# What a platform may call a tag: as above, and emoji, of which some make tags. Read on folded tags.
_WHOLE = regex.compile(
    rf"(?:[\p{{L}}\p{{M}}\p{{N}}\p{{So}}_\U0001f3fb-\U0001f3ff]|(?<=[\p{{L}}\p{{M}}\p{{N}}_])[{_CONNECTORS}])+"
)
_LEADING = regex.compile(r"^[\s#]+")
_MEANT = regex.compile(r"(?<=\p{Script=Hebrew})['\"\u2019\u201d]")
_QUOTES = str.maketrans({"'": "\u05f3", '"': "\u05f4", "\u2019": "\u05f3", "\u201d": "\u05f4"})
_IGNORED = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufe0e\ufe0f\u00ad"))


@lru_cache(maxsize=100_000)
def fold_hashtag(tag: str) -> str:
    """The form by which two hashtags are the same, without ``#``: NFKC, case folded, NFKC again.

    Turkish dotted and dotless i fall together (``İ`` folds to ``i`` plus a dot, which is dropped; ``ı`` becomes ``i``),
    because people type their employer's tag on any keyboard. Safe to call twice.
    """
    body = _LEADING.sub("", unicodedata.normalize("NFKC", tag).translate(_IGNORED).rstrip())
    folded = body.casefold().replace("i\u0307", "i").replace("\u0131", "i")
    plain = unicodedata.normalize("NFKC", folded)
    return _MEANT.sub(lambda quote: quote[0].translate(_QUOTES), plain)


def is_hashtag(tag: str) -> bool:
    """Whether some platform can carry ``tag`` whole: no platform has a comma, a hyphen or a space inside one."""
    return _WHOLE.fullmatch(fold_hashtag(tag)) is not None


def find_hashtags(text: str) -> tuple[str, ...]:
    """Hashtags in ``text`` as written, without ``#``, in order, each meaning once. A number alone is no hashtag."""
    seen: dict[str, str] = {}
    for match in _TAG.finditer(text):
        body = match["body"]
        if not all(c.isdigit() or c == "_" for c in body):
            seen.setdefault(fold_hashtag(body), body)
    return tuple(seen.values())


def unique_hashtags(tags: Iterable[str]) -> tuple[str, ...]:
    """``tags`` without ``#`` and without repetitions in meaning, keeping the first spelling of each."""
    seen: dict[str, str] = {}
    for tag in tags:
        body = tag.strip().lstrip(_SIGNS)
        if body:
            seen.setdefault(fold_hashtag(body), body)
    return tuple(seen.values())


def without_hashtags(text: str) -> str:
    """``text`` with every hashtag taken out, for questions about the words that remain."""
    return _TAG.sub(" ", text)
