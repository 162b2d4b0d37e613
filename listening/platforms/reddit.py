"""Reddit, through an app that Reddit has approved."""

import re

from pydantic import Field, SecretStr, field_validator

from .section import PlatformOnTerms, address_or_empty

_SUBREDDIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{1,20}")


class RedditSettings(PlatformOnTerms):
    """``base_url`` empty: Reddit itself; ``reddit_url`` is where tokens are given out, empty: ``base_url`` if that is
    set, else Reddit. ``subreddits`` are searched, none: all of Reddit. ``watched_subreddits`` are read whole."""

    base_url: str = ""
    reddit_url: str = ""
    client_id: str = ""
    client_secret: SecretStr | None = None
    user_agent: str = Field(default="python:earshot:v0.1 (social listening)", min_length=7, max_length=200)
    subreddits: tuple[str, ...] = ()
    watched_subreddits: tuple[str, ...] = ()
    comments: bool = True
    hashtags_as_words: bool = False
    every_minutes: int = Field(default=5, ge=1)
    history_days: int = Field(default=2, ge=1, le=30)

    @field_validator("base_url", "reddit_url")
    @classmethod
    def _are_addresses(cls, url: str) -> str:
        return address_or_empty(url, "https://oauth.reddit.com")

    @field_validator("client_id")
    @classmethod
    def _fits_into_a_header(cls, name: str) -> str:
        if not name.isascii() or not (name == "" or name.isprintable()) or ":" in name:
            raise ValueError("it has a character that no client id has: copy it again from Reddit's page of your app")
        return name.strip()

    @field_validator("user_agent")
    @classmethod
    def _is_one_line(cls, text: str) -> str:
        if not text.isascii() or not text.isprintable():
            raise ValueError("a user agent is one line of ASCII letters: write one like python:my-app:v1 (by /u/me)")
        return text

    @field_validator("subreddits", "watched_subreddits")
    @classmethod
    def _are_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        bare = [re.sub(r"^/?r/", "", name.strip()).rstrip("/") for name in names]
        for name, given in zip(bare, names, strict=True):
            if not _SUBREDDIT.fullmatch(name):
                raise ValueError(f"'{given}' is no subreddit: write its name alone, as in acme for r/acme")
        first: dict[str, str] = {}
        for name in bare:
            first.setdefault(name.casefold(), name)
        return tuple(first.values())
