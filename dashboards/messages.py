"""Finds every message in our code and templates; ``python -m dashboards.messages`` brings the catalogues up to date.

A new message stands in the catalogues with an empty translation, and ``tests/dashboards/test_catalogue.py`` names it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from .catalogue import LANGUAGES, po_file

_HERE = Path(__file__).parent
_ELSEWHERE = (
    "alerts/sentences.py",
    "listening/query.py",
    "listening/verdicts.py",
    "pipeline/actions.py",
    "pipeline/allowances.py",
    "pipeline/sources.py",
    "store/embedded/searching.py",
)
"""Files outside this package whose sentences stand on pages."""
_SINGLE = ("say", "say_html", "mark", "sentence")
_PLURAL = ("say_n", "sentence_n")

Message = str | tuple[str, str]


def found() -> Catalog:
    """The messages that code and templates hold now."""
    catalogue = Catalog(domain="earshot", project="Earshot", charset="utf-8", fuzzy=False)
    for path in (*sorted(_HERE.rglob("*.py")), *(_HERE.parent / name for name in _ELSEWHERE)):
        for message in messages_in(path.read_text(encoding="utf-8")):
            catalogue.add(message)
    templates = extract_from_dir(_HERE / "templates", method_map=[("**.html", "jinja2")], keywords=_TEMPLATE_KEYWORDS)
    for _, _, text, _, _ in templates:
        catalogue.add(text)
    return catalogue


_TEMPLATE_KEYWORDS = {"_": None, "ngettext": (1, 2)}


def messages_in(source: str) -> Iterator[Message]:
    """Messages in Python code, by its syntax tree: Babel's own reader misses calls inside calls."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if name in _SINGLE and texts:
            yield texts[0]
        elif name in _PLURAL and len(texts) >= 2:
            yield texts[0], texts[1]


def update() -> None:
    """Merge what was found into each catalogue; existing translations stay, vanished messages go."""
    wanted = found()
    for language in LANGUAGES:
        if language == "en":
            continue
        path = po_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            with path.open("rb") as file:
                catalogue = read_po(file, locale=language, domain="earshot")
        else:
            catalogue = _empty(language)
        catalogue.update(wanted, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.header_comment = f"# Earshot's pages in {LANGUAGES[language]}. English is the source."
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, no_location=True, sort_output=True)


def _empty(language: str) -> Catalog:
    return Catalog(
        locale=language,
        domain="earshot",
        project="Earshot",
        version="1",
        last_translator="the authors of Earshot",
        language_team=LANGUAGES[language],
        fuzzy=False,
    )


if __name__ == "__main__":
    update()
