"""Which posts explain an alert: few, different, in every language it happens in, and nobody's protected speech."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from alerts.post_rules import text_digest
from listening.alerting import Alert
from listening.posts import Post
from listening.windows import LATE

MOST = 5


def choose_evidence(posts: Iterable[Post], limit: int = MOST) -> tuple[Post, ...]:
    """At most ``limit`` of ``posts``, best first; the same ones for the same posts in any order.

    Prompt posts before late ones, larger audiences before smaller; each text and each author once; languages take
    turns. Protected speech (posts with themes) is left out: it counts, it is not quoted.
    """
    by_language: dict[str, list[Post]] = {}
    for post in sorted(posts, key=_rank):
        if post.assessment and not post.assessment.themes:
            by_language.setdefault(post.assessment.language, []).append(post)

    chosen: list[Post] = []
    texts: set[str] = set()
    authors: set[str] = set()
    while by_language and len(chosen) < limit:
        for language in list(by_language):
            candidates = by_language[language]
            while candidates:
                post = candidates.pop(0)
                text = text_digest(post)
                if text not in texts and (post.author is None or post.author not in authors):
                    texts.add(text)
                    authors |= {post.author} if post.author else set()
                    chosen.append(post)
                    break
            if not candidates:
                del by_language[language]
            if len(chosen) == limit:
                break
    return tuple(chosen)


def with_evidence(alert: Alert, posts: Sequence[Post], limit: int = MOST) -> Alert:
    """``alert`` with the ids of the posts that explain it best."""
    return replace(alert, post_ids=tuple(post.id for post in choose_evidence(posts, limit)))


def _rank(post: Post) -> tuple[bool, int, int, float, str]:
    """Sorts best first; an unknown audience is taken for a small one only here, where somebody has to come first."""
    late = post.imported or not post.dated or post.fetched_at - post.created_at > LATE
    echo = sum(n or 0 for n in (post.counts.likes, post.counts.reposts, post.counts.replies, post.counts.quotes))
    return (late, -(post.audience or 0), -echo, post.created_at.timestamp(), post.id)
