"""Requests of ours, against a server that does everything a server should not do."""

import gzip
import ssl
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from collectors.waiting import USUAL
from collectors.web import Limits, Web
from listening.errors import AccessDenied, RateLimited, TryLater
from tests.servers.web import Reply, WebServer

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


def web(server: WebServer, **limits: float) -> Web:
    return Web([server.address], limits=Limits(**limits))  # type: ignore[arg-type]


def test_an_answer_has_its_body_headers_and_address(server: WebServer) -> None:
    server.pages["/a?q=1"] = Reply(b'{"x": "\xc8\x99"}', headers={"ETag": '"7"'})
    client = web(server)
    answer = client.get(f"{server.address}/a?q=1", NOW, {"X-Own": "yes"})
    assert (answer.status, answer.json(), answer.headers["etag"]) == (200, {"x": "ș"}, '"7"')
    assert answer.url == f"{server.address}/a?q=1"
    assert (client.requests, server.asked[0].headers["X-Own"]) == (1, "yes")


def test_the_sentence_of_a_failure_has_no_more_of_the_address_than_its_host(server: WebServer) -> None:
    server.always = Reply(status=404)
    with pytest.raises(AccessDenied) as refused:
        web(server).get(f"{server.address}/secret-path?key=hunter2", NOW)
    assert "127.0.0.1" in str(refused.value)
    assert "secret" not in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, AccessDenied), (402, AccessDenied), (403, AccessDenied), (404, AccessDenied), (407, AccessDenied),
        (410, AccessDenied), (451, AccessDenied), (408, TryLater), (418, TryLater), (429, RateLimited), (300, TryLater),
        (500, TryLater), (502, TryLater), (503, TryLater), (520, TryLater), (599, TryLater), (302, TryLater),
    ],
)  # fmt: skip
def test_what_went_wrong_is_told_by_what_to_do_next(
    server: WebServer, status: int, error: type[AccessDenied | TryLater]
) -> None:
    server.always = Reply(b"oh", status)
    with pytest.raises(error, match=r"^127\.0\.0\.1 .+\.$"):
        web(server).get(server.address, NOW)
    assert web(server).get(server.address, NOW, accept=[status]).status == status


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "90"}, timedelta(seconds=90)),
        ({"Retry-After": format_datetime(NOW + timedelta(minutes=3), usegmt=True)}, timedelta(minutes=3)),
        (
            {
                "Retry-After": format_datetime(NOW + timedelta(hours=2, minutes=3), usegmt=True),
                "Date": format_datetime(NOW + timedelta(hours=2), usegmt=True),
            },
            timedelta(minutes=3),
        ),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 40)}, timedelta(seconds=40)),
        ({"X-RateLimit-Reset": "40"}, timedelta(seconds=40)),
        ({"RateLimit-Reset": "12.5"}, timedelta(seconds=12.5)),
        ({"X-RateLimit-Reset": "soon", "Retry-After": "30"}, timedelta(seconds=30)),
        ({}, USUAL),
        ({"Retry-After": "-1"}, USUAL),
        ({"Retry-After": "0"}, USUAL),
        ({"Retry-After": "1e9"}, USUAL),
        ({"Retry-After": "99999999"}, USUAL),  # a moment in 1973
        ({"Retry-After": "9999999"}, timedelta(hours=24)),
        ({"Retry-After": format_datetime(NOW + timedelta(days=900), usegmt=True)}, timedelta(hours=24)),
    ],
)
def test_too_many_requests_says_when_to_come_back(
    server: WebServer, headers: Mapping[str, str], wait: timedelta
) -> None:
    server.always = Reply(status=429, headers=headers)
    with pytest.raises(RateLimited) as limited:
        web(server).get(server.address, NOW)
    assert limited.value.until == NOW + wait


def test_a_server_under_repair_is_asked_when_it_wants_to_be(server: WebServer) -> None:
    server.always = Reply(status=503, headers={"Retry-After": "600"})
    with pytest.raises(TryLater) as later:
        web(server).get(server.address, NOW)
    assert later.value.until == NOW + timedelta(minutes=10)
    assert not isinstance(later.value, RateLimited)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(reset=True),
        Reply(b'{"posts": [', cut=True),
        Reply(b"12", headers={"Content-Length": "9"}),
        Reply(b"zzz", headers={"Transfer-Encoding": "chunked"}),
        Reply(b"x", headers={"X-Long": "y" * 200_000}),
        Reply(gzip.compress(b"x" * 9000, mtime=0)[:-9], headers={"Content-Encoding": "gzip"}),
        Reply(b"no gzip at all", headers={"Content-Encoding": "gzip"}),
        Reply(b"x", headers={"Content-Encoding": "gzip, gzip"}),
        Reply(b"x", headers={"Content-Encoding": "br"}),
    ],
)
def test_a_broken_answer_is_an_outage(server: WebServer, reply: Reply) -> None:
    server.always = reply
    with pytest.raises(TryLater, match=r"^127\.0\.0\.1 .+\.$"):
        web(server).get(server.address, NOW)


@pytest.mark.parametrize("reply", [Reply(seconds=0.6), Reply(b"x" * 999, drip=0.02), Reply(b"x" * 60_000, drip=0.0005)])
def test_silence_and_slow_drops_end(server: WebServer, reply: Reply) -> None:
    server.always = reply
    with pytest.raises(TryLater, match="did not answer in time"):
        web(server, seconds=0.3, silence=0.2).get(server.address, NOW)


def test_nobody_there(server: WebServer) -> None:
    with WebServer() as gone:
        address = gone.address
    with pytest.raises(TryLater, match="there is no connection to it"):
        Web([address]).get(address, NOW)


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(b"Bun\xc4\x83", mtime=0), "gzip"),
        (zlib.compress(b"Bun\xc4\x83"), "deflate"),
        (zlib.compress(b"Bun\xc4\x83", wbits=-15), "deflate"),
        (b"Bun\xc4\x83", "identity"),
        (b"", "gzip"),
    ],
)
def test_packed_bodies_are_unpacked(server: WebServer, packed: bytes, encoding: str) -> None:
    server.always = Reply(packed, headers={"Content-Encoding": encoding})
    assert web(server).get(server.address, NOW).body == (b"Bun\xc4\x83" if packed else b"")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"x" * 100_001),
        Reply(gzip.compress(b"\0" * 50_000_000, mtime=0), headers={"Content-Encoding": "gzip"}),
        Reply(zlib.compress(b"\0" * 50_000_000, wbits=-15), headers={"Content-Encoding": "deflate"}),
    ],
)
def test_a_body_that_is_too_large_is_not_read_to_its_end_and_not_fetched_again_at_once(
    server: WebServer, reply: Reply
) -> None:
    server.always = reply
    with pytest.raises(TryLater, match="more than") as large:
        web(server, most_bytes=100_000).get(server.address, NOW)
    assert large.value.until == NOW + timedelta(hours=1)


@pytest.mark.parametrize("body", [b"<!DOCTYPE html><p>Log in", b"\n <html>", b"[1, 2", b"", b"\xff\xfe", b"[" * 99_999])
def test_what_is_no_json_is_a_sentence(server: WebServer, body: bytes) -> None:
    server.always = Reply(body)
    answer = web(server).get(server.address, NOW)
    with pytest.raises(TryLater, match="where JSON was expected"):
        answer.json()


# Where it may lead


def test_a_redirect_is_followed_and_told_if_it_is_for_good(server: WebServer) -> None:
    server.pages["/old"] = Reply(status=301, headers={"Location": "/older"})
    server.pages["/older"] = Reply(status=308, headers={"Location": f"{server.address}/new"})
    server.pages["/now"] = Reply(status=302, headers={"Location": "/new"})
    server.pages["/mixed"] = Reply(status=302, headers={"Location": "/old"})
    server.pages["/new"] = Reply(b"here")
    client = web(server)
    answer = client.get(f"{server.address}/old", NOW)
    assert (answer.body, answer.url, answer.moved_to) == (b"here", f"{server.address}/new", f"{server.address}/new")
    assert client.requests == 3
    assert client.get(f"{server.address}/now", NOW).moved_to is None
    assert client.get(f"{server.address}/mixed", NOW).moved_to is None


def test_circles_end(server: WebServer) -> None:
    server.always = Reply(status=302, headers={"Location": "/again"})
    with pytest.raises(TryLater, match="from one address to the next"):
        web(server).get(server.address, NOW)
    assert len(server.asked) == 6


def test_only_the_operators_own_address_leads_inside(server: WebServer) -> None:
    for stranger in (Web(), Web(["http://127.0.0.1:1/"]), Web([f"https://{server.name}"])):
        with pytest.raises(AccessDenied, match="not on the public internet"):
            stranger.get(server.address, NOW)
    assert server.asked == []


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0"])
def test_no_spelling_of_this_machine_gets_through(server: WebServer, host: str) -> None:
    with pytest.raises((AccessDenied, TryLater)):
        Web().get(f"http://{host}:{server.port}/", NOW)
    assert server.asked == []


@pytest.mark.parametrize("inside", ["127.0.0.1", "169.254.169.254", "10.0.0.9", "fd00:ec2::254", "168.63.129.16"])
def test_a_public_name_with_a_private_address_is_refused(server: WebServer, inside: str) -> None:
    for addresses in ([inside], ["93.184.215.14", inside]):
        client = Web(names=lambda host, port, found=addresses: found)  # type: ignore[misc]
        with pytest.raises(AccessDenied, match=r"blog\.example leads to an address"):
            client.get(f"http://blog.example:{server.port}/", NOW)
    assert server.asked == []


def test_a_name_is_looked_up_once_a_connection_so_it_cannot_change_after_the_check(server: WebServer) -> None:
    looked_up: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"] if len(looked_up) == 1 else ["10.0.0.1"]

    server.pages["/"] = Reply(b"mine")
    own = f"http://news.example:{server.port}"
    assert Web([own], names=rebinding).get(own + "/", NOW).body == b"mine"
    assert looked_up == ["news.example"]
    assert server.asked[0].headers["Host"] == f"news.example:{server.port}"


@pytest.mark.parametrize("target", ["http://localhost:{port}/admin", "http://127.0.0.1:{other}/", "//[::1]:{port}/"])
def test_a_redirect_does_not_lead_inside(server: WebServer, target: str) -> None:
    with WebServer() as other:
        server.pages["/"] = Reply(status=302, headers={"Location": target.format(port=server.port, other=other.port)})
        with pytest.raises(AccessDenied, match="not on the public internet"):
            web(server).get(server.address, NOW)
        assert (len(server.asked), other.asked) == (1, [])


def test_a_stranger_cannot_send_us_to_the_operators_own_server(server: WebServer) -> None:
    """The address that may lead inside is that of the request, not that of a redirect."""
    with WebServer() as mine:
        server.pages["/"] = Reply(status=302, headers={"Location": f"{mine.address}/admin"})
        client = Web([server.address, mine.address])
        assert client.get(f"{mine.address}/", NOW, accept=[404]).status == 404
        with pytest.raises(AccessDenied, match="not on the public internet"):
            client.get(server.address, NOW)
        assert [asked.path for asked in mine.asked] == ["/"]


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://a.example/", "javascript:1", "http://", "http://[", ":"]
)
def test_a_redirect_to_something_else_is_refused(server: WebServer, target: str) -> None:
    server.pages["/"] = Reply(status=302, headers={"Location": target})
    with pytest.raises((AccessDenied, TryLater)):
        web(server).get(server.address, NOW)


@pytest.mark.parametrize("address", ["", "nonsense", "file:///etc/passwd", "http:///x", "http://[::1"])
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(AccessDenied, match="no web address"):
        Web().get(address, NOW)


def test_a_key_is_not_carried_to_another_server(server: WebServer) -> None:
    server.pages["/"] = Reply(status=302, headers={"Location": "/next"})
    server.pages["/next"] = Reply(status=302, headers={"Location": f"http://other.example:{server.port}/"})
    client = Web([server.address], names=lambda host, port: ["127.0.0.1"])
    with pytest.raises(AccessDenied):
        client.get(server.address, NOW, {"Authorization": "Bearer hunter2"})
    assert [asked.headers.get("Authorization") for asked in server.asked] == ["Bearer hunter2"] * 2


def test_a_name_and_a_password_in_an_address_are_sent_as_a_browser_would(server: WebServer) -> None:
    server.pages["/feed"] = Reply(b"hi")
    web(server).get(f"http://ana:pa%20ss@{server.name}/feed", NOW)
    assert server.asked[0].headers["Authorization"] == "Basic YW5hOnBhIHNz"
    assert server.asked[0].headers["Host"] == server.name


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context, for ``news.example``, and that of a client that trusts who signed it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "news.example")])
    today = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, today - timedelta(1), today + timedelta(1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("news.example")]), critical=False)
    signed = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        signed
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(path)
    return theirs, ssl.create_default_context(cadata=signed.decode())


def test_a_certificate_must_be_that_of_the_name_and_not_of_the_checked_address(
    certified: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    theirs, ours = certified
    with WebServer(theirs) as server:
        server.pages["/"] = Reply(b"safe")
        own = [f"https://{host}:{server.port}" for host in ("news.example", "other.example", "127.0.0.1")]
        client = Web(own, names=lambda host, port: ["127.0.0.1"], context=ours)
        assert client.get(own[0] + "/", NOW).body == b"safe"
        assert server.asked[0].headers["Host"] == f"news.example:{server.port}"
        for wrong in own[1:]:
            with pytest.raises(TryLater, match="certificate"):
                client.get(wrong, NOW)
        assert len(server.asked) == 1


def test_a_header_that_a_server_made_up_can_be_sent_back(server: WebServer) -> None:
    server.pages["/"] = Reply(b"x")
    assert web(server).get(server.address, NOW, {"If-None-Match": '"ș\xe9"'}).status == 200
    with pytest.raises(TryLater):
        web(server).get(server.address, NOW, {"If-None-Match": "a\r\nX-Evil: 1"})
