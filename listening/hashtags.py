"""Hashtags: found in any script, compared by meaning, shown as written.

Follows Unicode Technical Standard 31 (section "Hashtag Identifiers"): ``#`` (or its full-width and small forms), then
letters, digits, marks and underscores, with a few connecting characters inside.
"""

import unicodedata
from collections.abc import Iterable

import regex

_SIGNS = "#\uff03\ufe5f"
# Inside a tag: Hebrew geresh and gershayim (and the ASCII quotes that keyboards give instead, between Hebrew letters
# only), ZWNJ as Persian writes it, the middle dot of Catalan, and the Japanese wave and long-vowel marks.
_CONNECTORS = "\u05f3\u05f4\u200c\u00b7\u30fb\u30fc"
_TAG = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}\p{{M}}_&/])[{_SIGNS}]"
    rf"(?P<body>(?:[\p{{L}}\p{{M}}\p{{N}}_]|[{_CONNECTORS}](?=[\p{{L}}\p{{N}}])"
    r"|(?<=\p{Script=Hebrew})[\"'](?=\p{Script=Hebrew}))+)"
)
_QUOTES = str.maketrans({"'": "\u05f3", '"': "\u05f4", "\u2019": "\u05f3", "\u201d": "\u05f4"})
_IGNORED = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufe0e\ufe0f\u00ad"))


def fold_hashtag(tag: str) -> str:
    """The form by which two hashtags are the same, without ``#``: NFKC, case folded, NFKC again.

    Turkish dotted and dotless i fall together (``İ`` folds to ``i`` plus a dot, which is dropped; ``ı`` becomes ``i``),
    because people type their employer's tag on any keyboard. Safe to call twice.
    """
    body = tag.strip().lstrip(_SIGNS)
    folded = unicodedata.normalize("NFKC", body).casefold().replace("i\u0307", "i").replace("\u0131", "i")
    return unicodedata.normalize("NFKC", folded).translate(_QUOTES).translate(_IGNORED)


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
