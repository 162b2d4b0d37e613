"""Settings: what holds when nothing is written, and what a brand becomes."""

from typing import Any

import pytest
from pydantic import ValidationError

from listening.alerting import Severity
from listening.brands import Role
from listening.platforms import MastodonSettings
from listening.query import Searchable, parse
from listening.settings import (
    BrandSettings,
    EmailChannel,
    FolderChannel,
    ReachRule,
    RetentionSettings,
    RiskRule,
    RouteSettings,
    Settings,
    ShareRule,
    SpikeRule,
    WebhookChannel,
)

BRAND: dict[str, Any] = {
    "key": "acme", "name": "Acme", "purpose": "see what goes wrong", "owner": "press desk", "audience": ["brand"],
    "retention_days": 30,
}  # fmt: skip


def test_what_holds_on_a_laptop() -> None:
    settings = Settings(home="/h")
    assert settings.store.url == settings.ledger.url == ""
    assert (settings.sentiment.model, settings.sentiment.threads) == ("earshot-small", 2)
    assert settings.platforms.files.enabled and not settings.platforms.mastodon.enabled
    assert (settings.dashboard.host, settings.dashboard.port, settings.airflow.port) == ("127.0.0.1", 8000, 8080)
    assert (settings.dashboard.role, settings.dashboard.locale, settings.dashboard.zone) == (Role.BRAND, "en", "UTC")
    assert settings.retention.default_days == 90
    assert settings.brands == () and settings.rule == settings.channel == settings.route == ()
    assert not settings.example


def test_rules_and_routes_that_say_little() -> None:
    common = {"name": "r", "title": "t"}
    risk = RiskRule(kind="risk", categories=("disclosure",), **common)
    assert (risk.severity, risk.audience, risk.brands, risk.min_score) == (Severity.WARNING, (Role.PR,), (), 0.5)
    assert ReachRule(kind="reach", min_audience=5, **common).min_score == 0.6
    share = ShareRule(kind="negative-share", **common)
    assert (share.hours, share.min_share, share.alarming_share, share.min_posts) == (3, 0.4, 0.8, 20)
    spike = SpikeRule(kind="spike", **common)
    assert (spike.hours, spike.factor, spike.min_posts, spike.weeks) == (3, 3, 20, 4)
    assert (spike.sentiment, spike.alarming_posts) == ("all", None)
    route = RouteSettings(channels=("outbox",))
    assert (route.brands, route.audience, route.min_severity) == ((), (), Severity.WARNING)


def test_channels() -> None:
    mail = EmailChannel(kind="email", name="m", host="mail.example", sender="a@b.example", to=("c@d.example",))
    assert (mail.port, mail.security, mail.username, mail.password) == (587, "starttls", "", None)
    assert FolderChannel(kind="folder", name="f").folder == ""
    hook = WebhookChannel(kind="webhook", name="w", url="https://hooks.example/s3cret", secret="s3cret")  # type: ignore[arg-type]
    assert not hook.allow_private
    assert "s3cret" not in repr(hook)


def test_one_server_the_short_way_and_more_the_long_way() -> None:
    assert MastodonSettings().all_servers == ()
    one = MastodonSettings(base_url="https://a.example", access_token="t", servers=({"base_url": "https://b.example"},))  # type: ignore[arg-type]
    assert [server.base_url for server in one.all_servers] == ["https://a.example", "https://b.example"]
    assert [bool(server.access_token) for server in one.all_servers] == [True, False]


def test_naming_one_platforms_retention_keeps_what_other_platforms_ask_for() -> None:
    assert RetentionSettings().platforms == {"reddit": 2, "youtube": 30}
    assert RetentionSettings(platforms={"files": 400, "reddit": 1}).platforms == {
        "reddit": 1,
        "youtube": 30,
        "files": 400,
    }


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings(home="/h").home = "/x"  # type: ignore[misc]


def test_a_brand_without_a_query_gets_one() -> None:
    entry = BrandSettings(
        **BRAND,
        names=("Acme", "Acme Corp"),
        hashtags=("#AcmeLife", "＃אקמי"),
        handles=("@acme",),
        exclude=("Acme Street",),
    )
    brand = entry.to_brand()
    assert str(brand.query) == '((#acmelife OR #אקמי OR @acme OR acme OR "acme corp") AND NOT "acme street")'
    assert brand.own_hashtags == {"acmelife", "אקמי"}
    assert brand.own_handles == {"acme"}
    assert (brand.key, brand.name, brand.platforms) == ("acme", "Acme", ("files",))
    assert (brand.purpose.reason, brand.purpose.owner) == ("see what goes wrong", "press desk")
    assert (brand.purpose.audience, brand.purpose.retention_days) == ((Role.BRAND,), 30)
    assert brand.query.matches(Searchable.of("we love Acme"))
    assert not brand.query.matches(Searchable.of("Acme Street is closed"))


def test_one_hashtag_is_enough() -> None:
    assert str(BrandSettings(**BRAND, hashtags=("AcmeLife",)).to_brand().query) == "#acmelife"


def test_a_query_of_ones_own_stands_as_it_is() -> None:
    brand = BrandSettings(**BRAND, names=("Acme",), query='"Acme Corp" NOT jobs').to_brand()
    assert brand.query == parse('"Acme Corp" NOT jobs')


def test_a_hebrew_name_keeps_its_gershayim() -> None:
    query = BrandSettings(**BRAND, names=('צה"ל',)).to_brand().query
    assert query.matches(Searchable.of("על צה״ל היום"))


WRONG = {
    "key with a space": ({"key": "my brand"}, "pattern"),
    "capital key": ({"key": "Acme"}, "pattern"),
    "no name": ({"name": ""}, "at least 1"),
    "no purpose": ({"purpose": ""}, "at least 3"),
    "unknown role": ({"audience": ["boss"]}, "'brand', 'pr', 'hr', 'operator' or 'admin'"),
    "kept for ever": ({"retention_days": 401}, "less than or equal to 400"),
    "kept for no time": ({"retention_days": 0}, "greater than or equal to 1"),
    "empty hashtag": ({"hashtags": ["#"]}, "hashtag '#' is empty: remove it or write a word"),
    "hashtag of two words": ({"hashtags": ["#work life"]}, "'#work life' is no hashtag"),
    "hashtag with a hyphen": ({"hashtags": ["work-life"]}, "no hashtag"),
    "empty handle": ({"handles": ["@"]}, "'@' is no handle: write it like @name"),
    "handle of two words": ({"handles": ["acme corp"]}, "is no handle"),
    "name of signs": ({"names": ["!!!"]}, "'!!!' cannot be searched for"),
    "exclude an empty hashtag": ({"exclude": ["#"]}, "cannot be searched for"),
    "query that cannot be read": ({"query": "(acme"}, "'(' at character 1 is never closed"),
    "unknown entry": ({"hashtag": ["#a"]}, "Extra inputs"),
}


@pytest.mark.parametrize("change, part", WRONG.values(), ids=WRONG)
def test_a_wrong_brand(change: dict[str, Any], part: str) -> None:
    with pytest.raises(ValidationError) as refused:
        BrandSettings(**{**BRAND, **change})
    assert part in str(refused.value)


@pytest.mark.parametrize("name", ["purpose", "owner", "audience", "retention_days"])
def test_without_a_purpose_a_query_does_not_run(name: str) -> None:
    with pytest.raises(ValidationError, match=f"{name}\n  Field required"):
        BrandSettings(**{key: value for key, value in BRAND.items() if key != name})
