"""Table: is a post that was passed on with small changes told from other posts, even those on the same topic?"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from sentiment.backends import Floats
from sentiment.labelled_rows import LabelledRow
from sentiment.quality.contestants import Meaning
from sentiment.quality.posts import FIVE, SEED
from sentiment.quality.tables import Table

_FEWEST_WORDS, _LONGEST = 6, 280
_WORD = re.compile(r"[^\W\d_]+")
_CONTENT = re.compile(r"(?<![@\w])[^\W\d_]{4,}")
# A word that more posts than this share have says little about their topic.
_COMMON = 0.01
_FALSE_ALARMS = 0.01

Change = Callable[[str, Random, Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class Pairs:
    """`changed` has a list for each way to change a post; `random` and `same_topic` are different posts."""

    changed: Mapping[str, list[tuple[str, str]]]
    random: list[tuple[str, str]]
    same_topic: list[tuple[str, str]]


def one_word(text: str, random: Random, words: Sequence[str]) -> str:
    """One word becomes another word of the language."""
    match = random.choice(list(_WORD.finditer(text)))
    other = random.choice([word for word in words if word.lower() != match[0].lower()])
    return text[: match.start()] + other + text[match.end() :]


def link_added(text: str, random: Random, words: Sequence[str]) -> str:
    return f"{text} https://example.org/{random.randrange(10**6):06d}"


def hashtags_moved(text: str, random: Random, words: Sequence[str]) -> str:
    """Hashtags go from the end to the beginning, or the other way; a post without any gets two."""
    tags = [word for word in text.split() if word.startswith("#")]
    rest = [word for word in text.split() if not word.startswith("#")]
    if not tags:
        tags = [f"#{random.choice(words)}" for _ in range(2)]
    return " ".join(rest + tags if text.startswith("#") else tags + rest)


def punctuation(text: str, random: Random, words: Sequence[str]) -> str:
    """Commas and full stops go, an exclamation comes."""
    return re.sub(r"[.,;:!?…]+(?=\s|$)", "", text) + random.choice(("!", "!!!", " …", "."))


def retweeted(text: str, random: Random, words: Sequence[str]) -> str:
    return f"RT @user: {text}"


CHANGES: Mapping[str, Change] = {
    "one word changed": one_word,
    "link added": link_added,
    "hashtags moved": hashtags_moved,
    "punctuation": punctuation,
    "RT @user:": retweeted,
}


def make_pairs(rows: Sequence[LabelledRow], most: int) -> Pairs:
    """`most` posts of each of the five languages, each changed in every way; as many unlike pairs of each kind."""
    found = Pairs({name: [] for name in CHANGES}, [], [])
    for language in FIVE:
        texts = sorted({row.text for row in rows if row.language == language and _usable(row.text)})
        random = Random(f"{SEED} {language}")
        random.shuffle(texts)
        content = {text: frozenset(word.lower() for word in _CONTENT.findall(text)) for text in texts}
        words = sorted({word for text in texts for word in _CONTENT.findall(text)})
        for text in texts[:most]:
            for name, change in CHANGES.items():
                found.changed[name].append((text, change(text, random, words)))
        found.random.extend(_random_pairs(texts, content, most, random))
        found.same_topic.extend(_same_topic(texts, content, most))
    return found


def auc(changed: Floats, unlike: Floats) -> float:
    """How often a changed pair is above an unlike one; a tie is half."""
    ordered = np.sort(unlike)
    below = np.searchsorted(ordered, changed, side="left")
    up_to = np.searchsorted(ordered, changed, side="right")
    return float((below + up_to).mean() / 2 / len(ordered))


def threshold(unlike: Floats, false_alarms: float = _FALSE_ALARMS) -> float:
    """No more than this share of unlike pairs is above it."""
    return float(np.sort(unlike)[::-1][int(false_alarms * len(unlike))])


def duplicates_table(meanings: Sequence[Meaning], rows: Sequence[LabelledRow], most: int) -> Table:
    pairs = make_pairs(rows, most)
    columns = [_column(one, pairs) for one in meanings]
    return Table(
        title="A post passed on with small changes is told from others",
        columns=("", *(one.name for one in meanings)),
        rows=tuple((name, *(f"{100 * column[name]:.1f}" for column in columns)) for name in columns[0])
        if columns
        else (),
        notes=(
            f"Development posts of {', '.join(FIVE)}, {most} a language at most: {len(pairs.changed['punctuation']):,} "
            f"changed in each of {len(CHANGES)} ways, {len(pairs.random):,} random pairs, {len(pairs.same_topic):,} of "
            "the same topic (two or more rarer words in common). AUC is the area under the ROC curve; found is the "
            "share of changed posts above a threshold that 1 % of the pairs of the same topic pass; in percent.",
        ),
    )


def _column(meaning: Meaning, pairs: Pairs) -> dict[str, float]:
    every = [*(pairs.changed[name] for name in CHANGES), pairs.random, pairs.same_topic]
    flat = [pair for some in every for pair in some]
    alike = meaning.pairwise([one for one, _ in flat], [other for _, other in flat])
    *changed, random, topic = np.split(alike, np.cumsum([len(some) for some in every])[:-1])
    all_changed = np.concatenate(changed)
    column = {"AUC against random pairs": auc(all_changed, random)}
    column["AUC against the same topic"] = auc(all_changed, topic)
    column["found at 1 % false alarms"] = float((all_changed > threshold(topic)).mean())
    for name, some in zip(CHANGES, changed, strict=True):
        column[f"  {name}"] = float((some > threshold(topic)).mean())
    return column


def _usable(text: str) -> bool:
    return len(_WORD.findall(text)) >= _FEWEST_WORDS and len(text) <= _LONGEST


def _random_pairs(
    texts: list[str], content: Mapping[str, frozenset[str]], most: int, random: Random
) -> list[tuple[str, str]]:
    drawn = [random.sample(texts, 2) for _ in range(most)] if len(texts) > 1 else []
    return [(one, other) for one, other in drawn if not _is_copy(content[one], content[other])]


def _same_topic(texts: list[str], content: Mapping[str, frozenset[str]], most: int) -> list[tuple[str, str]]:
    """Different posts that share two rarer words, each post in one pair only."""
    in_posts = Counter(word for words in content.values() for word in words)
    rare = {text: [w for w in content[text] if in_posts[w] <= max(5, _COMMON * len(texts))] for text in texts}
    with_word: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        for word in sorted(rare[text]):
            with_word[word].append(text)
    found: list[tuple[str, str]] = []
    used: set[str] = set()
    for text in texts:
        shared = Counter(other for word in sorted(rare[text]) for other in with_word[word] if other != text)
        for other, count in shared.most_common():
            if count < 2 or len(found) == most:
                break
            if text not in used and other not in used and not _is_copy(content[text], content[other]):
                found.append((text, other))
                used |= {text, other}
    return found


def _is_copy(one: frozenset[str], other: frozenset[str]) -> bool:
    """The posts themselves hold copies with small changes; those are no counter-examples."""
    return 2 * len(one & other) >= len(one | other)
