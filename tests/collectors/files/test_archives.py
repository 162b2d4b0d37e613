"""ZIP archives of platforms and of anybody, and everything that is wrong with archives."""

import json
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.canonical import hashed_id
from collectors.files import FilesCollector, read_file
from collectors.registry import reread
from listening.errors import UnreadableInput
from listening.posts import Counts, Kind
from tests.collectors.files.archives import activity, outbox, packed, tweet, x_archive
from tests.collectors.files.test_reading import read
from tests.contracts.collectors import request

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_an_archive_of_x_gives_the_posts_and_no_letters(tmp_path: Path) -> None:
    link = {"url": "https://t.co/a1", "expanded_url": "https://acme.example/jobs"}
    tweets = [
        tweet(1, "Fish &amp; chips at #Acme https://t.co/a1", entities={"urls": [link]}),
        tweet(2, "@ion yes", in_reply_to_status_id_str="77"),
        tweet(3, "RT @ion: A day"),
    ]
    posts, reading = read(x_archive(tmp_path / "twitter.zip", tweets))
    assert [post.text for post in posts] == [
        "Fish & chips at #Acme https://acme.example/jobs",
        "@ion yes",
        "RT @ion: A day",
    ]
    first, answer, repost = posts
    assert (first.id, first.author and first.author.handle) == ("x:1590000000000000001", "ana_p")
    assert first.created_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert first.counts == Counts(likes=3, reposts=1)
    assert first.url == "https://x.com/i/web/status/1590000000000000001"
    assert (answer.kind, answer.in_reply_to, repost.kind, repost.counts.reposts) == (
        Kind.REPLY,
        "x:77",
        Kind.REPOST,
        None,
    )
    assert any("3 other files" in note for note in reading.receipt.notes)


def test_an_archive_of_mastodon_gives_what_was_public(tmp_path: Path) -> None:
    friends = "https://social.example/users/ana/followers"
    boost = {"id": "https://social.example/b", "type": "Announce", "actor": "https://social.example/users/ana",
             "published": "2026-11-20T10:00:00Z", "to": ["https://www.w3.org/ns/activitystreams#Public"],
             "object": "https://two.example/1"}  # fmt: skip
    items = [activity(1, "<p>Bună,<br>colegi</p>"), activity(2, "<p>for friends</p>", to=friends), boost]
    posts, reading = read(packed(tmp_path / "a.zip", {"outbox.json": outbox(items), "actor.json": '{"id": "a"}'}))
    [post] = posts
    assert (post.text, post.language, post.author and post.author.handle) == (
        "Bună,\ncolegi",
        "ro",
        "ana@social.example",
    )
    assert post.id == hashed_id("mastodon", "https://social.example/users/ana/statuses/1")
    receipt = reading.receipt
    assert (receipt.rows, receipt.posts, receipt.not_public, receipt.rejected) == (3, 1, 1, 1)
    assert "boost" in str(receipt.rejections[0])


def test_tables_of_reddit_and_linkedin_are_known_by_their_headings(tmp_path: Path) -> None:
    reddit = packed(tmp_path / "reddit.zip", {
        "comments.csv": "id,permalink,date,ip,subreddit,gildings,link,parent,body,media\n"
        "abc,https://www.reddit.com/r/work/comments/x/_/abc/,2026-11-20 10:00:00 UTC,1.2.3.4,work,0,l,,Good place,\n",
        "messages.csv": "id,permalink,date,body\nm,p,2026-11-20,secret\n",
        "notes.csv": "text,author\nnobody knows this,ana\n",
    })  # fmt: skip
    [comment], _ = read(reddit)
    assert (comment.id, comment.platform, comment.kind, comment.text) == (
        "reddit:t1_abc", "reddit", Kind.COMMENT, "Good place",
    )  # fmt: skip
    linkedin = packed(tmp_path / "linkedin.zip", {
        "Shares.csv": "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n"
        "2026-11-20 10:00:00,https://www.linkedin.com/feed/update/urn:li:share:7,A proud day,,,PUBLIC\n"
        "2026-11-20 11:00:00,https://www.linkedin.com/feed/update/urn:li:share:8,For friends,,,CONNECTIONS\n",
        "Connections.csv": "Notes:\n\nFirst Name,Last Name\nIon,Pop\n",
        "messages.csv": "FROM,CONTENT\nIon,secret\n",
    })  # fmt: skip
    [share], reading = read(linkedin)
    assert (share.platform, share.text, share.url) == (
        "linkedin", "A proud day", "https://www.linkedin.com/feed/update/urn:li:share:7",
    )  # fmt: skip
    assert reading.receipt.not_public == 1
    assert "ShareCommentary → text" in str(reading.receipt.mapping)
    assert "platform is linkedin" in str(reading.receipt.mapping)


def test_an_archive_of_anybody_gives_every_table_of_posts(tmp_path: Path) -> None:
    path = packed(tmp_path / "all.zip", {
        "en/a.csv": "text,date\none,25/04/2026\n", "b.jsonl": '{"text": "two"}\n', "c.json": '[{"text": "three"}]',
        "d.csv": "text,date\nfour,04/25/2026\n", "empty.csv": "", "colours.csv": "colour,size\nred,3\n",
        "page.html": "<html></html>", "__MACOSX/a.csv": "text\nno\n",
    })  # fmt: skip
    posts, reading = read(path)
    assert [post.text for post in posts] == ["one", "two", "three", "four"]
    assert [post.created_at.month for post in posts if post.created_at] == [4, 4]
    said = "\n".join(reading.receipt.sentences())
    assert "'empty.csv' was left out: the file is empty" in said
    assert "'colours.csv' was left out: it has no column for the text of posts" in said


def test_a_row_that_is_wrong_says_in_which_member(tmp_path: Path) -> None:
    path = packed(tmp_path / "all.zip", {"a.csv": "text,date\none,\n", "b.csv": "text,date\ntwo,soon\n"})
    [page] = read_file(path, at=AT)
    [broken] = page.unreadable
    assert broken.source == "all.zip, b.csv, line 2"
    mended = broken.raw.replace(b"soon", b"2026-11-20")
    assert [post.text for post in reread("files", mended, broken.source, AT).posts] == ["two"]


def _with_flag(path: Path) -> Path:
    """An archive whose member says that it is encrypted."""
    content = bytearray(packed(path, {"a.csv": "text\none\n"}).read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"../../a.csv": "text\none\n"}, "leads out of the archive"),
        ({"/etc/a.csv": "text\none\n"}, "leads out of the archive"),
        ({"C:\\a.csv": "text\none\n"}, "leads out of the archive"),
        ({"inner.zip": b"PK\x03\x04"}, "an archive inside another one"),
        ({"a.csv": b"PK\x03\x04 in disguise"}, "an archive inside another one"),
        ({"a.xlsx": b"PK\x03\x04"}, "a workbook inside an archive"),
        ({"bomb.csv": b"a" * 60_000_000}, "as a ZIP bomb does"),
        ({"photo.jpg": b"x"}, "no CSV, JSON or JSON Lines"),
        ({}, "no CSV, JSON or JSON Lines"),
    ],
)
def test_archives_that_are_none_of_posts_are_refused_with_a_sentence(
    tmp_path: Path, members: dict[str, str | bytes], says: str
) -> None:
    with pytest.raises(UnreadableInput, match=says) as caught:
        read(packed(tmp_path / "odd.zip", members))
    assert str(caught.value).startswith("odd.zip")


def test_encrypted_and_damaged_archives_are_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="it is encrypted"):
        read(_with_flag(tmp_path / "locked.zip"))
    whole = x_archive(tmp_path / "whole.zip", [tweet(n, f"Post {n}") for n in range(50)]).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableInput, match="damaged or was cut short"):
        read(tmp_path / "cut.zip")
    at = whole.index(b"data/tweets.js") + 60
    (tmp_path / "scratched.zip").write_bytes(whole[:at] + b"\0\0\0\0\0\0" + whole[at + 6 :])
    with pytest.raises(UnreadableInput, match=r"tweets\.js"):
        read(tmp_path / "scratched.zip")


def test_the_drop_folder_reads_archives_and_goes_on_in_the_middle(tmp_path: Path) -> None:
    tweets = [tweet(n, f"Post {n} #acme") for n in range(25)]
    x_archive(tmp_path / "twitter.zip", tweets)
    collector = FilesCollector(tmp_path, settles=timedelta(0), page_rows=10)
    pages = collector.collect(request())
    first = next(pages)
    pages.close()  # type: ignore[attr-defined]
    rest = list(collector.collect(request(first.cursor)))
    found = [post.text for page in [first, *rest] for post in page.posts]
    assert found == [f"Post {n} #acme" for n in range(25)]
    assert list(collector.collect(request(rest[-1].cursor))) == []


def test_json_lists_of_any_writing(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    for content in (
        '[{"text": "one"}, {"text": "two"}]',
        '[\n  {\n    "text": "one"\n  },\n  {"text": "two"}\n]\n',
        '{"status": "ok", "count": 2, "posts": [{"text": "one"}, {"text": "two"}]}',
        '[{"text": "one"}\n,\n {"text": "tw\\u006f"}]',
    ):
        path.write_text(content)
        assert [post.text for post in read(path)[0]] == ["one", "two"]


def test_broken_items_of_a_list_cost_no_neighbour(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text('[{"text": "one"}, {"text": "br"oken"}, {"text": "two"}, 7, {"text": "three"}, {"text": "cut sho')
    posts, reading = read(path)
    assert [post.text for post in posts] == ["one", "two", "three"]
    assert reading.receipt.rejected == 3


def test_a_large_archive_is_read_in_flat_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("data/tweets.js", "w") as member:
        member.write(b"window.YTD.tweets.part0 = [")
        for number in range(6_000):
            words = " ".join(f"word{number * 31 % (97 + at)}" for at in range(20))
            member.write((", " * (number > 0) + json.dumps(tweet(number, words))).encode())
        member.write(b"]")
    tracemalloc.start()
    count = sum(len(page.posts) for page in read_file(path, at=AT))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 6_000
    assert peak < 12_000_000  # the head of a list (1 MB of text) and one page; all of them are 30 MB
