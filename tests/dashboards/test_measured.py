"""Beside each language stands how well it is judged."""

import html
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from dashboards.catalogue import Words
from dashboards.measured import measured
from listening.settings import SentimentSettings
from pipeline.wiring import House
from sentiment.scores import MeasuredScore

from .conftest import client_of
from .seeding import NOW, fill, settings_at

SCORES = {"pl": MeasuredScore(3564, 0.768, 0.77, 0.01), "he": MeasuredScore(120, 0.6, 0.7, 0.02, own=True)}


def _words(language: str) -> Words:
    return Words(language, ZoneInfo("UTC"), NOW)


@pytest.mark.parametrize(
    ("reader", "language", "short", "told"),
    [
        ("en", "pl", "0.77", "Macro-F1 0.77, measured on 3,564 labelled posts that the model was not trained on"),
        ("en", "he", "0.60", "Macro-F1 0.60, measured here on 120 posts that you labelled"),
        ("en", "is", "not measured", "Nobody has measured how well posts in this language are judged."),
        ("pl", "pl", "0,77", "Makro-F1 0,77, zmierzone na 3564 oznaczonych wpisach, na których model się nie uczył"),
        ("ro", "is", "nemăsurat", "Nimeni nu a măsurat cât de bine sunt evaluate postările în această limbă."),
    ],
)
def test_the_number_and_the_sentence_behind_it(reader: str, language: str, short: str, told: str) -> None:
    said = measured(_words(reader), language, SCORES)
    assert (said.short, said.told.replace("\xa0", "")) == (short, told)
    assert said.known == (language in SCORES)


def _shown(page: str) -> dict[str, tuple[str, str]]:
    """Language → number and sentence, from the rows that have them."""
    row = (
        r'<bdi>([^<]+)</bdi>(?:</a>)?\s*<span class="measured[^"]*" title="([^"]+)"><span aria-hidden="true">· ([^<]+)<'
    )
    return {name: (short, html.unescape(told)) for name, told, short in re.findall(row, page)}


@pytest.mark.parametrize("path", ["/?period=28d", "/posts"])
def test_every_language_of_a_filter_or_chart_has_its_score(full: TestClient, full_house: House, path: str) -> None:
    page = full.get(path).text
    shown = _shown(page)
    assert len(shown) == len(re.findall('class="measured', page)) >= 3
    scores = full_house.measured_scores
    assert abs(float(shown["Polish"][0]) - scores["pl"].macro_f1) <= 0.0051
    assert f"{scores['pl'].posts:,} labelled posts" in shown["Polish"][1]
    assert "earshot evaluate FILE --save" in page


def test_no_model_is_loaded_to_show_it(full: TestClient, full_house: House) -> None:
    full_house.__dict__.pop("judge", None)
    assert full.get("/posts").status_code == 200
    assert "judge" not in full_house.__dict__


@pytest.mark.parametrize("model", ["owner/never-fetched", "/no/such/folder"])
def test_a_model_that_nobody_measured_is_marked_so(tmp_path: Path, model: str) -> None:
    with House(settings_at(tmp_path / "home")) as house:
        fill(house)
        house.settings = house.settings.model_copy(update={"sentiment": SentimentSettings(model=model)})
        with client_of(house) as client:
            shown = _shown(client.get("/posts").text)
    assert {short for short, _ in shown.values()} == {"not measured"}
