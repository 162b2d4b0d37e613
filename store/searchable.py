"""What of a post is searched, and which posts tell the same story. All indexes share it, so that they agree."""

from dataclasses import dataclass
from hashlib import blake2b
from unicodedata import normalize

import regex

from listening.analysis import tokens
from listening.hashtags import fold_hashtag, without_hashtags
from listening.posts import Post
from listening.query import Searchable, fold_handle

UNKNOWN_LANGUAGE = "und"
_SIGNS = ("#", "＃", "﹟", "@", "＠", "http", "www.")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+|\p{So}")
_LINK_OR_MENTION = regex.compile(r"(?:https?://|www\.)\S+|(?<![\p{L}\p{N}_])[@＠][\p{L}\p{N}_][\p{L}\p{N}_.@\-]*")


def language_of(post: Post) -> str:
    """The language that counts: ours, until then the platform's without its region, else ``und``."""
    if post.assessment:
        return post.assessment.language
    return primary(post.language) or UNKNOWN_LANGUAGE


def primary(tag: str | None) -> str | None:
    """A language tag without its region, as stemmers and filters know it: ``pt-BR`` is ``pt``."""
    return (tag or "").replace("_", "-").split("-", 1)[0].lower() or None


def sentiment_of(post: Post) -> str:
    """The label that counts (a reviewer's, else the model's), or ``pending`` for a post that was not judged yet."""
    return post.assessment.label.value if post.assessment else "pending"


@dataclass(frozen=True, slots=True)
class Terms:
    """The words of a post as an index stores them, its hashtags and handles, and the story it tells."""

    words: list[str]
    hashtags: list[str]
    handles: list[str]
    story: str

    @classmethod
    def of(cls, post: Post) -> "Terms":
        text = text_of(post.title, post.text)
        return cls(
            words=tokens(text, language_of(post)),
            hashtags=sorted({fold_hashtag(tag) for tag in post.hashtags} - {""}),
            handles=sorted({fold_handle(handle) for handle in post.mentions} - {""}),
            story=_story(post, text),
        )


def searchable(post: Post) -> Searchable:
    """The post as the query evaluator sees it: the reference for every index."""
    return Searchable.of(text_of(post.title, post.text), post.hashtags, post.mentions, language_of(post))


def text_of(title: str | None, text: str) -> str:
    """All words of a post that are searched."""
    return f"{title}\n{text}" if title else text


def _story(post: Post, text: str) -> str:
    """Equal for equal words, whatever links, mentions and hashtags stand around; a post without words has its own."""
    if any(sign in text for sign in _SIGNS):
        text = _LINK_OR_MENTION.sub(" ", without_hashtags(text))
    told = " ".join(_WORD.findall(normalize("NFKC", text).casefold()))
    return blake2b((told or f"\0{post.reposted or post.id}").encode(), digest_size=8).hexdigest()
