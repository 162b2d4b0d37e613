"""Editions: a country and a language, which Google wants told three times, and alike."""

from dataclasses import dataclass

_BY_COUNTRY = ("en", "pt", "fr", "nl")
"""Languages of several editions, whose ``hl`` has the country too: en-GB, pt-BR. The others are written bare."""
_CHINESE = {"zh-Hant": "zh-TW", "zh-Hans": "zh-CN"}


@dataclass(frozen=True, slots=True)
class Edition:
    """``name`` is ``COUNTRY:language``, as in ``ceid``."""

    name: str

    @property
    def parameters(self) -> dict[str, str]:
        """``hl``, ``gl`` and ``ceid`` that agree: where they do not, Google sends us on to another edition."""
        country, _, language = self.name.partition(":")
        bare = language.partition("-")[0]
        hl = _CHINESE.get(language) or (f"{bare}-{country}" if bare in _BY_COUNTRY else language)
        return {"hl": hl, "gl": country, "ceid": self.name}

    @property
    def language(self) -> str:
        return self.name.partition(":")[2].partition("-")[0]
