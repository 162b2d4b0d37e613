"""Judge what lacks the current model or risk revision. What that is, the store says, never an event."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from listening.posts import Post
from pipeline.wiring import House
from sentiment.judge import TextToJudge
from store.protocol import Judgement

BATCH = 512
"""Posts a turn: a few seconds of work, so that a kill costs little and memory stays flat."""


def classify(house: House, now: datetime, say: Callable[[int], None] = lambda _: None) -> int:
    """Judge all posts that lack it, newest first; returns how many. ``say`` is told how many are done."""
    done = 0
    before: tuple[Post, ...] = ()
    while waiting := house.index.unjudged(house.model_revision, house.risk_revision, BATCH):
        if waiting == before:  # somebody rewrites them faster than we judge; the next run will have them
            break
        house.door.judge(_judgements(house, waiting), now)
        done, before = done + len(waiting), waiting
        say(done)
    return done


def _judgements(house: House, posts: tuple[Post, ...]) -> list[Judgement]:
    """A post whose model revision is current lacks only the risks: those are cheap, the encoder does not run again."""
    judge = house.judge
    full = [p for p in posts if p.assessment is None or p.assessment.model_revision != judge.model_revision]
    judged = [
        Judgement(post, assessment)
        for post, assessment in zip(full, judge.judge([text_of(post) for post in full]), strict=True)
    ]
    for post in posts:
        kept = post.assessment
        if kept is not None and kept.model_revision == judge.model_revision:
            risks, themes = judge.rejudge_risks(text_of(post).text, kept.language, kept.vector)
            again = replace(kept, risks=risks, themes=themes, risk_revision=judge.risk_revision)
            judged.append(Judgement(post, again))
    return judged


def text_of(post: Post) -> TextToJudge:
    """What is read of a post: its title and text, and the platform's word on the language as a hint."""
    return TextToJudge("\n".join(part for part in (post.title, post.text) if part), hint=post.language)
