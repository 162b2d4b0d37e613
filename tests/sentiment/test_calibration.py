"""Logits become probabilities by language."""

import numpy as np

from sentiment.calibration import Calibration

LOGITS = np.array([[2.0, 0.0, -2.0]] * 3, np.float32)


def test_every_language_has_its_own_temperature() -> None:
    calibration = Calibration.of({"calibration": {"*": {"temperature": 2.0}, "he": {"temperature": 0.5}}})
    found = calibration.applied(LOGITS, ["he", "en", None])
    assert found.tolist() == [[4.0, 0.0, -4.0], [1.0, 0.0, -1.0], [1.0, 0.0, -1.0]]


def test_a_model_without_calibration_is_taken_at_its_word() -> None:
    assert Calibration.of({}) == Calibration(1.0, {})
    assert Calibration.of({}).applied(LOGITS, [None] * 3).tolist() == LOGITS.tolist()


def test_one_temperature_for_all_is_the_old_form() -> None:
    assert Calibration.of({"temperature": 0.5}).applied(LOGITS, ["xx"] * 3)[0].tolist() == [4.0, 0.0, -4.0]
