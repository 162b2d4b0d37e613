"""What there is to learn from: the examples in the category files, and sentences of everyday life, which are harmless.

The sentences in ``everyday.tsv`` (language, text) are ours: what people write all day, in many languages, about
everything that no category is about. Without them a post about football is merely far from the examples.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from .cleaning import is_empty
from .prototypes import Lesson
from .risks import Categories

EVERYDAY = Path(__file__).with_name("everyday.tsv")


def lessons(categories: Categories) -> tuple[Lesson, ...]:
    """Every text once, and whose it is. A text that is only tags and links teaches nothing and is left out."""
    of: dict[str, set[str]] = {}
    not_of: dict[str, set[str]] = {}
    languages: dict[str, str] = {}
    for file in categories.files:
        for example in file.examples:
            of.setdefault(example.text, set()).add(file.subject.owner)
        for example in file.counter_examples:
            not_of.setdefault(example.text, set()).add(file.subject.owner)
        languages |= {example.text: example.lang for example in (*file.examples, *file.counter_examples)}
    found = [
        Lesson(text, language, frozenset(of.get(text, ())), frozenset(not_of.get(text, ())))
        for text, language in languages.items()
    ]
    found += [Lesson(text, language) for language, text in _everyday() if text not in languages]
    return tuple(lesson for lesson in found if not is_empty(lesson.text))


def weighed(lessons: Sequence[Lesson], categories: Categories) -> tuple[Lesson, ...]:
    """What the files leave open, as the phrases decide it.

    One category's counter-example may be just what another is about: if its phrases say so, it is open to that. And a
    risk is no theme unless they say so: else whatever is bad at work would be protected speech about everything.
    """
    themes = {theme.name: theme.owner for theme in categories.theme_list}
    spoken = {category.owner: themes.get(category.theme or "") for category in categories.list}
    found = []
    for lesson in lessons:
        if lesson.of or lesson.not_of:
            phrases = categories.read(lesson.text, lesson.language).owners
            free = phrases | {spoken.get(owner) for owner in lesson.of}
            no_theme = frozenset(themes.values()) - free if lesson.of & spoken.keys() else frozenset()
            lesson = replace(lesson, not_of=lesson.not_of | no_theme - lesson.of, open_to=phrases)
        found.append(lesson)
    return tuple(found)


@cache
def _everyday() -> tuple[tuple[str, str], ...]:
    lines = EVERYDAY.read_text(encoding="utf-8").splitlines()
    return tuple((language, text) for language, text in (line.split("\t") for line in lines))
