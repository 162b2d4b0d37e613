"""Reddit as the settings describe it."""

from configparser import Error as ConfigParserError
from datetime import datetime

from praw import Reddit

from listening.collecting import Page, Removal, RemovalReason, Unreadable
from listening.errors import ConfigError, UnreadableInput
from listening.platforms import RedditSettings
from listening.settings import Settings

from ..canonical import read_json
from .collector import RedditCollector
from .door import Door
from .posts import fullname, is_gone, post_id, to_post
from .session import TIMEOUT, Answers

_API = "https://oauth.reddit.com"
_SITE = "https://www.reddit.com"


def door_for(settings: RedditSettings, timeout: float = TIMEOUT) -> Door:
    """A read-only client that never sleeps. Opens no connection, and takes nothing from praw's own files."""
    answers = Answers(timeout)
    try:
        reddit = _client(settings, answers)
    except ConfigParserError as error:  # praw reads its own file, whether or not anything is taken from it
        raise ConfigError(f"praw.ini cannot be read: mend or remove it ({type(error).__name__}).") from error
    reddit.read_only = True
    return Door(reddit, answers)


def _client(settings: RedditSettings, answers: Answers) -> Reddit:
    return Reddit(
        "DEFAULT",
        client_id=settings.client_id,
        client_secret=settings.client_secret.get_secret_value() if settings.client_secret else None,
        user_agent=settings.user_agent,
        oauth_url=f"{settings.base_url or _API}/",
        reddit_url=settings.reddit_url or settings.base_url or _SITE,
        username=None,
        password=None,
        refresh_token=None,
        redirect_uri=None,
        check_for_updates=False,
        check_for_async=False,
        requestor_kwargs={"session": answers},
    )


def reread(raw: bytes, source: str, at: datetime) -> Page:
    """A thing that could not be read, tried again."""
    try:
        thing = read_json(raw)
        name = fullname(thing)
        if name is not None and is_gone(thing):
            return Page(removed=(Removal(post_id(name), RemovalReason.DELETED),))
        return Page(posts=(to_post(thing, at),))
    except (UnreadableInput, ValueError, RecursionError) as error:
        return Page(unreadable=(Unreadable(source=source, raw=raw, reason=f"{source}: {error}."),))


def build(settings: Settings) -> RedditCollector:
    """Refuses until the approval is recorded: Reddit wants one for every app (docs/platforms/reddit.md)."""
    reddit = settings.platforms.reddit
    if reddit.terms is None:
        raise ConfigError(
            "platforms.reddit: Reddit allows reading by approval only, and none is recorded. Write down what Reddit "
            "granted you in [platforms.reddit.terms]: plan, approval, purpose, recorded_by, recorded_on; or set "
            "EARSHOT_PLATFORMS__REDDIT__TERMS to the same as JSON (docs/platforms/reddit.md)."
        )
    if not reddit.client_id or reddit.client_secret is None or not reddit.client_secret.get_secret_value():
        raise ConfigError(
            "platforms.reddit: the app's keys are missing. Set EARSHOT_PLATFORMS__REDDIT__CLIENT_ID and "
            "EARSHOT_PLATFORMS__REDDIT__CLIENT_SECRET to those of the app that Reddit approved."
        )
    return RedditCollector(
        door_for(reddit),
        subreddits=reddit.subreddits,
        watched=reddit.watched_subreddits,
        comments=reddit.comments,
        hashtags_as_words=reddit.hashtags_as_words,
    )
