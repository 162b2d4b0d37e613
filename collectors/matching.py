"""What a platform gives is often more than was asked for: the query has the last word."""

from listening.posts import NativePost
from listening.query import Query, Searchable


def matches(query: Query, post: NativePost) -> bool:
    """Whether a post answers a query, by the evaluator that search and the write door use."""
    words = f"{post.title}\n{post.text}" if post.title else post.text
    return query.matches(Searchable.of(words, post.hashtags, post.mentions, post.language))
