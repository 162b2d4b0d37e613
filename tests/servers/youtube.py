"""A local server of ours that speaks YouTube's Data API: search, videos, channels, lists, comments and refusals.

Channels, videos and people in it are invented.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from listening.query import Query, Searchable, parse
from tests.servers.web import Reply, WebServer

KEY = "AIzaInvented"
CHANNEL = "UC" + "a" * 22
UPLOADS = "UU" + "a" * 22
_TERM = re.compile(r'"[^"]*"|[^\s|]+|\|')

Json = dict[str, Any]


def refusal(status: int, reason: str, message: str = "No.") -> Reply:
    error = {"code": status, "message": message, "errors": [{"message": message, "domain": "x", "reason": reason}]}
    return Reply(json.dumps({"error": error}).encode(), status)


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class YoutubeServer(WebServer):
    """``most`` is where search ends. ``calls`` are those so far, by method. ``stale``: tokens are forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self.videos: dict[str, Any] = {}
        self.threads: list[Any] = []
        self.replies: dict[str, list[Any]] = {}
        self.uploads: list[str] = []
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.most = 500
        self.stale = False
        self.spent: set[str] = set()
        self.comments_off = False
        self.circles = False

    def upload(self, text: str, at: datetime, title: str = "A film", *, ours: bool = False, **more: Any) -> str:
        own = f"vid{len(self.videos):08d}"
        snippet = {
            "publishedAt": stamp(at), "channelId": CHANNEL, "title": title, "description": text,
            "channelTitle": "Acorn Films", "defaultLanguage": "en-GB", **more.pop("snippet", {}),
        }  # fmt: skip
        self.videos[own] = {
            "kind": "youtube#video", "id": own, "snippet": snippet, "status": {"privacyStatus": "public"},
            "statistics": {"likeCount": "12", "commentCount": "3"}, **more,
        }  # fmt: skip
        if ours:
            self.uploads.append(own)
        return own

    def comment(self, text: str, at: datetime, video: str = "vid00000000", **more: Any) -> str:
        own = f"Ugx{len(self.threads):010d}AaABAg"
        top = _comment(own, text, at, **more)
        snippet = {"channelId": CHANNEL, "videoId": video, "topLevelComment": top, "totalReplyCount": 0}
        self.threads.append({"kind": "youtube#commentThread", "id": own, "snippet": snippet})
        return own

    def reply(self, to: str, text: str, at: datetime) -> str:
        beside = self.replies.setdefault(to, [])
        own = f"{to}.9r{len(beside):06d}"
        beside.append(_comment(own, text, at, parentId=to))
        thread = self.thread(to)
        thread["snippet"]["totalReplyCount"] = len(beside)
        thread["replies"] = {"comments": beside[:5]}
        return own

    def thread(self, own: str) -> Any:
        return next(thread for thread in self.threads if isinstance(thread, dict) and thread.get("id") == own)

    def answer(self, path: str, headers: Mapping[str, str]) -> Reply:
        what = urlsplit(path).path.strip("/")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        self.calls.append((what, asked))
        if headers.get("X-Goog-Api-Key") != KEY:
            return refusal(400, "badRequest", "API key not valid. Please pass a valid API key.")
        if what in self.spent:
            return refusal(403, "quotaExceeded", "The request cannot be completed: quota.")
        if self.stale and "pageToken" in asked:
            return refusal(400, "invalidPageToken")
        methods: Mapping[str, Callable[[Json], Reply]] = {
            "search": self._search, "videos": self._by_id, "channels": self._channels, "playlistItems": self._playlist,
            "commentThreads": self._threads, "comments": self._comments,
        }  # fmt: skip
        return methods[what](asked) if what in methods else super().answer(path, headers)

    def _search(self, asked: Json) -> Reply:
        wanted = meaning(asked["q"])
        found = []
        for own, video in self.videos.items():
            snippet = video.get("snippet", {}) if isinstance(video, dict) else {}
            at, words = snippet.get("publishedAt", ""), f"{snippet.get('title')}\n{snippet.get('description')}"
            if not isinstance(words, str) or not asked["publishedAfter"] <= at <= asked["publishedBefore"]:
                continue
            tags = tuple(re.findall(r"#(\w+)", words))
            # Its search knows nothing of # in front of a word.
            if wanted.matches(Searchable.of(words, tags)):
                result = {"id": {"kind": "youtube#video", "videoId": own}, "snippet": {"publishedAt": at}}
                found.append((at, own, result))
        found.sort(key=lambda each: each[:2], reverse=True)
        return self._page([result for _, _, result in found[: self.most]], asked)

    def _by_id(self, asked: Json) -> Reply:
        assert len(asked["id"].split(",")) <= 50
        return _items([self.videos[own] for own in asked["id"].split(",") if own in self.videos])

    def _channels(self, asked: Json) -> Reply:
        entry = {"id": CHANNEL, "contentDetails": {"relatedPlaylists": {"uploads": UPLOADS}}}
        return _items([entry] if CHANNEL in asked["id"].split(",") else [])

    def _playlist(self, asked: Json) -> Reply:
        if asked["playlistId"] != UPLOADS or not self.uploads:
            return refusal(404, "playlistNotFound")
        newest = sorted(self.uploads, key=lambda own: self.videos[own]["snippet"]["publishedAt"], reverse=True)
        entries = [
            {"contentDetails": {"videoId": own, "videoPublishedAt": self.videos[own]["snippet"]["publishedAt"]}}
            for own in newest
        ]
        return self._page(entries, asked)

    def _threads(self, asked: Json) -> Reply:
        if self.comments_off:
            return refusal(403, "commentsDisabled")
        return self._page(sorted(self.threads, key=_published, reverse=True), asked)

    def _comments(self, asked: Json) -> Reply:
        if "parentId" in asked:
            return self._page(self.replies.get(asked["parentId"], []), asked)
        tops = [thread["snippet"]["topLevelComment"] for thread in self.threads if isinstance(thread, dict)]
        every = {each["id"]: each for each in (*tops, *(r for some in self.replies.values() for r in some))}
        found = [every[own] for own in asked["id"].split(",") if own in every]
        return _items(found) if found else refusal(404, "commentNotFound")

    def _page(self, items: Sequence[Any], asked: Json) -> Reply:
        start = int(urlsafe_b64decode(asked["pageToken"])) if "pageToken" in asked else 0
        end = start + int(asked["maxResults"])
        following = urlsafe_b64encode(str(start if self.circles else end).encode()).decode()
        more = {"nextPageToken": following} if end < len(items) else {}
        return _items(items[start:end], **more)


def meaning(words: str) -> Query:
    """What YouTube makes of a search: AND between terms, and ``|`` binds tighter."""
    clauses: list[list[str]] = []
    joined = False
    for term in _TERM.findall(words):
        if term == "|":
            joined = True
            continue
        if joined:
            clauses[-1].append(term)
        else:
            clauses.append([term])
        joined = False
    return parse(" ".join(f"({' OR '.join(clause)})" for clause in clauses))


def _comment(own: str, text: str, at: datetime, **more: Any) -> Json:
    snippet = {
        "textDisplay": text, "textOriginal": text, "authorDisplayName": "@ana-nurse", "likeCount": 4,
        "authorChannelId": {"value": "UC" + "b" * 22}, "publishedAt": stamp(at), "updatedAt": stamp(at), **more,
    }  # fmt: skip
    return {"kind": "youtube#comment", "id": own, "snippet": snippet}


def _published(thread: Any) -> str:
    return str(thread["snippet"]["topLevelComment"]["snippet"]["publishedAt"])


def _items(items: Sequence[Any], **more: Any) -> Reply:
    return Reply(json.dumps({"items": items, **more}).encode())
