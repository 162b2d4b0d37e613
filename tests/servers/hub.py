"""A Hugging Face Hub on this machine: what its client asks for when it fetches a model, and nothing more."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass
class Hub:
    """Models by name; each has revisions by name, each a folder. `asked` holds every request, `refusing` stops it."""

    models: dict[str, dict[str, Path]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    refusing: int = 0
    address: str = ""

    def commit(self, model: str, revision: str) -> str:
        return sha1(f"{model} {self.models[model][revision]}".encode()).hexdigest()

    def folder(self, model: str, revision: str) -> tuple[str, Path] | None:
        for name, place in self.models[model].items():
            if revision in (name, self.commit(model, name)):
                return self.commit(model, name), place
        return None

    @property
    def fetched(self) -> list[str]:
        return [line.split("/")[-1] for line in self.asked if line.startswith("GET") and "/resolve/" in line]


@contextmanager
def serving() -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def log_message(self, format: str, *args: object) -> None:
            """Tests read `asked`."""

        def _answer(self, with_body: bool) -> None:
            path = unquote(urlsplit(self.path).path)
            hub.asked.append(f"{self.command} {path}")
            parts = path.strip("/").split("/")
            if hub.refusing:
                self._send(hub.refusing, b"{}", with_body)
            elif parts[:2] == ["api", "models"]:
                self._about("/".join(parts[2:4]), parts[4:], with_body)
            else:
                self._file("/".join(parts[:2]), parts[3], "/".join(parts[4:]), with_body)

        def _about(self, model: str, asked: list[str], with_body: bool) -> None:
            kind, revision = (*asked, "main", "main")[:2] if asked else ("revision", "main")
            if model not in hub.models:
                self._send(404, b"{}", with_body, {"X-Error-Code": "RepoNotFound"})
                return
            found = hub.folder(model, revision)
            if found is None:
                self._send(404, b"{}", with_body, {"X-Error-Code": "RevisionNotFound"})
                return
            commit, place = found
            files = sorted(file for file in place.rglob("*") if file.is_file())
            names = [file.relative_to(place).as_posix() for file in files]
            if kind == "tree":
                listed: object = [
                    {
                        "type": "file",
                        "path": name,
                        "size": file.stat().st_size,
                        "oid": sha1(file.read_bytes()).hexdigest(),
                    }
                    for name, file in zip(names, files, strict=True)
                ]
            else:
                listed = {"id": model, "sha": commit, "siblings": [{"rfilename": name} for name in names]}
            self._send(200, json.dumps(listed).encode(), with_body, {"Content-Type": "application/json"})

        def _file(self, model: str, revision: str, name: str, with_body: bool) -> None:
            found = hub.folder(model, revision) if model in hub.models else None
            if found is None or not (found[1] / name).is_file():
                self._send(404, b"", with_body, {"X-Error-Code": "EntryNotFound"})
                return
            body = (found[1] / name).read_bytes()
            headers = {"ETag": f'"{sha1(body).hexdigest()}"', "X-Repo-Commit": found[0]}
            self._send(200, body, with_body, headers)

        def _send(self, status: int, body: bytes, with_body: bool, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if with_body:
                self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
