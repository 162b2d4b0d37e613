"""Settings: one typed, frozen object, made once at the door (:mod:`pipeline.configuration`) and handed on.

Each class says with its defaults what happens on a laptop; ``docs/settings.md`` says the same in prose.
"""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from .alerting import Severity
from .brands import Brand, Purpose, Role, query_for, term_for
from .errors import QueryError
from .hashtags import fold_hashtag, is_hashtag
from .platforms import PlatformSettings
from .platforms.section import Section
from .query import fold_handle, parse

Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Words = tuple[Annotated[str, Field(min_length=1)], ...]


def _handles(handles: Words) -> Words:
    for handle in handles:
        if not fold_handle(handle) or " " in handle.strip():
            raise ValueError(f"'{handle}' is no handle: write it like @name or @name@server.example")
    return handles


class StoreSettings(Section):
    """The posts index. ``url`` empty: SQLite below ``$EARSHOT_HOME``; ``https://…`` is an Elasticsearch."""

    url: str = ""


class LedgerSettings(Section):
    """The ledger. ``url`` empty: SQLite below ``$EARSHOT_HOME``; else an SQLAlchemy address (PostgreSQL)."""

    url: str = ""


class SentimentSettings(Section):
    """``model``: ``earshot-small`` (bundled), a folder, or a name on the Hugging Face Hub.

    ``labels`` says what the labels of such a model mean, where their names do not.
    """

    model: str = "earshot-small"
    labels: dict[str, Literal["negative", "neutral", "positive"]] = Field(default_factory=dict)
    threads: int = Field(default=2, ge=1, le=64)


class DashboardSettings(Section):
    """Bound to this machine only unless ``host`` says otherwise. ``zone`` is an IANA time zone, ``locale`` ours."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    locale: str = "en"
    zone: str = "UTC"
    role: Role = Role.BRAND


class AirflowSettings(Section):
    port: int = Field(default=8080, ge=1, le=65535)


_ASKED_FOR = {"reddit": 2.0, "youtube": 30.0}
"""Days after which these platforms' terms want text gone."""


class RetentionSettings(Section):
    """How long a platform's text may be kept at most, in days; a brand's own purpose may be shorter.

    ``platforms`` adds to the limits that platforms themselves ask for, and replaces those it names.
    """

    default_days: int = Field(default=90, ge=1)
    platforms: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=lambda: dict(_ASKED_FOR))

    @field_validator("platforms")
    @classmethod
    def _naming_one_keeps_the_others(cls, days: dict[str, float]) -> dict[str, float]:
        return {**_ASKED_FOR, **days}


class OptOutSettings(Section):
    """Who is never stored: ``authors`` by handle, ``domains`` of servers and sites with all below them."""

    authors: Words = ()
    domains: tuple[Annotated[str, Field(pattern=r"^[^\s/:@.]+(\.[^\s/:@.]+)+$")], ...] = ()

    @field_validator("authors")
    @classmethod
    def _authors_have_names(cls, handles: Words) -> Words:
        return _handles(handles)


class BrandSettings(Section):
    """One ``[[brand]]``: who is listened for, and why that is allowed."""

    key: Key
    name: Annotated[str, Field(min_length=1)]
    names: Words = ()
    hashtags: Words = ()
    handles: Words = ()
    exclude: Words = ()
    query: str = ""
    platforms: Words = ("files",)
    purpose: Annotated[str, Field(min_length=3)]
    owner: Annotated[str, Field(min_length=3)]
    audience: tuple[Role, ...]
    retention_days: int = Field(ge=1, le=400)

    @field_validator("hashtags")
    @classmethod
    def _hashtags_have_words(cls, tags: Words) -> Words:
        for tag in tags:
            if not fold_hashtag(tag):
                raise ValueError(f"hashtag '{tag}' is empty: remove it or write a word")
            if not is_hashtag(tag):
                raise ValueError(f"'{tag}' is no hashtag: letters, digits and _ may stand in one, as in #work_here")
        return tags

    @field_validator("handles")
    @classmethod
    def _handles_have_names(cls, handles: Words) -> Words:
        return _handles(handles)

    @field_validator("names", "exclude")
    @classmethod
    def _words_can_be_searched(cls, texts: Words) -> Words:
        for text in texts:
            try:
                term_for(text)
            except QueryError as error:
                raise ValueError(f"'{text}' cannot be searched for: {error}") from error
        return texts

    @field_validator("query")
    @classmethod
    def _query_reads(cls, text: str) -> str:
        if text:
            try:
                parse(text)
            except QueryError as error:
                raise ValueError(str(error)) from error
        return text

    def to_brand(self) -> Brand:
        """The brand as the rest of Earshot knows it. Without a ``query`` one is made of names, hashtags and handles."""
        made = parse(self.query) if self.query else query_for(self.names, self.hashtags, self.handles, self.exclude)
        return Brand(
            key=self.key,
            name=self.name,
            hashtags=self.hashtags,
            handles=self.handles,
            query=made,
            platforms=self.platforms,
            purpose=Purpose(
                reason=self.purpose,
                owner=self.owner,
                audience=self.audience,
                retention_days=self.retention_days,
            ),
        )


class _Rule(Section):
    """What all rules have. ``brands`` empty: every brand. ``playbook``: what to do, in the company's own words."""

    name: Key
    title: Annotated[str, Field(min_length=1)]
    severity: Severity = Severity.WARNING
    brands: tuple[Key, ...] = ()
    audience: tuple[Role, ...] = (Role.PR,)
    playbook: str = ""


class RiskRule(_Rule):
    """Fires on a single post that fits one of ``categories`` with at least ``min_score`` (0..1)."""

    kind: Literal["risk"]
    categories: Words
    min_score: float = Field(default=0.5, ge=0, le=1)


class ReachRule(_Rule):
    """Fires on a single negative post whose author is known to reach at least ``min_audience`` people."""

    kind: Literal["reach"]
    min_audience: int = Field(ge=1)
    min_score: float = Field(default=0.6, ge=0, le=1)


class ShareRule(_Rule):
    """Fires when the share of negative posts in the last ``hours`` is at least ``min_share`` and above the usual one.

    Guards: at least ``min_posts`` judged posts; and the share must be surprising, by a lower confidence bound.
    At ``alarming_share`` it fires whatever is usual, so that a slow ramp cannot hide a crisis.
    """

    kind: Literal["negative-share"]
    hours: float = Field(default=3, gt=0, le=168)
    min_share: float = Field(default=0.4, gt=0, le=1)
    alarming_share: float = Field(default=0.8, gt=0, le=1)
    min_posts: int = Field(default=20, ge=1)


class SpikeRule(_Rule):
    """Fires when posts (or ``negative`` ones) in the last ``hours`` exceed the same hours of past ``weeks``.

    At ``alarming_posts`` it fires whatever is usual, so that a slow ramp cannot hide a crisis.
    """

    kind: Literal["spike"]
    hours: float = Field(default=3, gt=0, le=168)
    factor: float = Field(default=3, gt=1)
    min_posts: int = Field(default=20, ge=1)
    alarming_posts: int | None = Field(default=None, ge=1)
    weeks: int = Field(default=4, ge=1, le=26)
    sentiment: Literal["all", "negative"] = "all"


RuleSettings = Annotated[RiskRule | ReachRule | ShareRule | SpikeRule, Field(discriminator="kind")]


class EmailChannel(Section):
    """Mail by SMTP. ``password`` belongs in the environment."""

    kind: Literal["email"]
    name: Key
    host: str
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: SecretStr | None = None
    sender: Annotated[str, Field(min_length=3)]
    to: Words


class WebhookChannel(Section):
    """A POST of JSON, signed with ``secret`` (HMAC-SHA-256 over time stamp and body)."""

    kind: Literal["webhook"]
    name: Key
    url: SecretStr
    secret: SecretStr
    allow_private: bool = False


class FolderChannel(Section):
    """Messages as ``.eml`` files in a folder; the default, so that a laptop needs no mail server."""

    kind: Literal["folder"]
    name: Key
    folder: str = ""


ChannelSettings = Annotated[EmailChannel | WebhookChannel | FolderChannel, Field(discriminator="kind")]


class RouteSettings(Section):
    """Which incidents go to which channels. ``brands`` empty: all of them."""

    channels: tuple[Key, ...]
    brands: tuple[Key, ...] = ()
    audience: tuple[Role, ...] = ()
    min_severity: Severity = Severity.WARNING


class Settings(Section):
    """All of it. ``home`` is the folder of all state; ``example`` says that the invented company stands in."""

    home: str
    example: bool = False
    store: StoreSettings = StoreSettings()
    ledger: LedgerSettings = LedgerSettings()
    sentiment: SentimentSettings = SentimentSettings()
    platforms: PlatformSettings = PlatformSettings()
    dashboard: DashboardSettings = DashboardSettings()
    airflow: AirflowSettings = AirflowSettings()
    retention: RetentionSettings = RetentionSettings()
    opt_out: OptOutSettings = OptOutSettings()
    brand: tuple[BrandSettings, ...] = ()
    rule: tuple[RuleSettings, ...] = ()
    channel: tuple[ChannelSettings, ...] = ()
    route: tuple[RouteSettings, ...] = ()

    @property
    def brands(self) -> tuple[Brand, ...]:
        return tuple(entry.to_brand() for entry in self.brand)
