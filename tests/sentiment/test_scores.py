from pathlib import Path

import pytest

from listening.errors import UnreadableInput
from sentiment.evaluation import LanguageScore
from sentiment.locating import BUNDLED, find
from sentiment.scores import FEWEST, MeasuredScore, save_scores, saved_scores, scores_of


def score(language: str, support: int, macro_f1: float = 0.7) -> LanguageScore:
    return LanguageScore(
        language=language,
        support=support,
        macro_f1=macro_f1,
        accuracy=0.8,
        accuracy_when_sure=0.85,
        coverage=0.9,
        calibration_error=0.03,
        f1={"negative": 0.7, "neutral": 0.7, "positive": 0.7},
        class_support={"negative": support, "neutral": 0, "positive": 0},
    )


def test_the_bundled_model_was_measured_in_our_first_languages() -> None:
    found = scores_of(find(BUNDLED).config)
    assert {"en", "he", "pl", "ro", "ru"} <= found.keys()
    assert all(0 < one.macro_f1 <= 1 and one.posts >= FEWEST and not one.own for one in found.values())


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"earshot": None},
        {"earshot": []},
        {"earshot": {"development_scores": 0.9}},
        {"earshot": {"development_scores": {"en": 0.9}}},
        {"earshot": {"development_scores": {"en": {"posts": "many", "macro_f1": 0.9}}}},
        {"earshot": {"development_scores": {"en": {"posts": 900, "macro_f1": 0.9}}}},
    ],
    ids=str,
)
def test_a_model_that_says_nothing_was_not_measured(config: dict[str, object]) -> None:
    assert scores_of(config) == {}


def test_what_was_measured_here_is_kept_by_revision(tmp_path: Path) -> None:
    file = tmp_path / "home" / "model-scores.json"
    assert saved_scores(file, "m@1") == {}
    save_scores(file, "m@1", [score("pl", 500), score("ro", 60)])
    save_scores(file, "m@2", [score("pl", 500, 0.9)])
    kept = save_scores(file, "m@1", [score("ro", 80, 0.6), score("cs", FEWEST - 1)])
    assert kept == {"ro": MeasuredScore(80, 0.6, 0.8, 0.03, own=True)}
    found = saved_scores(file, "m@1")
    assert {language: (one.posts, one.macro_f1, one.own) for language, one in found.items()} == {
        "pl": (500, 0.7, True),
        "ro": (80, 0.6, True),
    }
    assert saved_scores(file, "m@2")["pl"].macro_f1 == 0.9


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "model-scores.json"
    file.write_text("{", encoding="utf-8")
    with pytest.raises(UnreadableInput, match=r"model-scores\.json cannot be read .*delete it and measure again"):
        saved_scores(file, "m@1")
