"""Names lie nowhere but in the vault, and what was erased lies nowhere at all: every byte below home is looked at."""

import pytest

from listening.collecting import Unreadable
from listening.posts import Author, Media
from listening.query import parse
from store.protocol import Judgement, Search
from tests.store.making import NOW, assessment, native, page

from .conftest import ACME, Store, files_with

CANARIES = ("canary_kestrel", "canary_wren", "Wilhelmina Canary", "canary.example")


def _posts() -> list[object]:
    author = Author(
        handle="canary_kestrel@canary.example",
        display_name="Wilhelmina Canary",
        profile_url="https://canary.example/@canary_kestrel",
        followers=1234,
    )
    return [
        native(
            n,
            f"Hello #acme from @canary_wren, {word} says canary_kestrel at https://canary.example/@canary_kestrel/{n}",
            author=author,
            native_url=f"https://canary.example/@canary_kestrel/{n}",
            title="As canary_kestrel told",
            mentions=("canary_wren",),
            links=(f"https://canary.example/@canary_kestrel/{n}",),
            media=(Media("image", "Portrait of @canary_wren by canary_kestrel"),),
        )
        for n, word in enumerate(("quixotically", "flibbertigibbet", "наисложнейший"))
    ]


def _fill(store: Store) -> None:
    letter = Unreadable(source="@canary_wren", raw=b'{"by": "canary_kestrel"}', reason="canary_kestrel has no date")
    store.door.admit(page(*_posts(), unreadable=(letter,), at="1"), ACME, "x", NOW)  # type: ignore[arg-type]
    for post in store.index.unjudged("m1", "k1", 10):
        store.door.judge([Judgement(post, assessment())], NOW)
    store.recount()


def test_no_name_lies_in_any_file(store: Store) -> None:
    _fill(store)
    assert files_with(store.home, "quixotically")  # the scan finds what is there
    assert files_with(store.home, *CANARIES[:3]) == []
    store.index.close()
    store.ledger.close()
    assert files_with(store.home, *CANARIES[:3]) == []


@pytest.mark.parametrize("platform", [None, "x"])
def test_an_erased_author_is_in_no_file_and_does_not_come_back(store: Store, platform: str | None) -> None:
    _fill(store)
    innocent = native("other", "Somebody else wrote this #acme to @canary_kestrel@canary.example")
    store.door.admit(page(innocent), ACME, "x", NOW)
    erased = store.door.erase_author("@Canary_Kestrel@canary.example", platform, "desk", NOW)
    assert (erased.posts, erased.mentions) == (3, 1)
    assert files_with(store.home, "quixotic", "flibbertigibbet", "наисложн", *CANARIES[:3]) == []
    assert store.index.search(Search(query=parse("quixotically"))).total == 0
    assert store.door.admit(page(*_posts()), ACME, "x", NOW).refused == 3  # type: ignore[arg-type]
    assert [post.id for post in store.index.stream(Search())] == ["x:other"]
    assert files_with(store.home, "quixotic", "flibbertigibbet", "наисложн") == []
    entries = store.ledger.audit.all()
    assert entries
    assert not any("kestrel" in str(entry) for entry in entries)
    store.recount()
    assert not store.ledger.windows.rows(("acme",), NOW.replace(hour=0), NOW.replace(hour=23))


def test_dead_letters_that_name_an_erased_author_go_with_them(store: Store) -> None:
    _fill(store)
    assert store.door.erase_author("canary_wren", None, "desk", NOW).dead_letters == 1
    assert store.ledger.dead_letters.count() == 0


def test_an_erased_post_is_in_no_file(store: Store) -> None:
    _fill(store)
    assert store.door.erase_post("x:1", "desk", NOW).posts == 1
    assert files_with(store.home, "flibbertigibbet") == []
    assert files_with(store.home, "quixotically")
    assert store.ledger.vault.post("x:1") is None
    assert store.door.erase_post("x:1", "desk", NOW).posts == 0
    assert store.door.admit(page(*_posts()), ACME, "x", NOW).refused == 1  # type: ignore[arg-type]


def test_an_edit_leaves_nothing_of_the_old_text_behind(store: Store) -> None:
    store.door.admit(page(native(1, "Zanzibarlike #acme")), ACME, "x", NOW)
    store.door.admit(page(native(1, "Corrected #acme", edited_at=NOW.replace(hour=13))), ACME, "x", NOW)
    store.index.compact()
    assert files_with(store.home, "zanzibar") == []
