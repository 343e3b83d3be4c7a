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
        asked: The path of each request, in order.
    """

    repositories: dict[str, Path]
    address: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for a path."""
        for name, folder in self.repositories.items():
            if path.startswith(f"/api/models/{name}"):
                files = sorted(file.name for file in folder.iterdir())
                body: Any = {"id": name, "sha": COMMIT, "siblings": [{"rfilename": each} for each in files]}
                return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()
            if path.startswith(f"/{name}/resolve/"):
                file = folder / path.rsplit("/", 1)[1]
                if not file.exists():
                    return 404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT}, b""
                content = file.read_bytes()
                etag = hashlib.sha256(content).hexdigest()
                return 200, {"X-Repo-Commit": COMMIT, "ETag": f'"{etag}"'}, content
        return 404, {"X-Error-Code": "RepoNotFound"}, b"{}"


@contextmanager
def serve(repositories: dict[str, Path]) -> Iterator[Hub]:
    """Run the hub while the block runs."""
    hub = Hub(repositories)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply(with_body=True)

        def do_HEAD(self) -> None:
            self.reply(with_body=False)

        def reply(self, *, with_body: bool) -> None:
            hub.asked.append(self.path)
            status, headers, body = hub.answer(self.path.partition("?")[0])
            self.send_response(status)
            for key, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(key, value)
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
