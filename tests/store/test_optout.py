"""Opted-out authors, sites and servers are never stored, even once; what could not be read of theirs neither."""

import pytest

from listening.collecting import Unreadable
from listening.optout import OptOuts
from listening.posts import Author, NativePost
from store.door import WriteDoor
from store.protocol import Search

from .conftest import ACME, Store, files_with
from .making import NOW, native, page

OUT = OptOuts.of(["@Quiet_One@Social.Example"], ["silent.example"])


@pytest.mark.parametrize(
    ("post", "out"),
    [
        (native(1, handle="quiet_one@social.example"), True),
        (native(1, handle="quiet_one@other.example"), False),
        (native(1, handle="anyone@silent.example"), True),
        (native(1, handle="anyone@news.silent.example"), True),
        (native(1, handle="anyone@notsilent.example"), False),
        (native(1, handle=None, native_url="https://Blog.Silent.example/1"), True),
        (native(1, handle=None, native_url=None, url="https://silent.example:8443/1"), True),
        (native(1, author=Author(handle="a", profile_url="https://silent.example/a")), True),
        (native(1, handle=None, native_url="https://[broken"), False),
        (native(1, "They linked silent.example", links=("https://silent.example",)), False),
    ],
)
def test_who_is_covered(post: NativePost, out: bool) -> None:
    assert OUT.covers(post) is out
    assert not OptOuts().covers(post)


def test_they_are_in_no_file_not_even_as_dead_letters(store: Store) -> None:
    door = WriteDoor(store.index, store.ledger, store.keys, (ACME,), OUT)
    letter = Unreadable(source="silent.example, status 4", raw=b'{"odd": "unmistakable"}', reason="It is odd.")
    admitted = door.admit(
        page(
            native(1, "unmistakable", handle="quiet_one@social.example"),
            native(2, "unmistakable", handle="anyone@silent.example"),
            native(3, "welcome"),
            unreadable=(letter,),
        ),
        ACME,
        "x",
        NOW,
    )
    assert (admitted.new, admitted.refused) == (1, 2)
    assert [post.text for post in store.index.stream(Search())] == ["welcome"]
    assert store.ledger.dead_letters.count() == 0
    assert files_with(store.home, "unmistakable", "quiet_one") == []


def test_what_was_stored_before_an_author_opted_out_goes(store: Store) -> None:
    store.door.admit(page(native(1, handle="quiet_one@social.example"), native(2)), ACME, "x", NOW)
    door = WriteDoor(store.index, store.ledger, store.keys, (ACME,), OUT)
    assert door.honour_opt_outs(NOW) == 1
    assert door.honour_opt_outs(NOW) == 0
    assert [post.id for post in store.index.stream(Search())] == ["x:2"]
    # Taken off the list again, the author stays out until somebody decides otherwise.
    assert store.door.admit(page(native(3, handle="quiet_one@social.example")), ACME, "x", NOW).refused == 1
