"""No visible word without a translation, and no word in a template that goes round the catalogue."""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from dashboards.catalogue import LANGUAGES, Words, po_file, translations
from dashboards.labels import label
from dashboards.messages import found, messages_in

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "dashboards" / "templates"
STATIC = ROOT / "dashboards" / "static"
OTHERS = [language for language in LANGUAGES if language != "en"]
# Names and signs that are the same in every language.
SAME = {"Earshot", "CSV", "TSV"}
ONE_ALONE = {"ro", "he", "pl"}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def _wanted() -> set[str | tuple[str, ...]]:
    return {message.id if isinstance(message.id, str) else tuple(message.id) for message in found() if message.id}


def test_messages_are_found_in_code_and_templates() -> None:
    wanted = _wanted()
    assert {"no answer", "Alert", "not judged yet", "Skip to the content", ("%(n)s post", "%(n)s posts")} <= wanted
    assert {
        "The rule asks for %(least)s; one post is enough.",
        ("in the last hour", "in the last %(n)s hours"),
    } <= wanted
    assert "The phrase at character %(at)s has no word in it." in wanted


@pytest.mark.parametrize("path", ["listening/query.py", "dashboards/periods.py", "dashboards/addresses.py"])
def test_no_query_error_goes_round_the_catalogue(path: str) -> None:
    calls = [node for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))) if isinstance(node, ast.Call)]
    raised = [call for call in calls if getattr(call.func, "id", "") == "QueryError"]
    assert raised
    for call in raised:
        assert ast.unparse(call.args[0]).startswith("sentence("), ast.unparse(call)


def test_a_call_inside_a_call_is_found() -> None:
    assert list(messages_in("words.say_html('a %(b)s', b=words.say('c'))")) == ["a %(b)s", "c"]


@pytest.mark.parametrize("language", OTHERS)
def test_every_catalogue_is_complete(language: str) -> None:
    with po_file(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    known = {tuple(m.id) if not isinstance(m.id, str) else m.id: m for m in catalogue if m.id}
    assert set(known) == _wanted(), "run: python -m dashboards.messages, then translate what is empty"
    for key, message in known.items():
        texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
        assert texts, f"{language}: no translation for {key!r}"
        assert all(texts), f"{language}: no translation for {key!r}"
        assert not message.fuzzy, f"{language}: {key!r} is marked fuzzy"
        names = set(PLACEHOLDER.findall(key if isinstance(key, str) else key[1]))
        for form, text in enumerate(texts):
            # Where the first form is for one alone, "the last hour" needs no number.
            unsaid = {"n"} if form == 0 and len(texts) > 1 and language in ONE_ALONE else set()
            said = set(PLACEHOLDER.findall(text))
            assert names - unsaid <= said <= names, f"{language}: {key!r} → {text!r}: other placeholders"


@pytest.mark.parametrize("family", ["risk", "theme"])
def test_what_we_bring_has_a_name_in_every_language(family: str) -> None:
    folder = Path(__file__).parents[2] / "sentiment" / {"risk": "categories", "theme": "themes"}[family]
    names = [path.stem for path in folder.glob("*.toml")]
    words = [Words(language, ZoneInfo("UTC"), datetime.now(UTC)) for language in LANGUAGES]
    for name in names:
        assert len({label(one, family, name) for one in words}) > 2, f"dashboards/labels.py has no name for {name!r}"


@pytest.mark.parametrize(
    ("language", "n", "said"),
    [
        ("en", 1, "1 post"),
        ("en", 2, "2 posts"),
        ("ro", 19, "19 postări"),
        ("ro", 20, "20 de postări"),
        ("ru", 21, "21 публикация"),
        ("ru", 22, "22 публикации"),
        ("ru", 25, "25 публикаций"),
        ("pl", 22, "22 wpisy"),
        ("pl", 25, "25 wpisów"),
        ("he", 2, "2 פוסטים"),
    ],
)
def test_plurals(language: str, n: int, said: str) -> None:
    assert translations(language).ngettext("%(n)s post", "%(n)s posts", n) % {"n": n} == said


_TAGS_OF_JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_CODE = re.compile(r"<code\b.*?</code>|<title>.*?</title>", re.DOTALL)
_TAG = re.compile(r"<(?:[^\"'>]|\"[^\"]*\"|'[^']*')*>")
_SPOKEN = re.compile(r"\b(?:title|aria-label|alt|placeholder)=(?:\"([^\"]*)\"|'([^']*)')")
_WORD = re.compile(r"[^\W\d_]{2,}")


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_words_of_their_own(path: Path) -> None:
    bare = _TAGS_OF_JINJA.sub(" ", path.read_text(encoding="utf-8"))
    bare = _CODE.sub(" ", bare)
    spoken = " ".join(a or b for a, b in _SPOKEN.findall(bare)).replace('#acme OR "late again"', "")
    text = _TAG.sub(" ", bare)
    strangers = set(_WORD.findall(f"{text} {spoken}")) - SAME
    assert not strangers, f"{path.name}: write these through _(): {sorted(strangers)}"


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_styles_know_no_left_and_right(path: Path) -> None:
    css = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.findall(r"(?<![-\w])(?:left|right)(?![-\w])|-(?:left|right)(?![-\w])", css)


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_inline_style_or_script(path: Path) -> None:
    html = path.read_text(encoding="utf-8")
    assert not re.findall(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)|\|\s*safe", html)
