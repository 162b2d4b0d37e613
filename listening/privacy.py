"""From a post with names to a post without: pure functions; the key is handed in.

Authors become HMAC-SHA-256 (RFC 2104) of platform and handle. Handles in the text become short pseudonyms, unless they
are the brands' own.
"""

import hmac
import math
from collections.abc import Callable, Iterable
from hashlib import sha256
from urllib.parse import urlsplit

import regex

from .posts import Identity, Match, NativePost, Post, Speaker
from .query import fold_handle

_MENTION = regex.compile(
    r"(?<![\p{L}\p{N}_@/.])[@＠](?P<handle>[\p{L}\p{N}_](?:[\p{L}\p{N}_.\-]*[\p{L}\p{N}_])?(?:@[\p{L}\p{N}.\-]+[\p{L}\p{N}])?)"
)
# Mail addresses and addresses of people's profile pages name somebody as surely as a handle does.
_MAIL = regex.compile(r"[\p{L}\p{N}._%+\-]+@[\p{L}\p{N}.\-]+\.\p{L}{2,}")


def find_mentions(text: str) -> tuple[str, ...]:
    """Handles that ``text`` mentions, without ``@``, in order, each once; mail addresses are none."""
    if "@" not in text and "＠" not in text:
        return ()
    return tuple(dict.fromkeys(match["handle"] for match in _MENTION.finditer(text)))


def author_key(key: bytes, platform: str, handle: str) -> str:
    """32 hex digits that stand for one account; the same on every run, and meaningless without the key."""
    return hmac.new(key, f"author\0{platform}\0{fold_handle(handle)}".encode(), sha256).hexdigest()[:32]


def alias(key: bytes, platform: str, handle: str) -> str:
    """A pseudonym short enough to read in a sentence: ``@someone-3f9a1c2b``."""
    return f"@someone-{author_key(key, platform, handle)[:8]}"


def round_audience(followers: int | None) -> int | None:
    """Two significant digits, so that a follower count does not single anybody out."""
    if followers is None or followers < 100:
        return followers
    step: int = 10 ** (int(math.log10(followers)) - 1)
    return followers // step * step


def pseudonymise(
    post: NativePost, key: bytes, own_handles: frozenset[str], matched: Iterable[Match]
) -> tuple[Post, Identity]:
    """Split ``post`` into what may be stored and what belongs in the vault. ``own_handles`` are folded; they stay."""
    aliases: dict[str, str] = {}

    def stand_in(handle: str) -> str:
        if is_own(handle, own_handles):
            return f"@{handle}"
        pseudonym = alias(key, post.platform, handle)
        aliases[pseudonym] = handle
        return pseudonym

    author = post.author
    handles = {fold_handle(author.handle)} if author else set()
    handles |= {fold_handle(m) for m in post.mentions}
    hide = _hider(stand_in, handles - own_handles)
    created = post.created_at or post.fetched_at
    kept = Post(
        id=post.id,
        platform=post.platform,
        url=post.url,
        author=author_key(key, post.platform, author.handle) if author else None,
        speaker=Speaker.BRAND if author and is_own(author.handle, own_handles) else Speaker.UNKNOWN,
        audience=round_audience(author.followers) if author else None,
        kind=post.kind,
        text=hide(post.text),
        title=hide(post.title) if post.title else post.title,
        created_at=created,
        fetched_at=post.fetched_at,
        edited_at=post.edited_at,
        dated=post.created_at is not None,
        imported=post.imported,
        language=post.language,
        hashtags=post.hashtags,
        mentions=tuple(stand_in(m.lstrip("@")).lstrip("@") for m in post.mentions),
        links=tuple(link for link in post.links if not _names_somebody(link, handles - own_handles)),
        media=tuple(type(m)(m.type, hide(m.alt) if m.alt else m.alt) for m in post.media),
        counts=post.counts,
        in_reply_to=post.in_reply_to,
        reposted=post.reposted,
        quoted=post.quoted,
        matched=tuple(matched),
    )
    identity = Identity(
        post_id=post.id,
        author_key=kept.author,
        handle=author.handle if author else None,
        display_name=author.display_name if author else None,
        profile_url=author.profile_url if author else None,
        native_id=post.native_id,
        native_url=post.native_url,
        aliases=aliases,
    )
    return kept, identity


def is_own(handle: str, own_handles: frozenset[str]) -> bool:
    """Whether a handle is one of the brands', with or without its server."""
    folded = fold_handle(handle)
    return folded in own_handles or folded.split("@", 1)[0] in own_handles


def _hider(stand_in: Callable[[str], str], known: set[str] | frozenset[str]) -> Callable[[str], str]:
    """Replaces mentions, mail addresses, and the known handles wherever they stand, also inside links."""
    bare = {name for h in known for name in (h, h.split("@", 1)[0]) if len(name) >= 4}

    def hide(text: str) -> str:
        text = _MAIL.sub(lambda m: stand_in(m[0]).lstrip("@"), text)
        text = _MENTION.sub(lambda m: stand_in(m["handle"]), text)
        # Compiling a pattern takes ten times as long as all the rest of a post, and few texts name anybody.
        folded = _any_i(text)
        present = [name for name in bare if _any_i(name) in folded]
        return _by_name(present).sub(lambda m: stand_in(m[0]), text) if present else text

    return hide


def _any_i(text: str) -> str:
    """Case folded so that whatever is equal without case is equal here, Turkish dotted and dotless i included."""
    return text.casefold().replace("i\u0307", "i").replace("\u0131", "i")


def _by_name(names: Iterable[str]) -> "regex.Pattern[str]":
    either = "|".join(regex.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
    return regex.compile(rf"(?<![\p{{L}}\p{{N}}_#])(?:{either})(?![\p{{L}}\p{{N}}_])", regex.IGNORECASE)


def _names_somebody(link: str, handles: set[str] | frozenset[str]) -> bool:
    """Whether a link's path carries a handle: ``https://server/@name/1`` or one of the handles we know."""
    path = urlsplit(link).path
    parts = [fold_handle(part) for part in path.split("/")]
    return "/@" in path or any(h in parts or h.split("@", 1)[0] in parts for h in handles)
