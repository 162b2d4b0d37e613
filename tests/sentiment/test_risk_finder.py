"""Words and meaning together, with the real model: taught by ten English sentences, it finds others in any language."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from listening.errors import ConfigError
from sentiment.encoder import Encoder
from sentiment.judge import Judge, TextToJudge
from sentiment.learned import learned
from sentiment.lessons import lessons
from sentiment.packing import pack
from sentiment.risk_finder import RiskFinder, risk_revision
from sentiment.risks import load_categories

UNPAID = (
    "Our salary is late again this month.",
    "They still have not paid us for March.",
    "My wages came three weeks late.",
    "No salary since January and no answer.",
    "The company owes me two months of pay.",
    "Payday was Friday and nobody got any money.",
    "We work and do not get paid.",
    "They cut our salaries without a word.",
    "My overtime was never paid.",
    "Unpaid wages, third month in a row.",
)
OTHERS = (
    "The canteen serves fish on Fridays.",
    "We paid for the cinema with a voucher.",
    "New chairs arrived, they are comfortable.",
)
UNSEEN = (
    ("ru", "Зарплату опять не заплатили в этом месяце."),
    ("pl", "Znowu nie dostaliśmy pensji w tym miesiącu."),
    ("en", "I am still waiting for last month's salary."),
)
HARMLESS = (
    ("ro", "Mâine mergem la mare cu copiii."),
    ("ru", "Спасибо команде за отличный праздник!"),
    ("he", "ארוחת הצהריים הייתה טעימה מאוד."),
    ("pl", "Dziękuję za miłą rozmowę i kawę."),
    ("en", "We won the match three to one."),
)

CATEGORY = """title = "Unpaid"
description = "Wages are not paid."
audience = ["operator"]
severity = "warning"
about = "condition"

[phrases.en]
strong = ["where is my money"]
unless = ["in the film"]
"""
THEME = """title = "Food"
description = "What there is to eat."

[phrases.en]
strong = ["canteen"]

[[examples]]
lang = "en"
text = "Lunch was cold and tasted of nothing."

[[examples]]
lang = "en"
text = "The soup of the day was delicious."
"""


def entry(kind: str, text: str, language: str = "en") -> str:
    why = 'why = "another thing"\n' if kind == "counter_examples" else ""
    return f'\n[[{kind}]]\nlang = "{language}"\ntext = "{text}"\n{why}'


@dataclass(frozen=True)
class Workshop:
    """A folder of one category and one theme, and the model that reads posts for them."""

    folder: Path
    encoder: Encoder

    def finder(self, *more: str, examples: tuple[str, ...] = UNPAID, kept: Path | None = None) -> RiskFinder:
        written = CATEGORY + "".join(entry("examples", text) for text in examples)
        written += "".join(entry("counter_examples", text) for text in OTHERS)
        for name, text in (("categories/unpaid.toml", written + "".join(more)), ("themes/food.toml", THEME)):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, encoding="utf-8")
        return RiskFinder(load_categories(self.folder), self.encoder, kept)

    def vector(self, text: str) -> bytes | None:
        return pack(self.encoder.encode([text]).vectors)[0]


@pytest.fixture
def workshop(tmp_path: Path, encoder: Encoder) -> Workshop:
    return Workshop(tmp_path, encoder)


def test_ten_english_examples_find_other_words_in_other_languages(workshop: Workshop) -> None:
    finder = workshop.finder()
    for language, text in UNSEEN:
        found = finder.match(text, language, workshop.vector(text))
        assert [(risk.category, risk.found_by) for risk in found] == [("unpaid", "meaning")], text
        assert found[0].evidence in UNPAID
        assert 0.5 <= found[0].score <= 0.99
    for language, text in HARMLESS:
        assert finder.match(text, language, workshop.vector(text)) == (), text


def test_an_eleventh_example_changes_the_answers_without_the_encoder_reading_the_post_again(workshop: Workshop) -> None:
    text = "На нашем складе бегают крысы!"
    vector = workshop.vector(text)
    eleventh = "На складе бегают крысы."
    before = workshop.finder()
    after = workshop.finder(entry("examples", eleventh, "ru"))
    assert before.match(text, "ru", vector) == ()
    assert [(risk.evidence, risk.found_by) for risk in after.match(text, "ru", vector)] == [(eleventh, "meaning")]
    assert before.revision != after.revision


def test_a_counter_example_silences_what_it_says(workshop: Workshop) -> None:
    language, text = UNSEEN[0]
    vector = workshop.vector(text)
    assert workshop.finder().match(text, language, vector)
    assert workshop.finder(entry("counter_examples", text, language)).match(text, language, vector) == ()


def test_no_example_is_lost_and_no_counter_example_fires(workshop: Workshop) -> None:
    finder = workshop.finder()
    for text in UNPAID:
        (risk,) = finder.match(text, "en", workshop.vector(text))
        assert (risk.evidence, risk.found_by) == (text, "meaning")
    for text in OTHERS:
        assert finder.match(text, "en", workshop.vector(text)) == ()


def test_words_win_and_meaning_that_agrees_makes_them_surer(workshop: Workshop) -> None:
    finder = workshop.finder()
    (alone,) = finder.match("where is my money", "en", None)
    text = "Our salary is late again this month, where is my money?"
    (both,) = finder.match(text, "en", workshop.vector(text))
    assert (alone.score, alone.found_by, alone.evidence) == (0.85, "words", "where is my money")
    assert (both.score, both.found_by, both.evidence) == (0.91, "words", "where is my money")


def test_what_excuses_words_excuses_meaning(workshop: Workshop) -> None:
    finder = workshop.finder()
    vector = workshop.vector(UNPAID[0])
    assert finder.match("Our salary is late again this month in the office.", "en", vector)
    assert finder.match("Our salary is late again this month in the film.", "en", vector) == ()


def test_themes_are_found_by_meaning_too(workshop: Workshop) -> None:
    finder = workshop.finder()
    text = "Lunch was cold again and tasted of nothing."
    assert finder.themes(text, "en", workshop.vector(text)) == ("food",)
    assert finder.themes(text, "en", None) == ()
    assert finder.themes("canteen", "en", None) == ("food",)


@pytest.mark.parametrize("text", ["", "#pay #wages", "https://pay.example @user"])
def test_a_post_without_text_means_nothing(workshop: Workshop, text: str) -> None:
    assert workshop.finder().match(text, "und", workshop.vector(UNPAID[0])) == ()


def test_without_vectors_or_examples_the_phrases_decide(workshop: Workshop) -> None:
    text = UNSEEN[0][1]
    for finder, vector in ((workshop.finder(), None), (workshop.finder(examples=()), workshop.vector(text))):
        assert finder.match(text, "ru", vector) == ()
        assert finder.match("where is my money", "en", vector)


@pytest.mark.parametrize("examples", [UNPAID[:1], (*UNPAID[:9], "#pay https://pay.example")])
def test_one_example_or_one_that_says_nothing(workshop: Workshop, examples: tuple[str, ...]) -> None:
    finder = workshop.finder(examples=examples)
    (risk,) = finder.match(examples[0], "en", workshop.vector(examples[0]))
    assert risk.evidence == examples[0]


@pytest.mark.parametrize(
    ("more", "place", "advice"),
    [
        ('\n[[examples]]\ntext = "No pay"\n', "examples, number 11", "lang"),
        ('\n[[examples]]\nlang = "en"\n', "examples, number 11", "text"),
        (entry("examples", "  "), "examples, number 11", "empty text"),
        (entry("examples", "No pay", ""), "examples, number 11", "empty lang"),
        (
            entry("counter_examples", "our salary is  late again this month."),
            "counter_examples, number 4",
            "remove the other",
        ),
    ],
)
def test_an_example_that_cannot_be_meant_is_refused(workshop: Workshop, more: str, place: str, advice: str) -> None:
    with pytest.raises(ConfigError) as refused:
        workshop.finder(more)
    for words in ("unpaid.toml", place, advice):
        assert words in str(refused.value)


def test_the_revision_follows_files_and_model(workshop: Workshop) -> None:
    first = workshop.finder()
    assert workshop.finder().revision == first.revision
    assert workshop.finder("\n# more\n").revision != first.revision
    categories = load_categories(workshop.folder)
    assert risk_revision(categories, workshop.encoder.revision) != risk_revision(categories, "another@model")


def test_many_posts_at_once_are_judged_as_one_by_one(workshop: Workshop) -> None:
    finder = workshop.finder()
    posts = [*UNSEEN, *HARMLESS]
    vectors = [workshop.vector(text) for _, text in posts]
    at_once = finder.find([text for _, text in posts], [language for language, _ in posts], [None, *vectors[1:]])
    assert at_once[0] == ((), ())
    for row in range(1, len(posts)):
        assert at_once[row][0] == finder.match(posts[row][1], posts[row][0], vectors[row])


def test_a_judge_keeps_the_vector_that_judges_again(workshop: Workshop) -> None:
    workshop.finder()
    judge = Judge(workshop.encoder, load_categories(workshop.folder))
    (found,) = judge.judge([TextToJudge(UNSEEN[0][1], "ru")])
    assert found.risks
    assert found.risks[0].found_by == "meaning"
    assert judge.rejudge_risks(UNSEEN[0][1], found.language, found.vector) == (found.risks, found.themes)
    assert found.risk_revision == judge.risk_revision


class Deaf(Encoder):
    """Reads nothing: whoever asks it must have learned already."""

    def __init__(self, revision: str) -> None:
        self.revision = revision


def test_what_was_learned_is_kept_for_the_next_process(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "home" / "learned.npz"
    kept.parent.mkdir()
    another_process(monkeypatch)
    language, text = UNSEEN[1]
    vector = workshop.vector(text)
    found = workshop.finder(kept=kept).match(text, language, vector)
    another_process(monkeypatch)
    deaf = RiskFinder(load_categories(workshop.folder), Deaf(workshop.encoder.revision), kept)
    assert found
    assert deaf.match(text, language, vector) == found
    assert [file.name for file in kept.parent.iterdir()] == ["learned.npz"]


def test_nothing_is_kept_where_there_is_no_home(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_process(monkeypatch)
    language, text = UNSEEN[0]
    assert workshop.finder(kept=tmp_path / "home" / "learned.npz").match(text, language, workshop.vector(text))
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut off", b"nonsense"])
def test_a_damaged_file_is_written_anew(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes
) -> None:
    kept = tmp_path / "learned.npz"
    kept.write_bytes(damage)
    another_process(monkeypatch)
    language, text = UNSEEN[0]
    assert workshop.finder(kept=kept).match(text, language, workshop.vector(text))
    with np.load(kept) as learned:
        assert str(learned["model"]) == workshop.encoder.revision


def test_what_our_own_files_say_is_learned(encoder: Encoder) -> None:
    categories = load_categories()
    taught = lessons(categories)
    prototypes = learned(risk_revision(categories, encoder.revision), taught, categories, encoder)
    found = [{near.subject for near in row} for row in prototypes.near(prototypes.vectors)]
    assert [one.text for one, subjects in zip(taught, found, strict=True) if subjects & one.not_of] == []
    examples = [(one, subjects) for one, subjects in zip(taught, found, strict=True) if one.of]
    missed = [one.text for one, subjects in examples if not one.of <= subjects]
    assert len(missed) < len(examples) / 20, missed


def another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has learned nothing yet."""
    monkeypatch.setattr("sentiment.learned._prototypes", {})
    monkeypatch.setattr("sentiment.learned._vectors", {})
