"""How well posts of a language are judged, as it stands beside the language's name."""

from collections.abc import Mapping
from dataclasses import dataclass

from sentiment.scores import MeasuredScore

from .catalogue import Words


@dataclass(frozen=True, slots=True)
class Measured:
    """``short`` stands beside the name, ``told`` is the sentence behind it."""

    short: str
    told: str
    known: bool


def measured(words: Words, language: str, scores: Mapping[str, MeasuredScore]) -> Measured:
    score = scores.get(language)
    if score is None:
        told = words.say("Nobody has measured how well posts in this language are judged.")
        return Measured(words.say("not measured"), told, known=False)
    short = words.score(score.macro_f1)
    if score.own:
        told = words.say_n(
            "Macro-F1 %(score)s, measured here on %(n)s post that you labelled",
            "Macro-F1 %(score)s, measured here on %(n)s posts that you labelled",
            score.posts,
            score=short,
        )
    else:
        told = words.say_n(
            "Macro-F1 %(score)s, measured on %(n)s labelled post that the model was not trained on",
            "Macro-F1 %(score)s, measured on %(n)s labelled posts that the model was not trained on",
            score.posts,
            score=short,
        )
    return Measured(short, told, known=True)
