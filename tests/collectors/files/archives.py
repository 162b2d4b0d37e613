"""Exports as platforms write them, with invented people."""

import json
import zipfile
from pathlib import Path
from typing import Any

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def tweet(number: int, text: str, **more: Any) -> dict[str, Any]:
    return {"tweet": {
        "id_str": str(1_590_000_000_000_000_000 + number), "full_text": text, "lang": "en", "favorite_count": "3",
        "retweet_count": "1", "created_at": "Fri Nov 20 10:00:00 +0000 2026", "entities": {}, **more,
    }}  # fmt: skip


def x_archive(path: Path, tweets: list[dict[str, Any]], **more: str) -> Path:
    account = [{"account": {"username": "ana_p", "accountDisplayName": "Ana", "email": "ana@mail.example"}}]
    return packed(path, {
        "data/account.js": "window.YTD.account.part0 = " + json.dumps(account),
        "data/tweets.js": "window.YTD.tweets.part0 = " + json.dumps(tweets, indent=2),
        "data/direct-messages.js": "window.YTD.direct_messages.part0 = " + json.dumps([{"text": "a secret"}]),
        "data/deleted-tweets.js": "window.YTD.deleted_tweets.part0 = " + json.dumps([tweet(99, "I take it back")]),
        **more,
    })  # fmt: skip


def activity(number: int, content: str, to: str = PUBLIC, **more: Any) -> dict[str, Any]:
    address = f"https://social.example/users/ana/statuses/{number}"
    return {
        "id": f"{address}/activity", "type": "Create", "actor": "https://social.example/users/ana", "to": [to],
        "cc": ["https://social.example/users/ana/followers"], "published": "2026-11-20T10:00:00Z",
        "object": {"id": address, "type": "Note", "content": content, "published": "2026-11-20T10:00:00Z",
                   "url": f"https://social.example/@ana/{number}", "summary": None, "contentMap": {"ro": content},
                   "tag": [{"type": "Hashtag", "name": "#Acme"}], "attachment": [], **more},
    }  # fmt: skip


def outbox(activities: list[dict[str, Any]]) -> str:
    return json.dumps({
        "@context": "https://www.w3.org/ns/activitystreams", "id": "outbox.json", "type": "OrderedCollection",
        "totalItems": len(activities), "orderedItems": activities,
    })  # fmt: skip


def packed(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path
