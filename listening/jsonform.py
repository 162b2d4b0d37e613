"""A post as JSON: one shape for search, export, the API and dry runs (design.md section 6)."""

from datetime import UTC, datetime
from typing import Any, get_args

from .assessments import Assessment, FoundBy, RiskMatch, Sentiment, SentimentLabel
from .errors import UnreadableInput
from .posts import Counts, Kind, Match, Media, Post, Speaker

Json = dict[str, Any]


def moment(at: datetime | None) -> str | None:
    """ISO 8601 in UTC with microseconds where there are any: ``2026-11-22T09:30:00Z``."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def read_moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def post_to_json(post: Post) -> Json:
    """The public shape. ``assessment`` is there once the post was judged."""
    form: Json = {
        "id": post.id,
        "platform": post.platform,
        "url": post.url,
        "author": post.author,
        "speaker": post.speaker.value,
        "audience": post.audience,
        "kind": post.kind.value,
        "text": post.text,
        "title": post.title,
        "created_at": moment(post.created_at),
        "fetched_at": moment(post.fetched_at),
        "edited_at": moment(post.edited_at),
        "dated": post.dated,
        "imported": post.imported,
        "language": {"platform": post.language, "detected": post.language_detected},
        "hashtags": list(post.hashtags),
        "mentions": list(post.mentions),
        "links": list(post.links),
        "media": [{"type": m.type, "alt": m.alt} for m in post.media],
        "counts": {name: getattr(post.counts, name) for name in Counts.__slots__},
        "in_reply_to": post.in_reply_to,
        "reposted": post.reposted,
        "quoted": post.quoted,
        "matched": [{"brand": m.brand, "query_revision": m.query_revision} for m in post.matched],
    }
    if post.assessment:
        form["assessment"] = assessment_to_json(post.assessment)
    return form


def assessment_to_json(assessment: Assessment) -> Json:
    """``sentiment`` is the model's word, ``verdict`` the reviewer's, null where nobody corrected it.

    The meaning vector is not in it: it leaves the house in no form.
    """
    return {
        "language": assessment.language,
        "sentiment": {"label": assessment.sentiment.label.value, "scores": dict(assessment.sentiment.scores)},
        "offensive": assessment.offensive,
        "verdict": assessment.verdict.value if assessment.verdict else None,
        "risks": [_risk_to_json(risk) for risk in assessment.risks],
        "overruled": [_risk_to_json(risk) for risk in assessment.overruled],
        "themes": list(assessment.themes),
        "model_revision": assessment.model_revision,
        "risk_revision": assessment.risk_revision,
    }


def assessment_from_json(form: Json) -> Assessment:
    """Reads the forms of earlier versions too: without ``verdict``, ``overruled`` and ``found_by``."""
    verdict = form.get("verdict")
    return Assessment(
        language=form["language"],
        sentiment=Sentiment(SentimentLabel(form["sentiment"]["label"]), form["sentiment"]["scores"]),
        offensive=form["offensive"],
        verdict=SentimentLabel(verdict) if verdict else None,
        risks=tuple(map(_risk_from_json, form["risks"])),
        overruled=tuple(map(_risk_from_json, form.get("overruled", ()))),
        themes=tuple(form["themes"]),
        model_revision=form["model_revision"],
        risk_revision=form["risk_revision"],
    )


def _risk_to_json(risk: RiskMatch) -> Json:
    return {"category": risk.category, "score": risk.score, "evidence": risk.evidence, "found_by": risk.found_by}


def _risk_from_json(form: Json) -> RiskMatch:
    found_by = form.get("found_by", "words")
    if found_by not in get_args(FoundBy):
        raise ValueError(f"found_by is {found_by!r}")
    return RiskMatch(form["category"], form["score"], form["evidence"], found_by)


def post_from_json(form: Json) -> Post:
    """The inverse of :func:`post_to_json`; raises :class:`UnreadableInput` if the document is not one of ours."""
    try:
        return Post(
            id=form["id"],
            platform=form["platform"],
            url=form["url"],
            author=form["author"],
            speaker=Speaker(form["speaker"]),
            audience=form["audience"],
            kind=Kind(form["kind"]),
            text=form["text"],
            title=form["title"],
            created_at=datetime.fromisoformat(form["created_at"]),
            fetched_at=datetime.fromisoformat(form["fetched_at"]),
            edited_at=read_moment(form["edited_at"]),
            dated=form["dated"],
            imported=form["imported"],
            language=form["language"]["platform"],
            hashtags=tuple(form["hashtags"]),
            mentions=tuple(form["mentions"]),
            links=tuple(form["links"]),
            media=tuple(Media(m["type"], m["alt"]) for m in form["media"]),
            counts=Counts(**form["counts"]),
            in_reply_to=form["in_reply_to"],
            reposted=form["reposted"],
            quoted=form["quoted"],
            matched=tuple(Match(m["brand"], m["query_revision"]) for m in form["matched"]),
            assessment=assessment_from_json(form["assessment"]) if form.get("assessment") else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableInput(
            f"A stored post cannot be read back ({error!r}); it was written by something else."
        ) from error
