"""Nobody is named in what is stored."""

import json
import time
from dataclasses import fields, replace

import pytest
import regex
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from listening.jsonform import post_to_json
from listening.posts import Author, Identity, Match, Media, NativePost, Post, Speaker
from listening.privacy import alias, author_key, find_mentions, is_own, pseudonymise, round_audience

from .examples import NOON, native

KEY = b"a key for tests"
OWN = frozenset({"acme", "tamrik@social.example"})
HIDDEN = regex.compile(r"@?someone-[0-9a-f]{8}")


def keep(post: NativePost, own_hashtags: frozenset[str] = frozenset()) -> Post:
    return pseudonymise(post, KEY, OWN, [], own_hashtags)[0]


def shown(text: str, **fields_: object) -> str:
    """The text as stored, with every pseudonym as ``~``."""
    return HIDDEN.sub("~", keep(native(text, **fields_)).text)  # type: ignore[arg-type]


TEXTS = {
    "no name": ("a good day 😀", "a good day 😀"),
    "mention": ("thanks @bob!", "thanks ~!"),
    "mention with server": ("thanks @bob@social.example.", "thanks ~."),
    "at the beginning": ("@bob @carol hi", "~ ~ hi"),
    "in brackets": ("(@bob)", "(~)"),
    "after a dot": (".@bob look", ".~ look"),
    "full width": ("＠bob", "~"),
    "cyrillic": ("привет @вася", "привет ~"),
    "hindi": ("@सीता जी", "~ जी"),
    "japanese, without a space before": ("こんにちは@bob", "こんにちは~"),
    "hyphen and dot inside": ("@a-b.c_d.", "~."),
    "sign alone": ("4 @ 5 @", "4 @ 5 @"),
    "mail": ("write to bob.r+x@mail.example today", "write to ~ today"),
    "mail after a word without a space": ("こんにちはbob@mail.example", "こんにちは~"),
    "mail in cyrillic": ("вася@почта.рф", "~"),
    "profile address": ("https://social.example/@bob/1", "https://social.example/~/1"),
    "author by name": ("I am maria_p", "I am ~"),
    "author in capitals": ("MARIA_P here", "~ here"),
    "author next to another script": ("maria_pさん, maria_p: да", "~さん, ~: да"),
    "author's profile": ("see https://x.example/maria_p/status/1?by=maria_p", "see https://x.example/~/status/1?by=~"),
    "author's profile, encoded": ("https://x.example/%40maria_p", "https://x.example/%40~"),
    "author as a hashtag": ("shot by #maria_p", "shot by #~"),
    "part of a longer word is another word": ("maria_pop xmaria_p", "maria_pop xmaria_p"),
    "own handle": ("@acme @ACME @acme@any.example", "@acme @ACME @acme@any.example"),
    "own handle with its server": ("@tamrik@social.example", "@tamrik@social.example"),
    "somebody of that name elsewhere": ("@tamrik@other.example", "~"),
    "pseudonym already": ("@someone-0123abcd", "~"),
}


@pytest.mark.parametrize("text, stored", TEXTS.values(), ids=TEXTS)
def test_names_in_texts(text: str, stored: str) -> None:
    assert shown(text) == stored


def test_short_handles_are_hidden_where_they_are_names_and_kept_where_they_are_words() -> None:
    assert shown("the man said @the https://x.example/the", author="the") == "the man said ~ https://x.example/~"


def test_names_that_are_spelled_otherwise() -> None:
    assert shown("STRASSE_1 and Straße_1", author="Straße_1") == "~ and ~"
    assert shown("İpek and ipek", author="İpek") == "~ and ~"


def test_people_who_are_mentioned_are_hidden_without_their_sign_too() -> None:
    assert shown("with robert.k again", mentions=("Robert.K@social.example",)) == "with ~ again"


def test_our_own_account_without_its_server_where_the_platform_says_that_it_is_ours() -> None:
    assert shown("@tamrik hi", mentions=("tamrik@social.example",)) == "@tamrik hi"
    assert shown("@tamrik hi", mentions=("tamrik@other.example",)) == "~ hi"
    assert shown("@tamrik hi", mentions=("tamrik@other.example", "tamrik@social.example")) == "~ hi"
    assert shown("@tamrik hi") == "~ hi"


def test_our_own_name_stays_a_name() -> None:
    post = keep(native("Acme is hiring at https://acme.example/jobs", author="acme@social.example"))
    assert post.text == "Acme is hiring at https://acme.example/jobs"
    assert post.speaker is Speaker.BRAND
    assert keep(native("hi")).speaker is Speaker.UNKNOWN


def test_title_alternative_text_links_mentions_and_address() -> None:
    post = keep(
        native(
            "hi",
            title="by @bob and maria_p",
            media=(Media("image", "maria_p at work"), Media("image", None)),
            mentions=("bob", "@acme", "＠carol@social.example"),
            links=(
                "https://acme.example/jobs",
                "https://social.example/@bob/1",
                "https://social.example/@acme/1",
                "https://maria_p.blog.example/",
                "https://x.example/?u=MARIA_P",
                "https://x.example/%6Daria_p",
                "mailto:bob@mail.example",
                "http://[not an address",
            ),
            url="https://x.example/maria_p/status/1",
        )
    )
    assert HIDDEN.sub("~", post.title or "") == "by ~ and ~"
    assert [HIDDEN.sub("~", m.alt) if m.alt else None for m in post.media] == ["~ at work", None]
    assert [HIDDEN.sub("~", m) for m in post.mentions] == ["~", "acme", "~"]
    assert post.links == ("https://acme.example/jobs", "https://social.example/@acme/1", "http://[not an address")
    assert post.url is None
    assert keep(native("hi", url="https://x.example/i/status/1")).url == "https://x.example/i/status/1"


def test_a_hashtag_that_is_a_name_goes_unless_it_is_the_brands() -> None:
    post = native("#Maria_P #worklife", hashtags=("Maria_P", "worklife"), mentions=("WorkLife",))
    assert keep(post).hashtags == ()
    kept = keep(post, frozenset({"worklife"}))
    assert kept.hashtags == ("worklife",)
    assert HIDDEN.sub("~", kept.text) == "#~ #worklife"


def test_one_person_has_one_pseudonym_in_all_of_a_post_and_the_vault_knows_whose() -> None:
    post, identity = pseudonymise(
        native("@maria_p and maria_p, cc @bob", author="Maria_P@social.example", mentions=("bob@social.example",)),
        KEY, OWN, [Match("acme", "r")],
    )  # fmt: skip
    maria, bob = (alias(KEY, "mastodon", f"{name}@social.example") for name in ("maria_p", "bob"))
    assert post.text == f"{maria} and {maria}, cc {bob}"
    assert post.mentions == (bob.lstrip("@"),)
    assert dict(identity.aliases) == {maria: "Maria_P@social.example", bob: "bob@social.example"}
    assert post.matched == (Match("acme", "r"),)


def test_doing_it_twice_changes_nothing() -> None:
    once = keep(native("@bob and maria_p at bob@mail.example")).text
    assert shown(once) == HIDDEN.sub("~", once)
    assert keep(native(once)).text == once


def test_the_vault_gets_what_the_post_loses() -> None:
    author = Author(
        handle="maria_p", display_name="Maria P.", profile_url="https://x.example/maria_p", followers=12_345
    )
    collected = native("hi", author=None, native_url="https://x.example/maria_p/1")
    post, identity = pseudonymise(replace(collected, author=author), KEY, OWN, [])
    assert post.author == identity.author_key == author_key(KEY, "mastodon", "maria_p")
    assert post.audience == 12_000
    assert (identity.handle, identity.display_name, identity.profile_url) == ("maria_p", "Maria P.", author.profile_url)
    assert (identity.native_id, identity.native_url) == ("1", "https://x.example/maria_p/1")
    assert {f.name for f in fields(Identity)} & {"handle", "display_name", "profile_url"} != set()
    assert not {f.name for f in fields(Post)} & {"handle", "display_name", "profile_url", "native_url", "native_id"}


def test_a_post_without_an_author_or_a_date() -> None:
    post, identity = pseudonymise(native("hi", author=None, created_at=None), KEY, OWN, [])
    assert (post.author, post.audience, identity.author_key, identity.handle) == (None, None, None, None)
    assert (post.created_at, post.dated) == (NOON, False)


def test_author_keys_are_stable_keyed_and_separate_by_platform() -> None:
    key = author_key(KEY, "mastodon", "maria_p")
    assert key == "0c981e4e9e65fbf912c51d9f73121984"
    assert key == author_key(KEY, "mastodon", "@Maria_P")
    assert len({key, author_key(b"another key", "mastodon", "maria_p"), author_key(KEY, "x", "maria_p"),
                author_key(KEY, "mastodon", "maria_q")}) == 4  # fmt: skip
    assert alias(KEY, "mastodon", "maria_p") == f"@someone-{key[:8]}"


ROUNDED = {
    None: None, 0: 0, 7: 7, 99: 99, 100: 100, 109: 100, 110: 110, 999: 990, 1_000: 1_000, 1_049: 1_000, 12_345: 12_000,
    999_999: 990_000, 1_000_000: 1_000_000, 10**15 - 1: 99 * 10**13, -1: -1,
}  # fmt: skip


@pytest.mark.parametrize("followers, kept", ROUNDED.items())
def test_audiences_have_two_digits(followers: int | None, kept: int | None) -> None:
    assert round_audience(followers) == kept


def test_find_mentions() -> None:
    text = "@a, @b@s.example and @a; me@mail.example, https://x.example/@c ＠d .@e 日@f"
    assert find_mentions(text) == ("a", "b@s.example", "d", "e", "f")
    assert find_mentions("none") == ()


def test_is_own() -> None:
    answers = {"acme": True, "@ACME": True, "acme@any.example": True, "tamrik": False, "tamrik@social.example": True,
               "tamrik@x.example": False, "": False, "acm": False}  # fmt: skip
    assert {handle: is_own(handle, OWN) for handle in answers} == answers


@pytest.mark.parametrize(
    "text",
    ["a." * 25_000 + " @", "a" * 50_000 + "@", "@" + "a-" * 25_000, "a@b." * 12_000, "/maria_p" * 6_000, "#" * 50_000],
    ids=["dots", "letters", "hyphens", "signs", "names", "hashes"],
)
def test_no_text_holds_up_the_door(text: str) -> None:
    began = time.perf_counter()
    keep(native(text))
    assert time.perf_counter() - began < 2


_NAME = st.from_regex(r"[a-z][a-z0-9_]{3,11}", fullmatch=True) | st.sampled_from(["вася_пет", "Ștefan_x", "maria.p-1"])
_SERVER = st.sampled_from(["", "@social.example", "@a.b.example"])
_GLUE = st.sampled_from(
    [
        *(" ", " @", "@", " #", "/", "https://x.example/", "https://x.example/@", ".", ", ", "(", "さん", "é ", "\n"),
        *("?u=", "%40", "mailto:", "😀", " ＠", "'s ", ":", "-"),
    ]
)
_FILLER = st.sampled_from(["hello", "день", "שלום", "the", "@other_person", "#tag", "x@mail.example", ""])


@settings(max_examples=400, deadline=None)
@given(
    author=_NAME,
    mentioned=_NAME,
    server=_SERVER,
    pieces=st.lists(st.tuples(_GLUE, st.integers(0, 5), _FILLER), min_size=1, max_size=8),
)
@example(author="hash_tag", mentioned="other", server="", pieces=[(" #", 0, ""), ("%40", 1, "")])
def test_no_known_handle_survives_anywhere(
    author: str, mentioned: str, server: str, pieces: list[tuple[str, int, str]]
) -> None:
    names = (author, author.upper(), author + server, mentioned, mentioned + server, mentioned.title())
    text = " ".join(f"{glue}{names[which]}{_spaced(filler)}" for glue, which, filler in pieces)
    words = tuple(text.split())
    post = native(
        text, author=author + server, mentions=(mentioned + server,), title=text, links=words, hashtags=words,
        media=(Media("image", text),), url=words[-1],
    )  # fmt: skip
    assume(
        not any(
            name in "https example mailto social mail other_person someone-0123456789abcdef"
            for name in (author, mentioned)
        )
    )
    stored = json.dumps(post_to_json(keep(post)), ensure_ascii=False)
    for name in (author, mentioned):
        letter = "A-Za-z0-9_" if name.isascii() else r"\p{L}\p{N}_"
        left = regex.search(
            rf"(?<![{letter}]){regex.escape(name)}(?![{letter}])", HIDDEN.sub("~", stored), regex.IGNORECASE
        )
        assert left is None, (name, stored)


def _spaced(filler: str) -> str:
    return f" {filler}" if filler else ""
