"""Posts are written in Markdown. Links and pictures become plain; all else stays as its author typed it."""

import re
from dataclasses import dataclass

from listening.posts import Media

from ..canonical import web_address

_LINK = re.compile(r"(!?)\[([^\[\]\n]{0,500})\]\((https?://[^\s()]{1,2000})(?:\s+\"[^\"\n]{0,500}\")?\)")
_BARE = re.compile(r"https?://[^\s<>\"'\])]{1,2000}")
_MENTION = re.compile(r"(?<![\w/@])@([\w.-]{1,60}@[\w.-]{1,250}\w)")


@dataclass(frozen=True, slots=True)
class Written:
    text: str
    links: tuple[str, ...]
    mentions: tuple[str, ...]
    media: tuple[Media, ...]


def read(markdown: str) -> Written:
    """``[words](address)`` → ``words (address)``; pictures are described, not shown."""
    media: list[Media] = []

    def plain(found: re.Match[str]) -> str:
        picture, words, address = found.groups()
        if picture:
            media.append(Media("image", words.strip() or None))
            return words
        if words.startswith(("@", "!")) or not words.strip():  # a mention, or a community
            return words or address
        return words if words == address else f"{words} ({address})"

    text = _LINK.sub(plain, markdown).strip()
    links = (web_address(link.rstrip(".,;:!?")) for link in _BARE.findall(text))
    mentions = tuple(dict.fromkeys(_MENTION.findall(text)))
    return Written(text, tuple(dict.fromkeys(link for link in links if link)), mentions, tuple(media))
