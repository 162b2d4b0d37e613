"""Sentences that were written elsewhere (alerts, queries, errors), said in the reader's language."""

from datetime import datetime

from listening.sentences import Name, Score, Sentence, Share, Value, rounded

from .catalogue import Words, translations
from .labels import label


def told(words: Words, text: str) -> str:
    """``text`` in the reader's language where the catalogue knows it, else as it is; plain text, to be escaped.

    A text that is no :class:`Sentence` (any more) is looked up as well: whole, then its first sentence, after which
    somebody else's words may stand.
    """
    if isinstance(text, Sentence):
        return _said(words, text)
    known = _message(words, text)
    if known == text:
        first, dot, rest = text.partition(". ")
        return f"{_message(words, first + '.')} {rest}" if dot else text
    return known


def _said(words: Words, told_in_english: Sentence) -> str:
    one, many = told_in_english.message, told_in_english.many
    catalogue = translations(words.language)
    # A fraction takes the form of two, in all of our languages.
    n = rounded(float(str(told_in_english.values["n"]))) if many else 0
    said = str(catalogue.ngettext(one, many, int(n) if n == int(n) else 2) if many else catalogue.gettext(one))
    if words.language != "en" and said in (one, many):
        return str(told_in_english)  # written down before the message was worded as it is now
    return said % {name: _value(words, value) for name, value in told_in_english.values.items()}


def _message(words: Words, text: str) -> str:
    """The empty message is the catalogue's own header."""
    return str(translations(words.language).gettext(text)) if text else ""


def _value(words: Words, value: Value) -> str:
    match value:
        case Sentence():
            return _said(words, value)
        case str():
            # Somebody's own spelling: it must not turn the sentence around it.
            return f"\u2068{value}\u2069" if value and words.direction == "rtl" else value
        case Share(share):
            return words.percent(share)
        case Score(score):
            return words.score(score)
        case Name(family, key):
            return label(words, family, key)
        case datetime():
            return words.exact(value)
        case _:
            return words.number(rounded(value))
