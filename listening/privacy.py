"""From a post with names to a post without: pure functions; the key is handed in.

Authors become HMAC-SHA-256 (RFC 2104) of platform and handle. Handles in the text become short pseudonyms, unless they
are the brands' own.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from urllib.parse import unquote

import regex

from .hashtags import fold_hashtag
from .posts import Identity, Match, NativePost, Post, Speaker
from .query import fold_handle

_HANDLE = (
    r"(?P<handle>[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_.\-]*[\p{L}\p{M}\p{N}_])?"
    r"(?:@[\p{L}\p{M}\p{N}.\-]+[\p{L}\p{N}])?)"
)
# A mention may follow a letter of a script that puts no spaces, and the dot of ".@name"; after a Latin one it is mail.
_MENTION = regex.compile(rf"(?<![A-Za-z0-9_@/]|[A-Za-z0-9_]\.)[@＠]{_HANDLE}")
# Addresses of people's profile pages and mail addresses name somebody as surely as a mention does.
_PROFILE = regex.compile(rf"(?<=/)[@＠]{_HANDLE}")
# Scripts whose words have spaces between: elsewhere the words before an address would be taken for a part of it.
_LOCAL = r"\p{Latin}\p{Cyrillic}\p{Greek}\p{Hebrew}\p{Arabic}\p{M}\p{N}._%+\-"
# Possessive, and only from the beginning of a run: else a long run without an end takes seconds to refuse.
_MAIL = regex.compile(rf"(?<![{_LOCAL}@＠])[{_LOCAL}]++@[\p{{L}}\p{{M}}\p{{N}}.\-]+\.\p{{L}}{{2,}}")
_PSEUDONYM = regex.compile(r"someone-[0-9a-f]{8}")
# Letters. Shorter handles are words of some language: they are hidden as mentions and in addresses only.
_SHORTEST_NAME = 4


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
    step: int = 10 ** (len(str(followers)) - 2)
    return followers // step * step


def pseudonymise(
    post: NativePost,
    key: bytes,
    own_handles: frozenset[str],
    matched: Iterable[Match],
    own_hashtags: frozenset[str] = frozenset(),
) -> tuple[Post, Identity]:
    """Split ``post`` into what may be stored and what belongs in the vault. ``own_handles`` are folded; they stay.

    A hashtag that is the handle of somebody in the post goes, unless it is one of ``own_hashtags`` (folded).
    """
    aliases: dict[str, str] = {}
    author = post.author
    named = [*([author.handle] if author else []), *post.mentions]
    strangers = _by_spelling(handle for handle in named if not is_own(handle, own_handles))
    # A platform leaves out the server of its own accounts: "@acme" is ours where "acme@our.server" is mentioned.
    local = {fold_handle(handle).split("@", 1)[0] for handle in named if is_own(handle, own_handles)} - set(strangers)

    def stand_in(handle: str) -> str:
        folded = fold_handle(handle)
        if is_own(handle, own_handles) or folded in local or _PSEUDONYM.fullmatch(folded):
            return f"@{handle}"
        whole = strangers.get(folded, handle)
        pseudonym = alias(key, post.platform, whole)
        aliases[pseudonym] = whole
        return pseudonym

    hide = _hider(stand_in, strangers, own_hashtags)
    created = post.created_at or post.fetched_at
    kept = Post(
        id=post.id,
        platform=post.platform,
        url=post.url if post.url and hide(unquote(post.url)) == unquote(post.url) else None,
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
        hashtags=tuple(
            tag for tag in post.hashtags if fold_hashtag(tag) in own_hashtags or hide(f"#{tag}") == f"#{tag}"
        ),
        mentions=tuple(stand_in(m.lstrip("@＠")).lstrip("@") for m in post.mentions),
        links=tuple(link for link in post.links if hide(unquote(link)) == unquote(link)),
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


def _by_spelling(handles: Iterable[str]) -> dict[str, str]:
    """Every form in which one of ``handles`` may stand in a text → the handle: with and without its server."""
    spelled: dict[str, str] = {}
    for handle in handles:
        written = handle.lstrip("@＠")
        for whole in (fold_handle(handle), _any_i(written), written):
            for form in (whole, whole.split("@", 1)[0]):
                if form:
                    spelled.setdefault(form, written)
    return spelled


def _hider(
    stand_in: Callable[[str], str], strangers: Mapping[str, str], own_hashtags: frozenset[str]
) -> Callable[[str], str]:
    """Replaces mentions, profile and mail addresses, and the known handles wherever they stand, also inside links."""

    def name(found: "regex.Match[str]") -> str:
        if found.start() and found.string[found.start() - 1] in "#＃﹟":
            return found[0] if fold_hashtag(found[0]) in own_hashtags else stand_in(found[0]).lstrip("@")
        return stand_in(found[0])

    def hide(text: str) -> str:
        if "@" in text or "＠" in text:
            text = _MAIL.sub(lambda found: stand_in(found[0]).lstrip("@"), text)
            text = _MENTION.sub(lambda found: stand_in(found["handle"]), text)
            text = _PROFILE.sub(lambda found: stand_in(found["handle"]), text)
        # Compiling a pattern takes ten times as long as all the rest of a post, and few texts name anybody.
        folded = _any_i(text)
        present = [form for form in strangers if _any_i(form) in folded]
        return _by_name(present).sub(name, text) if present else text

    return hide


def _any_i(text: str) -> str:
    """Case folded so that whatever is equal without case is equal here, Turkish dotted and dotless i included."""
    return text.casefold().replace("i\u0307", "i").replace("\u0131", "i")


def _by_name(forms: Iterable[str]) -> "regex.Pattern[str]":
    """Finds the names as whole words; next to letters of another script too, which needs no space between."""
    either = "|".join(map(_around, sorted(forms, key=lambda form: (-len(form), form))))
    return regex.compile(either, regex.IGNORECASE | regex.FULLCASE)


def _around(form: str) -> str:
    name = regex.escape(form)
    if len(form) < _SHORTEST_NAME:
        return rf"(?<=[/=]){name}(?=[/?&#\s]|$)"
    letter = r"A-Za-z0-9_" if form.isascii() else r"\p{L}\p{N}_"
    return rf"(?:(?<![{letter}])|(?<=%40)){name}(?![{letter}])"
