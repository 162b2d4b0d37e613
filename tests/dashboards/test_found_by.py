"""Evidence is shown as what it is: words of the post, or the example that it is like."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from listening.assessments import RiskMatch, SentimentLabel
from pipeline.wiring import House

from .seeding import NOW, admit, assessment, judge, native


@pytest.mark.parametrize(
    ("risk", "shown"),
    [
        (RiskMatch("safety-hazard", 0.9, "a blocked exit", "words"), False),
        (RiskMatch("safety-hazard", 0.7, "Ieșirea e blocată.", "meaning"), True),
    ],
)
def test_an_example_is_not_shown_as_words_of_the_post(
    house: House, client: TestClient, risk: RiskMatch, shown: bool
) -> None:
    admit(house, [native("1", "There is a blocked exit #hollenbrook", NOW - timedelta(hours=1))])
    judge(house, lambda _: assessment(SentimentLabel.NEGATIVE, risks=(risk,)))
    page = client.get("/posts").text
    assert f'<q dir="auto">{risk.evidence}</q>' in page
    assert ("like the example:" in page) is shown
