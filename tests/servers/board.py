"""A local server of ours that speaks the template's protocol: a board that tells what changed, oldest first."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers.web import Reply, WebServer


class _Changes(dict[str, Reply]):
    """The answers of a board, made when they are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Any] = []  # type: ignore[assignment]

    def get(self, path: str, default: Any = None) -> Any:
        asked = {name: int(values[0]) for name, values in parse_qs(urlsplit(path).query).items()}
        after = asked["after"]
        upto = min(len(self.items), after + asked["limit"])
        more = upto < len(self.items)
        return Reply(json.dumps({"posts": self.items[after:upto], "upto": upto, "more": more}).encode())


class BoardServer(WebServer):
    def __init__(self) -> None:
        super().__init__()
        self.changes = _Changes()
        self.pages = self.changes

    def publish(self, html: str, at: datetime, **more: Any) -> None:
        number = len(self.changes.items) + 1
        form = {"id": number, "html": html, "published": at.isoformat(), "edited": None, "likes": 3, "language": "en",
                "author": {"name": "ana"}, **more}  # fmt: skip
        self.changes.items.append(form)
