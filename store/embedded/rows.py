"""A post as rows: its document, the narrow columns that filters and counts read, its labels and its search terms."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from listening.hashtags import fold_hashtag
from listening.jsonform import post_from_json, post_to_json
from listening.posts import Post

from ..searchable import Terms, language_of, sentiment_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Tokens may hold spaces (compatibility forms of one sign fold to several words): a private-use character stands in.
_SEPARATORS = {code: 0xE000 + code for code in (*range(0x21), 0x7F)}
_write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode

BRAND, HASHTAG, RISK, THEME = "brand", "hashtag", "risk", "theme"
COLUMNS = (
    "created_at", "dated", "platform", "language", "sentiment", "kind", "author", "audience", "story", "late",
    "reposted", "model_revision", "risk_revision",
)  # fmt: skip
WITH_VECTORS = "FROM posts p JOIN documents d ON d.number = p.number LEFT JOIN vectors v ON v.number = p.number"
"""For those who judge or write; who only shows a post needs no vector."""


@dataclass(frozen=True, slots=True)
class Rows:
    """``columns`` in the order of :data:`COLUMNS`; ``terms`` are the three columns of the FTS table.

    ``vector`` is no part of the document: what is shown and exported is made of that.
    """

    document: str
    columns: tuple[str | int | None, ...]
    labels: frozenset[tuple[str, str]]
    terms: tuple[str, str, str] | None
    vector: bytes | None

    @classmethod
    def of(cls, post: Post, *, late: bool, story: str | None = None) -> "Rows":
        """``story`` given: the words are those that are stored, and are not looked at again (``terms`` is None)."""
        terms = Terms.of(post) if story is None else None
        assessment = post.assessment
        return cls(
            document=write(post),
            columns=(
                micros(post.created_at),
                int(post.dated),
                post.platform,
                language_of(post),
                sentiment_of(post),
                post.kind.value,
                number_of_author(post.author),
                post.audience,
                story or (terms.story if terms else ""),
                int(late),
                post.reposted,
                assessment.model_revision if assessment else "",
                assessment.risk_revision if assessment else "",
            ),
            labels=labels_of(post),
            terms=(_joined_words(terms.words), _joined(terms.hashtags), _joined(_with_local_parts(terms.handles)))
            if terms
            else None,
            vector=assessment.vector if assessment else None,
        )


def micros(at: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (at - _EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def number_of_author(author: str | None) -> int | None:
    """A pseudonym in 8 bytes: distinct counts of integers are several times faster than those of texts."""
    return int.from_bytes(blake2b(author.encode(), digest_size=8).digest(), signed=True) if author else None


def write(post: Post) -> str:
    return _write_json(post_to_json(post))


def read(document: str, vector: bytes | None = None) -> Post:
    post = post_from_json(json.loads(document))
    if vector is not None and post.assessment is not None:
        return replace(post, assessment=replace(post.assessment, vector=vector))
    return post


def stored_token(token: str) -> str:
    """A token without the characters at which the tokenizer splits."""
    return token.translate(_SEPARATORS)


def _joined(tokens: list[str]) -> str:
    return " ".join(map(stored_token, tokens))


def _joined_words(words: list[str]) -> str:
    """Words hold no control characters, and very few hold a space: one count spares a look at each."""
    joined = " ".join(words)
    return joined if joined.count(" ") == len(words) - 1 else _joined(words)


def _with_local_parts(handles: list[str]) -> list[str]:
    """``@acme`` must find ``acme@server``, so the part before the server is a term of its own."""
    return [term for handle in handles for term in ([handle, handle.split("@", 1)[0]] if "@" in handle else [handle])]


def labels_of(post: Post) -> frozenset[tuple[str, str]]:
    """What a post is counted under beside its columns, as (field, value)."""
    found = {(BRAND, match.brand) for match in post.matched}
    found.update((HASHTAG, tag) for tag in map(fold_hashtag, post.hashtags) if tag)
    if assessment := post.assessment:
        found.update((RISK, risk.category) for risk in assessment.risks)
        found.update((THEME, theme) for theme in assessment.themes)
    return frozenset(found)
