"""Sentences that can be said again in another language: English text that remembers what it was made of.

A :class:`Sentence` is a ``str``, so mail, webhooks and the command line show its English text and know nothing of this.
Who speaks to a reader in his language takes ``message`` (and ``many``) to a catalogue and puts ``values`` in anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .jsonform import Json, moment, read_moment


@dataclass(frozen=True, slots=True)
class Share:
    """A part of one, told as a percentage."""

    value: float


@dataclass(frozen=True, slots=True)
class Score:
    """A score between 0 and 1, told with two digits after the point."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """Something that readers know by a name of their own: ``family`` is ``risk`` or ``platform``."""

    family: str
    key: str


class Sentence(str):
    """Made by :func:`sentence` and :func:`sentence_n`. Equal to its English text."""

    __slots__ = ("many", "message", "values")
    message: str
    many: str
    """The message in the plural, if ``values["n"]`` decides; else empty."""
    values: Mapping[str, "Value"]

    def __new__(
        cls, text: str, message: str = "", many: str = "", values: Mapping[str, "Value"] | None = None
    ) -> "Sentence":
        made = super().__new__(cls, text)
        made.message, made.many, made.values = message or text, many, values or {}
        return made


Value = int | float | str | datetime | Share | Score | Name | Sentence


def sentence(message: str, /, **values: Value) -> Sentence:
    """``message`` with ``values`` at their ``%(name)s``. The message stands in the code as a literal, to be found."""
    return Sentence(_filled(message, values), message, "", values)


def sentence_n(one: str, many: str, n: float, /, **values: Value) -> Sentence:
    """Like :func:`sentence`, in the plural form of ``n``, which stands at ``%(n)s``."""
    every = {"n": n, **values}
    return Sentence(_filled(one if n == 1 else many, every), one, many, every)


def rounded(value: float) -> float:
    """One digit after the point, and only where it matters."""
    return round(value) if value >= 10 or value == int(value) else round(value, 1)


def number(value: float) -> str:
    """``12,345``"""
    return f"{rounded(value):,}"


def clock(at: datetime) -> str:
    """``22 November 2026, 09:30 UTC``; the day without a leading zero on every platform."""
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def _filled(message: str, values: Mapping[str, Value]) -> str:
    return message % {name: _in_english(value) for name, value in values.items()}


def _in_english(value: Value) -> str:
    match value:
        case str():
            return value
        case Share(share):
            return f"{share * 100:.0f} %"
        case Score(score):
            return f"{score:.2f}"
        case Name(_, key):
            return key
        case datetime():
            return clock(value.astimezone(UTC))
        case _:
            return number(value)


def sentence_to_json(text: str) -> str | Json:
    """A text that is no :class:`Sentence` stays what it is."""
    if not isinstance(text, Sentence):
        return text
    values = {name: _value_to_json(value) for name, value in text.values.items()}
    return {"text": str(text), "message": text.message, "many": text.many, "values": values}


def sentence_from_json(form: str | Json) -> str:
    """The inverse of :func:`sentence_to_json`."""
    if isinstance(form, str):
        return form
    values = {name: _value_from_json(value) for name, value in form["values"].items()}
    return Sentence(form["text"], form["message"], form["many"], values)


def _value_to_json(value: Value) -> Any:
    match value:
        case str():
            return sentence_to_json(value)
        case Share(share):
            return {"share": share}
        case Score(score):
            return {"score": score}
        case Name(family, key):
            return {"family": family, "key": key}
        case datetime():
            return {"at": moment(value)}
        case _:
            return value


def _value_from_json(form: Any) -> Value:
    match form:
        case {"share": share}:
            return Share(share)
        case {"score": score}:
            return Score(score)
        case {"family": family, "key": key}:
            return Name(family, key)
        case {"at": str(at)}:
            read = read_moment(at)
            assert read is not None
            return read
        case {"message": _}:
            return sentence_from_json(form)
        case _:
            plain: int | float | str = form
            return plain
