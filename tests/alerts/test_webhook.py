"""The webhook, against a real HTTP server."""

import hmac
import json
import socket
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from alerts.channels import Channel, build
from alerts.channels.webhook import Webhook, retry_after
from listening.errors import ConfigError, Rejected, TryLater, Unanswered
from listening.settings import WebhookChannel
from tests.alerts import certificates
from tests.alerts.examples import NOON, message
from tests.alerts.webserver import Arrival, Hook, serving
from tests.contracts.channels import Arrived, ChannelContract

SECRET, TOKEN = "a-long-random-word", "T0P-path-token"


def settings(port: int = 0, **changes: object) -> WebhookChannel:
    values: dict[str, object] = {
        "kind": "webhook",
        "name": "hook",
        "url": f"http://127.0.0.1:{port}/in/{TOKEN}?key={TOKEN}",
        "secret": SECRET,
        "allow_private": True,
    }
    return WebhookChannel.model_validate(values | changes)


def read(arrival: Arrival) -> Arrived:
    body = json.loads(arrival.body)
    quotes = tuple(quote.pop("text") for quote in body["quotes"])
    headers = [(k, v) for k, v in arrival.headers if k not in ("Earshot-Signature", "Content-Length")]
    words = json.dumps(body, ensure_ascii=False)
    return Arrived(arrival.header("Idempotency-Key"), words, quotes, (arrival.method, arrival.path, headers, body))


@dataclass
class Receiver:
    channel: Channel
    hook: Hook
    secrets: tuple[str, ...] = (SECRET, TOKEN)
    can_refuse: bool = True

    def arrived(self) -> list[Arrived]:
        return [read(arrival) for arrival in self.hook.arrivals]

    def be_unwell(self) -> None:
        self.hook.code = 503
        self.hook.arrivals = _Deaf()

    def refuse(self) -> None:
        self.hook.code = 400
        self.hook.arrivals = _Deaf()

    def recover(self) -> None:
        self.hook.code = 200
        self.hook.arrivals = []


class _Deaf(list[Arrival]):
    """What is refused has not arrived."""

    def append(self, arrival: Arrival) -> None:
        pass


class TestWebhook(ChannelContract):
    @pytest.fixture
    def receiver(self, tmp_path: Path) -> Iterator[Receiver]:
        with serving() as hook:
            yield Receiver(build(settings(hook.port), tmp_path), hook)


@pytest.fixture
def hook() -> Iterator[Hook]:
    with serving() as hook:
        yield hook


def deliver(hook: Hook, **changes: object) -> None:
    Webhook.of(settings(hook.port, **changes), read_timeout=0.3).deliver(message(), NOON)


def test_the_request(hook: Hook) -> None:
    deliver(hook)
    (arrival,) = hook.arrivals
    assert arrival.path == f"/in/{TOKEN}?key={TOKEN}"
    assert arrival.header("Host") == f"127.0.0.1:{hook.port}"
    assert arrival.header("Content-Type") == "application/json"
    assert arrival.body.isascii()
    body = json.loads(arrival.body)
    assert body["version"] == 1
    assert body["key"] == arrival.header("Idempotency-Key") == "0123456789abcdef"
    assert body["sent_at"] == "2026-11-18T12:07:00Z"
    assert body["incident"]["link"] == "http://127.0.0.1:8000/alerts/i1"
    assert body["alerts"][0]["posts"] == "http://127.0.0.1:8000/posts?q=*&brand=acme&sentiment=negative"
    assert body["quotes"][0]["post_id"] == "files:1"


def test_the_signature_can_be_verified_as_the_documentation_says(hook: Hook) -> None:
    deliver(hook)
    (arrival,) = hook.arrivals
    page = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
    code = page.split("```python\n", 1)[1].split("```", 1)[0]
    names: dict[str, object] = {}
    exec(code, names)  # our own documentation
    is_ours = names["is_ours"]
    assert callable(is_ours)
    signature, now = arrival.header("Earshot-Signature"), NOON.timestamp()
    assert is_ours(SECRET, signature, arrival.body, now)
    assert not is_ours("another", signature, arrival.body, now)
    assert not is_ours(SECRET, signature, arrival.body + b" ", now)
    assert not is_ours(SECRET, signature.replace("t=1", "t=2"), arrival.body, now)
    assert not is_ours(SECRET, signature, arrival.body, now + 301)
    expected = hmac.new(SECRET.encode(), f"{int(now)}.".encode() + arrival.body, sha256).hexdigest()
    assert signature == f"t={int(now)},v1={expected}"


@pytest.mark.parametrize("code", [200, 201, 202, 204])
def test_taken(hook: Hook, code: int) -> None:
    hook.code = code
    deliver(hook)
    assert len(hook.arrivals) == 1


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504])
def test_later(hook: Hook, code: int) -> None:
    hook.code = code
    with pytest.raises(TryLater, match=str(code)) as caught:
        deliver(hook)
    assert not isinstance(caught.value, Unanswered)
    assert caught.value.until is None


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 413, 422])
def test_never(hook: Hook, code: int) -> None:
    hook.code = code
    with pytest.raises(Rejected, match=str(code)):
        deliver(hook)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(hook: Hook, code: int) -> None:
    with serving() as private:
        hook.code, hook.headers = code, {"Location": f"http://127.0.0.1:{private.port}/secret"}
        with pytest.raises(Rejected, match="redirects are not followed"):
            deliver(hook)
    assert private.arrivals == []


@pytest.mark.parametrize(("code", "name"), [(0, "RemoteProtocolError"), (-1, "ReadTimeout")])
def test_no_answer_may_mean_that_it_arrived(hook: Hook, code: int, name: str) -> None:
    hook.code = code
    with pytest.raises(Unanswered, match=name):
        deliver(hook)
    assert len(hook.arrivals) == 1


def test_nobody_there_is_no_maybe() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(TryLater, match="cannot be reached") as caught:
            Webhook.of(settings(taken.getsockname()[1])).deliver(message(), NOON)
    assert not isinstance(caught.value, Unanswered)


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("120", NOON + timedelta(seconds=120)),
        ("0", NOON),
        ("Wed, 18 Nov 2026 13:00:00 GMT", datetime(2026, 11, 18, 13, tzinfo=UTC)),
        ("soon", None),
        ("-5", None),
        ("9" * 400, NOON + timedelta(seconds=10**8)),
        ("Wed, 99 Nov 2026", None),
        ("", None),
    ],
)
def test_retry_after(hook: Hook, said: str, until: datetime | None) -> None:
    hook.code, hook.headers = 429, {"Retry-After": said}
    with pytest.raises(TryLater) as caught:
        deliver(hook)
    assert caught.value.until == until
    assert retry_after(None, NOON) is None


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"],
)
def test_nothing_is_sent_into_private_nets(hook: Hook, host: str, certificate: certificates.Certificate) -> None:
    entry = settings(url=f"https://{host}:{hook.port}/{TOKEN}", allow_private=False)
    with pytest.raises(Rejected, match="not on the public internet") as caught:
        Webhook.of(entry, certificate.trusting).deliver(message(), NOON)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    assert hook.arrivals == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> certificates.Certificate:
    return certificates.make(tmp_path_factory.mktemp("tls"))


def test_tls_is_checked_against_the_name_and_not_the_address(
    certificate: certificates.Certificate, tmp_path: Path
) -> None:
    with serving(tls=certificate.server) as hook:
        entry = settings(url=f"https://localhost:{hook.port}/in")
        Webhook.of(entry, certificate.trusting).deliver(message(), NOON)
        assert hook.arrivals[0].header("Host") == f"localhost:{hook.port}"
        with pytest.raises(TryLater, match="its certificate cannot be verified"):
            Webhook.of(entry).deliver(message(), NOON)
    other = certificates.make(tmp_path, "hook.example.org")
    with serving(tls=other.server) as hook:
        with pytest.raises(TryLater, match="its certificate cannot be verified"):
            Webhook.of(settings(url=f"https://localhost:{hook.port}/in"), other.trusting).deliver(message(), NOON)
        assert hook.arrivals == []


def test_a_proxy_of_the_environment_is_not_used(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    deliver(hook)
    assert len(hook.arrivals) == 1


def test_every_address_of_a_host_is_tried(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.channels.webhook.resolve", lambda *_: ("127.0.0.2", "127.0.0.1"))
    deliver(hook)
    assert len(hook.arrivals) == 1


def test_a_name_that_does_not_resolve_may_do_so_later() -> None:
    with pytest.raises(TryLater, match="does not resolve"):
        Webhook.of(settings(url="http://nowhere.invalid/x")).deliver(message(), NOON)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"url": "ftp://hooks.example.org/x"}, "no web address"),
        ({"url": "hooks.example.org/x"}, "no web address"),
        ({"url": "https://"}, "no web address"),
        ({"url": "https://a b\x00/"}, "no web address"),
        ({"url": "file:///etc/passwd"}, "no web address"),
        ({"url": "https://0177.0.0.1/"}, "no web address"),
        ({"url": "http://hooks.example.org/x", "allow_private": False}, "not encrypted"),
        ({"url": f"https://user:{TOKEN}@hooks.example.org/x"}, "user name"),
        ({"secret": ""}, "secret is empty"),
    ],
)
def test_settings_that_cannot_work(changes: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match="Channel hook: ") as caught:
        Webhook.of(settings(**changes))
    assert says in str(caught.value)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
