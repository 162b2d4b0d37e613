"""What a stretch of the stream comes to: posts that are there at its end, and what went meanwhile."""

from collections.abc import Callable

from listening.collecting import AuthorGone, Removal, RemovalReason, Unreadable
from listening.errors import UnreadableInput
from listening.posts import NativePost

from ..canonical import is_likely
from ..matching import matches
from ..protocol import Request
from .events import POSTS, Event
from .posts import post_id, to_post
from .wires import moment

_GONE = {
    "deleted": RemovalReason.DELETED,
    "takendown": RemovalReason.WITHDRAWN,
    "suspended": RemovalReason.WITHDRAWN,
    "deactivated": RemovalReason.WITHDRAWN,
}
"""Other states of an account ("desynchronized", "throttled") are troubles of a server and nobody's wish."""


class Stretch:
    """Events go in by :meth:`fold`, in the order of the stream; the last word on a post or an account counts."""

    def __init__(self, request: Request) -> None:
        self._query, self._now, self._until = request.query, request.now, request.until
        self.posts: dict[str, NativePost] = {}
        self.removed: dict[str, Removal] = {}
        self.authors: dict[str, AuthorGone] = {}
        self.unreadable: list[Unreadable] = []

    def fold(self, frame: bytes, read: Callable[[bytes], Event], source: str) -> Event | None:
        """Take in one frame; returns its event, None for one that could not be read, which is noted."""
        event = None
        try:
            event = read(frame)
            if event.what == "account" and not event.active:
                self._account(event)
            elif event.what == "commit" and event.collection == POSTS:
                self._commit(event)
        except UnreadableInput as error:
            where = event.uri if event is not None else "an event"
            self.unreadable.append(
                Unreadable(source=f"{source}, {where}", raw=frame, reason=f"{source}, {where}: {error}.")
            )
        return event

    def _account(self, event: Event) -> None:
        if reason := _GONE.get(event.status):
            self.authors[event.did] = AuthorGone(event.did, reason)
            for id_here in [i for i, post in self.posts.items() if post.author and post.author.handle == event.did]:
                del self.posts[id_here]

    def _commit(self, event: Event) -> None:
        id_here = post_id(event.uri)
        if event.operation == "delete":
            self.posts.pop(id_here, None)
            self.removed[id_here] = Removal(id_here, RemovalReason.DELETED)
            return
        seen = moment(event.seen or 0)
        edited = seen if event.operation == "update" and is_likely(seen, self._now) else None
        # When it was first seen, nobody can say of a post that was changed now.
        post = to_post(event.record, event.uri, at=self._now, seen=None if edited else seen, edited_at=edited)
        in_time = self._until is None or post.created_at is None or post.created_at < self._until
        if in_time and matches(self._query, post):
            self.removed.pop(id_here, None)
            self.posts[id_here] = post
        else:
            self.posts.pop(id_here, None)
