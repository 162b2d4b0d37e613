"""Puts the rooms together: the one place where settings become an index, a ledger, a model and channels."""

from functools import cached_property
from pathlib import Path
from types import TracebackType

from alerts.channels import Channel
from alerts.channels import build as build_channel
from listening.brands import Brand, Purpose, Role
from listening.errors import ConfigError, EarshotError, NotReady
from listening.optout import OptOuts
from listening.query import parse
from listening.settings import Settings
from sentiment.encoder import Encoder, revision, revision_of
from sentiment.judge import Judge
from sentiment.locating import find
from sentiment.risk_finder import risk_revision
from sentiment.risks import Categories, load_categories
from sentiment.scores import MeasuredScore, saved_scores, scores_of
from store.door import WriteDoor
from store.embedded import EmbeddedIndex
from store.keys import Keys
from store.ledger import Ledger
from store.protocol import PostsIndex
from store.reading import Reader

IMPORTS = Brand(
    key="imports",
    name="Imported by hand",
    hashtags=(),
    handles=(),
    query=parse("*"),
    platforms=(),
    purpose=Purpose(
        reason="look at a file that somebody here imported",
        owner="whoever imported it",
        audience=(Role.BRAND, Role.PR, Role.OPERATOR, Role.ADMIN),
        retention_days=90,
    ),
)
"""The query that an import belongs to when no brand is named."""


class House:
    """Every room, opened when first needed. Use it as a context manager: leaving closes what was opened."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.home = Path(settings.home)
        self.brands: tuple[Brand, ...] = settings.brands

    def brand(self, key: str) -> Brand:
        """The brand called ``key``; raises :class:`ConfigError` naming those that exist."""
        for brand in (*self.brands, IMPORTS):
            if brand.key == key:
                return brand
        known = ", ".join(b.key for b in self.brands) or "none yet"
        raise ConfigError(f"There is no brand '{key}'; those that exist are: {known}.")

    @cached_property
    def keys(self) -> Keys:
        return Keys.at(self.home)

    @cached_property
    def index(self) -> PostsIndex:
        if self.settings.store.url:
            raise NotReady(
                f"store.url is {self.settings.store.url!r}, and this version only has the embedded index: "
                "leave it empty for now."
            )
        _ = self.keys  # made first: a store without the key of its pseudonyms is refused
        return EmbeddedIndex(self.home / "posts.db")

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger.open(self.settings.ledger.url or f"sqlite:///{self.home / 'ledger.db'}", self.keys)

    @cached_property
    def door(self) -> WriteDoor:
        return WriteDoor(
            self.index,
            self.ledger,
            self.keys,
            self.brands,
            OptOuts.of(self.settings.opt_out.authors, self.settings.opt_out.domains),
        )

    @cached_property
    def reader(self) -> Reader:
        return Reader(self.index, self.ledger, (*self.brands, IMPORTS))

    @cached_property
    def categories(self) -> Categories:
        return load_categories()

    @cached_property
    def judge(self) -> Judge:
        sentiment = self.settings.sentiment
        return Judge(Encoder.load(sentiment.model, sentiment.threads, sentiment.labels), self.categories, self.learned)

    @property
    def learned(self) -> Path:
        """What the examples of the categories taught, kept for the next start; no post has a part in it."""
        return self.home / "learned.npz"

    @property
    def risk_revision(self) -> str:
        """The revision of categories and examples as this model sees them. Loads no model either."""
        return risk_revision(self.categories, self.model_revision)

    @property
    def model_revision(self) -> str:
        """The revision of the model in the settings. Loads no model: a cycle with nothing new stays cheap."""
        return revision_of(self.settings.sentiment.model, self.settings.sentiment.labels)

    @property
    def scores_file(self) -> Path:
        """What ``earshot evaluate --save`` measured, by model revision."""
        return self.home / "model-scores.json"

    @property
    def measured_scores(self) -> dict[str, MeasuredScore]:
        """How well the model in the settings was measured to judge each language; one's own measurements win.

        Loads no model and asks no network. Empty for a model that nobody measured, or that is not there.
        """
        sentiment = self.settings.sentiment
        try:
            found = find(sentiment.model, network=False)
            own = saved_scores(self.scores_file, revision(found, sentiment.labels))
        except EarshotError:
            return {}  # pages go on without scores; `earshot doctor` and every cycle say what is wrong
        return scores_of(found.config) | own

    @cached_property
    def channels(self) -> dict[str, Channel]:
        return {entry.name: build_channel(entry, self.home) for entry in self.settings.channel}

    @property
    def dashboard(self) -> str:
        """Address of the dashboard, without a slash at the end."""
        return f"http://{self.settings.dashboard.host}:{self.settings.dashboard.port}"

    def close(self) -> None:
        for name in ("index", "ledger"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()

    def __enter__(self) -> "House":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
