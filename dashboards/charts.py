"""Charts, made in Python with Plotly and drawn by ``static/earshot.js``. A chart is a dict of plain JSON values.

Every text in it is ours or escaped: Plotly reads a little HTML in its labels.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

import plotly.graph_objects as go

from listening.alerting import Incident
from listening.collecting import Gap

from .addresses import Selection
from .catalogue import Words
from .counts import ORDER, Band, Bucket
from .labels import SIGNS, label
from .periods import HOUR, Period

COLOURS = {
    "negative": "#D55E00",
    "neutral": "#8A8F98",
    "positive": "#0072B2",
    "unsure": "#8A8F98",
    "no_text": "#8A8F98",
}
_PATTERNS = {"unsure": "/", "no_text": "."}
_MOST_TICKS = 8


@dataclass(frozen=True, slots=True)
class Chart:
    """``figure`` is JSON for Plotly; ``title`` says what the chart shows to somebody who cannot see it."""

    figure: str
    title: str


def volume(
    words: Words,
    period: Period,
    buckets: Sequence[Bucket],
    selection: Selection,
    band: Band | None = None,
    gaps: Sequence[Gap] = (),
    incidents: Sequence[Incident] = (),
) -> Chart:
    """Posts over time, stacked by sentiment. A click on a bar leads to ``selection`` narrowed to it."""
    figure = go.Figure()
    if band:
        _add_band(figure, words, period, buckets, band)
    for name in ORDER:
        posts = [bucket.posts.get(name, 0) for bucket in buckets]
        if any(posts):
            _add_bars(figure, words, period, buckets, selection, str(name), posts)
    height = max([bucket.total for bucket in buckets] + [1])
    top = max(height, max(band.high) if band else 0) * 1.18
    for gap in gaps:
        _add_gap(figure, words, period, gap, top)
    _add_incidents(figure, words, period, incidents, top)
    ticks = _ticks(words, period, buckets)
    figure.update_layout(
        template="none",
        barmode="stack",
        bargap=0.12,
        height=300,
        margin={"l": 44, "r": 8, "t": 8, "b": 40},
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "system-ui, sans-serif", "size": 13},
        xaxis={
            "type": "date",
            "range": [_local(period.since, period), _local(period.until, period)],
            "tickmode": "array",
            "tickvals": [at for at, _ in ticks],
            "ticktext": [text for _, text in ticks],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "ticks": "outside",
        },
        yaxis={
            "fixedrange": True,
            "range": [0, top],
            "rangemode": "tozero",
            "dtick": 1 if height < 5 else None,
            "nticks": 5,
            "zeroline": True,
        },
    )
    title = words.say("Posts over time, by sentiment")
    return Chart(json.dumps(figure.to_plotly_json(), default=str, ensure_ascii=False), title)


def _add_bars(
    figure: go.Figure,
    words: Words,
    period: Period,
    buckets: Sequence[Bucket],
    selection: Selection,
    name: str,
    posts: Sequence[int],
) -> None:
    called = label(words, "sentiment", name)
    figure.add_bar(
        x=[_local(bucket.start, period) for bucket in buckets],
        y=list(posts),
        offset=0,
        width=[(bucket.end - bucket.start).total_seconds() * 1000 * 0.9 for bucket in buckets],
        name=f"{SIGNS[name]} {called}",
        marker={
            "color": COLOURS[name],
            "pattern": {"shape": _PATTERNS.get(name, ""), "fgcolor": COLOURS[name], "bgcolor": "rgba(0,0,0,0)"}
            if name in _PATTERNS
            else {},
        },
        customdata=[selection.narrowed(since=b.start, until=b.end, sentiments=(name,)).address() for b in buckets],
        hovertext=[
            escape(f"{step_name(words, period, b)}: {words.number(n)} {called}")
            for b, n in zip(buckets, posts, strict=True)
        ],
        hoverinfo="text",
    )


def _add_band(figure: go.Figure, words: Words, period: Period, buckets: Sequence[Bucket], band: Band) -> None:
    edges = [_local(b.start, period) for b in buckets] + [_local(period.until, period)]
    common = {"mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip", "x": edges}
    figure.add_scatter(y=[*band.low, band.low[-1]], **common)
    figure.add_scatter(
        y=[*band.high, band.high[-1]],
        fill="tonexty",
        fillcolor="rgba(138,143,152,0.22)",
        name=escape(words.say("usual")),
        **common,
    )


def _add_gap(figure: go.Figure, words: Words, period: Period, gap: Gap, top: float) -> None:
    since, until = max(gap.since, period.since), min(gap.until, period.until)
    if until <= since:
        return
    figure.add_bar(
        x=[_local(since, period)],
        y=[top],
        offset=0,
        width=[max((until - since).total_seconds() * 1000, 1)],
        marker={
            "color": "rgba(0,0,0,0)",
            "pattern": {"shape": "x", "fgcolor": "#8A8F98", "bgcolor": "rgba(0,0,0,0)", "solidity": 0.12, "size": 8},
            "line": {"width": 0},
        },
        hovertext=[escape(words.say("Not seen: %(reason)s", reason=label(words, "gap", gap.reason)))],
        hoverinfo="text",
        base=0,
        # Beside the stack, not on top of it.
        xaxis="x",
        yaxis="y",
        offsetgroup="gap",
    )


def _add_incidents(figure: go.Figure, words: Words, period: Period, incidents: Sequence[Incident], top: float) -> None:
    shown = [i for i in incidents if period.since <= i.opened_at < period.until]
    if shown:
        figure.add_scatter(
            x=[_local(i.opened_at, period) for i in shown],
            y=[top * 0.96] * len(shown),
            mode="markers",
            marker={"symbol": "triangle-down", "size": 13, "color": "#D55E00", "line": {"width": 1, "color": "#fff"}},
            customdata=[f"/alerts/{i.id}" for i in shown],
            hovertext=[escape(f"{words.say('Alert')}: {i.title[:80]}") for i in shown],
            hoverinfo="text",
            cliponaxis=False,
        )


def step_name(words: Words, period: Period, bucket: Bucket) -> str:
    """``20 Nov`` or ``20 Nov 14:00``."""
    if period.step == "day":
        return words.day(bucket.start)
    return f"{words.day(bucket.start)} {words.hour(bucket.start)}"


def _local(at: datetime, period: Period) -> str:
    """Plotly knows no zones: the wall clock of the reader, written without one."""
    return at.astimezone(period.zone).replace(tzinfo=None).isoformat(timespec="seconds")


def _ticks(words: Words, period: Period, buckets: Sequence[Bucket]) -> list[tuple[str, str]]:
    """At most eight: hours for a day or two, else midnights."""
    if period.step == HOUR:
        wanted = [b.start for b in buckets if b.start.astimezone(period.zone).hour % 6 == 0]
        named = [(at, words.hour(at) if at.astimezone(period.zone).hour else words.day(at)) for at in wanted]
    else:
        wanted = [b.start for b in buckets if b.start.astimezone(period.zone).hour == 0]
        named = [(at, words.day(at)) for at in wanted]
    every = -(-len(named) // _MOST_TICKS) or 1
    return [(_local(at, period), text) for at, text in named[::every]]
