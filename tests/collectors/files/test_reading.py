"""One file into posts: forms, encodings, columns, and everything that is wrong with files."""

import gzip
import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.files import Mapping, Reading, read_file
from listening.errors import ConfigError, UnreadableInput
from listening.jsonform import post_to_json
from listening.posts import Counts, Kind, Match, Media, NativePost
from listening.privacy import pseudonymise

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def read(path: Path, mapping: dict[str, str] | None = None, **more: object) -> tuple[list[NativePost], Reading]:
    reading = read_file(path, mapping, at=AT, **more)  # type: ignore[arg-type]
    return [post for page in reading for post in page.posts], reading


def texts(path: Path) -> list[str]:
    return [post.text for post in read(path)[0]]


ROWS = [("Good #acme day", "ana"), ("Bună, \"colegi\"", "ion"), ("Шум, гам", "oleg")]  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.csv", 'text,author\nGood #acme day,ana\n"Bună, ""colegi""",ion\n"Шум, гам",oleg\n'),
        ("p.csv", 'text;author\r\nGood #acme day;ana\r\n"Bună, ""colegi""";ion\r\nШум, гам;oleg\r\n'),
        ("p.tsv", 'text\tauthor\nGood #acme day\tana\nBună, "colegi"\tion\nШум, гам\toleg'),
        ("p.csv", 'text\tauthor\nGood #acme day\tana\nBună, "colegi"\tion\n\nШум, гам\toleg\n'),
        ("p.jsonl", "".join(json.dumps({"text": t, "author": a}) + "\n" for t, a in ROWS)),
        ("export", "".join(json.dumps({"text": t, "author": a}, ensure_ascii=False) + "\r\n" for t, a in ROWS)),
    ],
)
def test_forms_are_known_by_name_and_by_content(tmp_path: Path, name: str, content: str, packed: bool) -> None:
    path = tmp_path / (name + ".gz" * packed)
    path.write_bytes(gzip.compress(content.encode()) if packed else content.encode())
    posts, _ = read(path)
    assert [(post.text, post.author.handle if post.author else "") for post in posts] == ROWS


def test_a_post_may_hold_line_breaks_in_csv(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text('text,id\n"one\ntwo\r\nthree",1\nfour\n')
    assert texts(path) == ["one\ntwo\r\nthree", "four"]


def test_a_text_a_line_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("text\nGood, better\nBest; really\n")
    assert texts(path) == ["Good, better", "Best; really"]


SAMPLES = {
    "utf-8-sig": "Întârziere mare la fabrică",
    "utf-16": "Întârziere, Шум, שלום",
    "utf-16-be": "\ufeffОчередь в клинике",
    "cp1251": "Сегодня в клинике снова очередь, но врачи молодцы. Я этим горжусь",
    "cp1250": "Zażółć gęślą jaźń, świetna firma i źli ludzie",
    "cp1255": "העובדים מרוצים מהשכר החדש",
    "cp1252": "L’équipe est géniale, déjà une année à Zürich",
}


@pytest.mark.parametrize(("codec", "text"), SAMPLES.items())
def test_encodings(tmp_path: Path, codec: str, text: str) -> None:
    path = tmp_path / "p.tsv"
    heading = "text\tlang\n"
    path.write_bytes((text[0] + heading + text[1:] if text[0] == "\ufeff" else heading + text).encode(codec))
    posts, reading = read(path)
    assert [post.text for post in posts] == [text.lstrip("\ufeff")]
    guessed = codec.startswith("cp")
    assert any(f"Windows-{codec[2:]}" in note for note in reading.receipt.notes) is guessed


def test_romanian_of_the_nineties(tmp_path: Path) -> None:
    path = tmp_path / "p.tsv"
    path.write_bytes("text\nÎntârziere la fabrică şi iar nu ştie nimeni, toţi aşteaptă\n".encode("cp1250"))
    assert texts(path) == ["Întârziere la fabrică şi iar nu ştie nimeni, toţi aşteaptă"]


def test_one_damaged_character_costs_one_row(tmp_path: Path) -> None:
    path = tmp_path / "p.tsv"
    path.write_bytes(b"text\n" + "Întârziere ășțîâ ășțîâ\n".encode() + b"cut \xc8\n" + "Шум\n".encode())
    posts, reading = read(path)
    assert [post.text for post in posts] == ["Întârziere ășțîâ ășțîâ", "Шум"]
    [rejection] = reading.receipt.rejections
    assert (rejection.line, "damaged" in rejection.reason) == (3, True)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"PK\x03\x04rest", "damaged or was cut short"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"a\0b\0c\0", "no text"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "web page"),
        (b"[1, 2]", "neither a list of posts nor one post a line"),
        (b'{\n  "text": "a"\n}', "neither a list of posts nor one post a line"),
        (b"colour,size\nred,3\n", "'colour', 'size'"),
        (gzip.compress(b"text\n" + b"good\n" * 9_999, mtime=0)[:-20], "damaged or was cut short"),
        (b"x" * 20_000_000, "does not end"),
        (b"\xff\xfet\x00e", "not the utf-16"),
    ],
    ids=[
        "empty",
        "only-bom",
        "zip",
        "xls",
        "pdf",
        "binary",
        "html",
        "list",
        "pretty",
        "no-text",
        "gzip",
        "endless",
        "utf16",
    ],
)
def test_files_that_are_none_of_posts_are_refused_with_name_and_reason(
    tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "export.dat"
    path.write_bytes(content)
    with pytest.raises(UnreadableInput, match=says) as caught:
        read(path)
    assert str(caught.value).startswith("export.dat")


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="No such file"):
        read_file(tmp_path / "gone.csv", at=AT)


def test_wrong_rows_are_rejected_with_line_and_reason_and_the_others_go_on(tmp_path: Path) -> None:
    path = tmp_path / "p.tsv"
    lines = [
        "text\tdate\tid",
        "one\t2026-11-20T10:00:00Z",
        "two\t03/04/2026",
        "a\tb\tc\td",
        "\t2026-11-20",
        "three\tsoon",
    ]
    path.write_text("\n".join([*lines, "four\t", "x" * 1_100_000, "five"]))
    pages = list(read_file(path, at=AT))
    assert [post.text for page in pages for post in page.posts] == ["one", "four", "five"]
    reasons = [item.reason for page in pages for item in page.unreadable]
    assert [reason.split(": ")[0] for reason in reasons] == [f"p.tsv, line {n}" for n in (3, 4, 5, 6, 8)]
    for reason, word in zip(reasons, ("two ways", "4 fields", "neither text", "'soon'", "longer than"), strict=True):
        assert word in reason
    assert [item.raw for page in pages for item in page.unreadable][1] == b"a\tb\tc\td"


def test_wrong_json_lines_are_rejected_alone(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"text": "one"}\n{"text": \n[1]\n' + "[" * 100_000 + '\n{"text": {"a": 1}}\n{"text": "two"}\n')
    posts, reading = read(path)
    assert [post.text for post in posts] == ["one", "two"]
    assert [rejection.line for rejection in reading.receipt.rejections] == [2, 3, 4, 5]


def test_an_open_quote_in_csv_does_not_swallow_the_file(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text('text,id\nfine,1\n"never closed,2\n' + "filler,3\n" * 20_000 + "last,4\n")
    posts, reading = read(path)
    assert posts[0].text == "fine"
    assert posts[-1].text == "last"
    assert reading.receipt.rejected == 1
    assert "quotes" in reading.receipt.rejections[0].reason


def test_columns_are_mapped_by_their_usual_names() -> None:
    found = Mapping.of(
        ["Tweet", "Created At", "screen_name", "Permalink", "favouriteCount", "lang", "mood", "retweets"]
    )
    assert found.fields == {
        "text": "Tweet",
        "created_at": "Created At",
        "author": "screen_name",
        "url": "Permalink",
        "language": "lang",
        "reposts": "retweets",
    }
    assert found.unknown == ("favouriteCount", "mood")
    assert str(found).startswith("Tweet → text, Created At → created_at")
    assert str(found).endswith("not used: favouriteCount, mood")


def test_the_likelier_column_wins_and_the_users_word_beats_both() -> None:
    assert Mapping.of(["body", "text"]).fields == {"text": "text"}
    assert Mapping.of(["body", "text"], {"text": "Body"}).fields == {"text": "body"}
    assert Mapping.of(["text", "date"], {"created_at": ""}).fields == {"text": "text"}
    with pytest.raises(ConfigError, match="'txt'"):
        Mapping.of(["text"], {"txt": "text"})


def test_a_chosen_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("Body,x\na,b\n")
    assert texts(path) == ["a"]
    with pytest.raises(UnreadableInput, match="no column 'Text'"):
        read(path, {"text": "Text"})


def test_every_field_of_a_row(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    row = {
        "id": "1234567", "network": "Twitter", "author": "@ana_p",
        "text": "Bună @Maria.P! https://acme.example/x. #Acme",
        "display_name": "Ana", "followers": "1,234", "url": "https://x.com/ana_p/status/1234567", "lang": "ro-RO",
        "date": "2026-11-20T10:00:00+02:00", "likes": "1.2K", "retweets": 3, "views": "n/a", "hashtags": "#acme|#viață",
        "media": [{"type": "image", "alt": "doi colegi"}], "in_reply_to": "1234000", "mood": "blue",
    }  # fmt: skip
    path.write_text(json.dumps(row))
    [post], reading = read(path)
    assert (post.id, post.platform, post.native_id) == ("x:1234567", "x", "1234567")
    assert (post.url, post.native_url) == (None, "https://x.com/ana_p/status/1234567")
    author = post.author
    assert author and (author.handle, author.display_name, author.followers) == ("ana_p", "Ana", 1234)
    assert post.created_at == datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    assert (post.language, post.kind, post.in_reply_to) == ("ro", Kind.REPLY, "x:1234000")
    assert post.hashtags == ("Acme", "viață")
    assert post.mentions == ("Maria.P",)
    assert post.links == ("https://acme.example/x",)
    assert post.media == (Media("image", "doi colegi"),)
    assert post.counts == Counts(likes=1200, reposts=3)
    assert post.imported
    assert reading.receipt.mapping.unknown == ("mood",)


@pytest.mark.parametrize(
    ("row", "post_id"),
    [
        ({"id": "77", "platform": "linkedin"}, "linkedin:77"),
        ({"id": "urn:li:activity:77", "platform": "linkedin"}, "linkedin:urn:li:activity:77"),
        ({"id": "ana_p-77", "platform": "x", "author": "ana_p"}, None),
        ({"id": "@ana/77", "platform": "mastodon"}, None),
        ({"id": "https://social.example/@ana/77", "platform": "mastodon"}, None),
        ({"id": "ana@mail.example", "platform": "linkedin"}, None),
    ],
)
def test_ids_name_nobody(tmp_path: Path, row: dict[str, str], post_id: str | None) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps({"text": "hello"} | row))
    [post], _ = read(path)
    assert post.id.startswith(row["platform"] + ":")
    assert "ana" not in post.id
    assert post_id is None or post.id == post_id


def test_without_an_id_all_mapped_columns_make_one(tmp_path: Path) -> None:
    path = tmp_path / "p.tsv"
    path.write_text("text\tlang\tlabel\nhi\ten\tgood\nhi\ten\tbad\nhi\tnl\tgood\nhi\ten\tgood\n")
    posts, reading = read(path)
    assert len({post.id for post in posts}) == len(posts) == 2
    receipt = reading.receipt
    assert (receipt.rows, receipt.posts, receipt.repeated, receipt.same_text, receipt.rejected) == (4, 2, 2, 1, 0)
    assert receipt.mapping.unknown == ("label",)
    said = "\n".join(receipt.sentences())
    assert "2 rows repeat another one" in said
    assert "not used: label" in said


def test_row_numbers_of_two_files_are_not_one_post(tmp_path: Path) -> None:
    ids = set()
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"id,text\n1,from {name}\n")
        ids |= {post.id for post in read(tmp_path / f"{name}.csv")[0]}
    assert len(ids) == 2


def test_a_column_source_is_a_platform_only_if_it_names_one(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("text,source\na,corpus-7\nb,corpus-8\n")
    posts, reading = read(path)
    assert {post.platform for post in posts} == {"files"}
    assert reading.receipt.mapping.unknown == ("source",)
    path.write_text("text,source\na,corpus-7\nb,LinkedIn\n")
    posts, reading = read(path)
    assert [post.platform for post in posts] == ["files", "linkedin"]
    assert reading.receipt.other_platforms == ("corpus-7",)


def test_dates_nobody_can_believe_leave_a_post_undated(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("text,date\na,1970-01-01\nb,2099-01-01\nc,0\nd,2026-11-20 10:00\ne,\n")
    posts, reading = read(path)
    assert [post.created_at for post in posts] == [None, None, None, datetime(2026, 11, 20, 10, tzinfo=UTC), None]
    receipt = reading.receipt
    assert (receipt.unlikely_dates, receipt.undated, receipt.without_zone) == (3, 4, 1)


def test_a_file_settles_its_own_dates(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("text,date\na,03/04/2026\nb,25/04/2026\n")
    posts, _ = read(path)
    assert [post.created_at.month for post in posts if post.created_at] == [4, 4]


def test_a_photo_and_a_hashtag_are_a_post(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("text,hashtags,media,lang\n,ilovemycompany,photo,\n,,photo,\n,,,ro\n,,,\n")
    posts, reading = read(path)
    assert [(post.text, post.hashtags) for post in posts] == [("", ("ilovemycompany",)), ("", ())]
    assert reading.receipt.rejected == 1


def test_an_edited_copy_in_the_same_file_comes_on_a_page_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("id,platform,text,edited\n1,x,first,\n1,x,second,2026-11-21T10:00:00Z\n")
    pages = list(read_file(path, at=AT))
    assert [[post.text for post in page.posts] for page in pages] == [["first"], ["second"]]


def test_half_a_surrogate_pair_becomes_storable(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"text": "broken \\ud83d heart", "author": "x\\udc00"}\n')
    [post], _ = read(path)
    assert post.text == "broken \ufffd heart"
    assert post.text.encode()
    assert post.author and post.author.handle.encode()


def test_our_own_export_comes_back_as_it_was(tmp_path: Path) -> None:
    native = NativePost(
        id="mastodon:0123456789abcdef", platform="mastodon", native_id="s/1", native_url=None, url=None, author=None,
        text="Bună #Acme", created_at=AT - timedelta(days=3), fetched_at=AT - timedelta(days=2), language="ro",
        hashtags=("Acme",), counts=Counts(likes=0), media=(Media("image", "un câine"),),
    )  # fmt: skip
    kept, _ = pseudonymise(native, b"key", frozenset(), [Match("acme", "r1")])
    path = tmp_path / "export.jsonl"
    path.write_text(json.dumps(post_to_json(kept)) + "\n")
    [post], _ = read(path)
    again, _ = pseudonymise(post, b"key", frozenset(), [Match("acme", "r1")])
    assert {**post_to_json(again), "imported": False} == post_to_json(kept)


def test_a_dry_run_comes_back_with_its_native_names(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("text,author,date\nhello,ana_p,2026-11-20T10:00:00Z\n")
    [native], _ = read(path)
    kept, _ = pseudonymise(native, b"key", frozenset(), [])
    form = post_to_json(kept) | {"native": {"id": "7", "url": "https://x.example/ana_p/7", "author": "ana_p"}}
    again = tmp_path / "dry.jsonl"
    again.write_text(json.dumps(form) + "\n" + json.dumps(form | {"counts": {}, "created_at": 5, "text": None}) + "\n")
    posts, reading = read(again)
    assert [(p.native_id, p.author.handle if p.author else "") for p in posts] == [("7", "ana_p")]
    assert "Earshot's own" in reading.receipt.rejections[0].reason


def test_memory_stays_bounded_and_pages_come_while_reading(tmp_path: Path) -> None:
    path = tmp_path / "big.tsv.gz"
    with gzip.open(path, "wt") as file:
        file.write("text\n")
        for number in range(10_000):
            file.write(f"A post with number {number} and some words to fill the line up to a usual length\n")
    tracemalloc.start()
    count = 0
    for page in read_file(path, at=AT):
        count += len(page.posts)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 10_000
    assert peak < 4_000_000  # 10,000 posts at once take 6.7 MB
