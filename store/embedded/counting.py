"""A window counted from its posts."""

from datetime import datetime

import apsw

from listening.assessments import SentimentLabel
from listening.windows import LENGTH, HashtagRow, WindowRow

from ..protocol import Tally
from .connections import Connections
from .rows import BRAND, HASHTAG, micros

# Judged, dated posts of one brand in one window. A repost tells the story of what it reposts, if we have that.
_POSTS = """
    FROM posts p INDEXED BY posts_by_time LEFT JOIN posts original ON original.id = p.reposted {join}
    WHERE p.created_at >= ? AND p.created_at < ? AND p.dated AND p.sentiment <> 'pending'
    AND EXISTS (SELECT 1 FROM labels b WHERE b.number = p.number AND b.field = ? AND b.value = ?)
"""
_ROWS = f"""
    SELECT p.platform, p.language, p.sentiment, count(*), count(DISTINCT coalesce(original.story, p.story)),
        count(DISTINCT p.author), coalesce(sum(p.audience), 0), sum(p.late)
    {_POSTS.format(join="")} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_HASHTAGS = f"""
    SELECT l.value, p.sentiment, count(*), count(DISTINCT p.author)
    {_POSTS.format(join="JOIN labels l ON l.number = p.number AND l.field = ?")} GROUP BY 1, 2 ORDER BY 1, 2
"""


def tally(connections: Connections, brand: str, start: datetime) -> Tally:
    """Both kinds of rows, of one moment."""
    wanted = (micros(start), micros(start + LENGTH), BRAND, brand)
    with connections.reading() as connection:
        return Tally(rows=_rows(connection, brand, start, wanted), hashtags=_hashtags(connection, brand, start, wanted))


_Wanted = tuple[int, int, str, str]


def _rows(connection: apsw.Connection, brand: str, start: datetime, wanted: _Wanted) -> tuple[WindowRow, ...]:
    return tuple(
        WindowRow(
            start=start,
            brand=brand,
            platform=platform,
            language=language,
            sentiment=SentimentLabel(sentiment),
            posts=posts,
            stories=stories,
            authors=authors,
            reach=reach,
            late=late,
        )
        for platform, language, sentiment, posts, stories, authors, reach, late in connection.execute(_ROWS, wanted)
    )


def _hashtags(connection: apsw.Connection, brand: str, start: datetime, wanted: _Wanted) -> tuple[HashtagRow, ...]:
    return tuple(
        HashtagRow(
            start=start, brand=brand, hashtag=tag, sentiment=SentimentLabel(sentiment), posts=posts, authors=authors
        )
        for tag, sentiment, posts, authors in connection.execute(_HASHTAGS, (HASHTAG, *wanted))
    )
