"""X, which is paid by what is read."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from .section import PlatformOnTerms, address_or_empty

Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Price = Annotated[Decimal, Field(gt=0, le=100, allow_inf_nan=False)]


class XSettings(PlatformOnTerms):
    """``monthly_dollars`` is for each brand and calendar month (UTC); nothing is bought without it.

    ``archive`` searches all of X instead of its last seven days. ``recheck``: which posts are looked up again, for
    money, to see whether they are still there. ``languages`` narrow what is bought to posts that X takes to be in them;
    without ``reposts`` none are bought that only repeat another.
    """

    base_url: str = ""
    bearer_token: SecretStr | None = None
    archive: bool = False
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], ...] = ()
    reposts: bool = True
    every_minutes: int = Field(default=5, ge=1)
    history_days: int = Field(default=1, ge=1, le=3650)
    monthly_dollars: Dollars = Decimal(0)
    dollars_per_post: Price = Decimal("0.005")
    dollars_per_count: Price = Decimal("0.005")
    dollars_per_archive_count: Price = Decimal("0.010")
    recheck: Literal["incidents", "all", "never"] = "incidents"

    @field_validator("base_url")
    @classmethod
    def _base_url_is_an_address(cls, url: str) -> str:
        return address_or_empty(url, "https://api.x.com")
