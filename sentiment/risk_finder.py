"""Risks and themes of a post, by its words and by its meaning."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from listening.assessments import RiskMatch

from .category_files import Category, Group, Theme
from .cleaning import is_empty
from .encoder import Encoder
from .learned import SHIPPED, learned
from .lessons import EVERYDAY, lessons
from .packing import unpack
from .prototypes import Closeness, Prototypes
from .risks import Categories, Reading, load_categories

Found = tuple[tuple[RiskMatch, ...], tuple[str, ...]]
"""Risks, the likeliest first, and names of themes in alphabetical order."""
_CODE = ("learned.py", "lessons.py", "packing.py", "prototypes.py", "risk_finder.py")


def risk_revision(categories: Categories, model_revision: str) -> str:
    """Changes whenever a post of one text and vector could be judged differently. Reads files and loads no model."""
    digest = sha256(f"{categories.revision}\0{model_revision}".encode())
    for path in (EVERYDAY, *(Path(__file__).with_name(name) for name in _CODE)):
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


class RiskFinder:
    """Safe to share between threads. ``kept`` is a file for what was learned from the examples; see ``learned``.

    A vector is what an assessment of this encoder's revision keeps. Without one the phrases alone decide.
    """

    def __init__(self, categories: Categories, encoder: Encoder, kept: Path | None = None) -> None:
        self._categories = categories
        self._encoder = encoder
        self._kept = kept
        self.revision = risk_revision(categories, encoder.revision)
        self._lessons = lessons(categories)
        self._subjects = {file.subject.owner: file.subject for file in categories.files}
        self._weak = {file.subject.name: file.weights[Group.WEAK] for file in categories.files}

    def learn(self) -> None:
        """What the first post with a vector would do."""
        self._prototypes()

    def match(self, text: str, language: str, vector: bytes | None) -> tuple[RiskMatch, ...]:
        """The risks in ``text``, the likeliest first. ``language`` (ISO 639-1 or ``und``) is a hint."""
        return self.find([text], [language], [vector])[0][0]

    def themes(self, text: str, language: str, vector: bytes | None) -> tuple[str, ...]:
        """Names of the themes that ``text`` touches, in alphabetical order. ``language`` is a hint."""
        return self.find([text], [language], [vector])[0][1]

    def find(self, texts: Sequence[str], languages: Sequence[str], vectors: Sequence[bytes | None]) -> list[Found]:
        """Both for many posts at once, which is quicker than one by one."""
        readings = [self._categories.read(text, language) for text, language in zip(texts, languages, strict=True)]
        near: dict[int, list[Closeness]] = {}
        known = {row: vector for row, vector in enumerate(vectors) if vector is not None and not is_empty(texts[row])}
        if known:
            found = self._prototypes().near(unpack(list(known.values())))
            near = dict(zip(known, found, strict=True))
        return [self._united(reading, near.get(row, [])) for row, reading in enumerate(readings)]

    def _prototypes(self) -> Prototypes:
        """Learned at first use: a run that finds nothing new to judge does not pay for it."""
        return learned(self.revision, self._lessons, self._categories, self._encoder, self._kept)

    def _united(self, reading: Reading, near: Sequence[Closeness]) -> Found:
        risks = {risk.category: risk for risk in reading.risks}
        themes = set(reading.themes)
        closest: dict[type, Closeness] = {}
        for close in near:
            subject = self._subjects[close.subject]
            # By meaning alone a post is of one category and one theme: neighbours of the closest are near it as well.
            best = closest.setdefault(type(subject), close) is close
            if subject.name in risks and isinstance(subject, Category):
                risks[subject.name] = self._surer(risks[subject.name])
            elif best and isinstance(subject, Theme):
                themes.add(subject.name)
            elif best and subject.owner not in reading.excused:
                evidence = self._lessons[close.example].text
                risks[subject.name] = RiskMatch(subject.name, close.score, evidence, found_by="meaning")
                themes |= {subject.theme} if isinstance(subject, Category) and subject.theme else set()
        return tuple(sorted(risks.values(), key=lambda risk: -risk.score)), tuple(sorted(themes))

    def _surer(self, risk: RiskMatch) -> RiskMatch:
        """Meaning that agrees with the words leaves as much doubt as one more weak phrase."""
        doubt = (1 - risk.score) * (1 - self._weak[risk.category])
        return replace(risk, score=round(min(1 - doubt, 0.99), 4))


def main() -> None:
    """Learn from our own examples with the bundled model, and ship what was learned."""
    SHIPPED.unlink(missing_ok=True)
    finder = RiskFinder(load_categories(), Encoder.load(), SHIPPED)
    finder.learn()
    print(f"{SHIPPED}: {SHIPPED.stat().st_size / 1e6:.1f} MB, risks {finder.revision}")


if __name__ == "__main__":
    main()
