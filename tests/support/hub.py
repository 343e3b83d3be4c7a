"""A hub on this machine: the few addresses that fetching a repository asks for, and a log of them."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """Repositories as folders, by id.

    Attributes:
        repositories: The folder of each repository.
        address: Where the hub answers.
        commit: The commit that every repository is at.
        asked: The path of each request, in order.
    """

    repositories: dict[str, Path]
    address: str = ""
    commit: str = COMMIT
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for a path."""
        for name, folder in self.repositories.items():
            if path.startswith(f"/api/models/{name}"):
                files = sorted(file.name for file in folder.iterdir())
                body: Any = {
                    "id": name,
                    "sha": self.commit,
                    "siblings": [{"rfilename": each} for each in files],
                }
                return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()
            if path.startswith(f"/{name}/resolve/"):
                file = folder / path.rsplit("/", 1)[1]
                if not file.exists():
                    return 404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": self.commit}, b""
                content = file.read_bytes()
                etag = hashlib.sha256(content).hexdigest()
                return 200, {"X-Repo-Commit": self.commit, "ETag": f'"{etag}"'}, content
        return 404, {"X-Error-Code": "RepoNotFound"}, b"{}"


@contextmanager
def serve(repositories: dict[str, Path]) -> Iterator[Hub]:
    """Run the hub while the block runs."""
    hub = Hub(repositories)

    class Handler(QuietHandler):
        def reply(self) -> None:
            hub.asked.append(self.path)
            self.send(*hub.answer(self.path.partition("?")[0]))

    with running(Handler) as hub.address:
        yield hub


class QuietHandler(BaseHTTPRequestHandler):
    """Answers every kind of request with `reply`, and logs nothing."""

    def reply(self) -> None:
        raise NotImplementedError

    def send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for key, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self) -> None:
        self.reply()

    do_HEAD = do_POST = do_GET  # noqa: N815 - names that http.server wants

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def running(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server on this machine while the block runs; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
