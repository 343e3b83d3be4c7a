"""Data sets on a hub on this machine: the addresses that `datasets` asks for when it loads one.

Repositories are flat: their files lie side by side.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from support.hub import QuietHandler, running

COMMIT = "89abcdef0123456789abcdef0123456789abcdef"


def answer(
    repositories: dict[str, Path], method: str, path: str, body: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and content for a request."""
    for name, folder in repositories.items():
        names = sorted(file.name for file in folder.iterdir())
        if path.startswith(f"/datasets/{name}/resolve/"):
            wanted = path.removeprefix(f"/datasets/{name}/resolve/").partition("/")[2]
            if wanted not in names:
                return 404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT}, b""
            content = (folder / wanted).read_bytes()
            return 200, {"X-Repo-Commit": COMMIT, "ETag": f'"{hashlib.sha256(content).hexdigest()}"'}, content
        if path == f"/api/datasets/{name}/paths-info/{COMMIT}" and method == "POST":
            return _json(
                [_entry(folder, each) for each in names if f"={each}" in body or f'"{each}"' in body]
            )
        if path.startswith(f"/api/datasets/{name}/tree/{COMMIT}"):
            return _json([_entry(folder, each) for each in names])
        if path in {f"/api/datasets/{name}", f"/api/datasets/{name}/revision/{COMMIT}"}:
            return _json({"id": name, "sha": COMMIT, "siblings": [{"rfilename": each} for each in names]})
    return 404, {"X-Error-Code": "RepoNotFound"}, b"{}"


def _entry(folder: Path, name: str) -> dict[str, Any]:
    content = (folder / name).read_bytes()
    return {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}  # noqa: S324 - git's


def _json(content: Any) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/json"}, json.dumps(content).encode()


@contextmanager
def serve(repositories: dict[str, Path]) -> Iterator[str]:
    """Run the hub while the block runs; its address."""

    class Handler(QuietHandler):
        def reply(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            status, headers, body = answer(repositories, self.command, self.path.partition("?")[0], sent)
            asked = self.headers.get("Range")
            if status == HTTPStatus.OK and asked:
                first, _, last = asked.removeprefix("bytes=").partition("-")
                start, end = int(first), min(len(body), int(last or len(body)) + 1)
                headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(body)}"
                status, body = HTTPStatus.PARTIAL_CONTENT, body[start:end]
            self.send(status, headers, body)

    with running(Handler) as address:
        yield address
