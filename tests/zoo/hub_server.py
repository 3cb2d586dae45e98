"""A model hub on this machine: what huggingface_hub asks for, answered as huggingface.co does, faults on demand.

Large files lie, as there, on another host ("localhost" here) to which the hub sends one on.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMIT = "1f" * 20
LARGE = (".safetensors", ".bin", ".gguf", ".onnx", "tokenizer.json")


@dataclass(frozen=True)
class Asked:
    """A request that came. server: "hub" or "store"."""

    server: str
    method: str
    path: str
    range: str | None
    token: str | None


@dataclass(frozen=True)
class Refusal:
    """An answer in place of the right one. code: what the hub puts into X-Error-Code."""

    status: int
    code: str = ""
    retry_after: str = ""


class Hub:
    """One repository. `refusals` and the other faults go by file name; "api" is the question what there is, "HEAD"
    every question about a file that does not ask for its bytes.
    """

    def __init__(self, files: dict[str, bytes], repo: str = "owner/model") -> None:
        self.files, self.repo, self.commit = dict(files), repo, COMMIT
        self.revisions = {"main", "v1", COMMIT}
        self.refusals: dict[str, Refusal] = {}
        self.cut: dict[str, int] = {}  # the line breaks at this byte of the file
        self.at_most: dict[str, int] = {}  # the line breaks after that many bytes of each answer
        self.silent: set[str] = set()  # nothing more comes after `cut`, and the line stays open
        self.spoiled: dict[str, bytes] = {}  # other bytes than those stated
        self.ranges = True
        self.page = b""  # in place of every answer
        self.asked: list[Asked] = []
        self.sent: Counter[str] = Counter()  # bytes of each file
        self.over = threading.Event()
        self.url = self.store = ""

    def gets(self, name: str) -> list[Asked]:
        """The requests for the bytes of a file, where they lie."""
        server = "store" if name.endswith(LARGE) else "hub"
        return [a for a in self.asked if a.method == "GET" and a.server == server and a.path.endswith(f"/{name}")]

    @contextmanager
    def serving(self) -> Iterator[Hub]:
        servers = [ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, name)) for name in ("hub", "store")]
        threads = [threading.Thread(target=s.serve_forever, kwargs={"poll_interval": 0.01}) for s in servers]
        self.url = f"http://127.0.0.1:{servers[0].server_port}"
        self.store = f"http://localhost:{servers[1].server_port}"
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self.over.set()
            for server, thread in zip(servers, threads, strict=True):
                server.shutdown()
                thread.join()
                server.server_close()


def sha1_of_git(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _handler(hub: Hub, server: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            hub.asked.append(
                Asked(server, self.command, path, self.headers.get("Range"), self.headers.get("Authorization"))
            )
            if hub.page:
                self.say(200, {"Content-Type": "text/html"}, hub.page)
            elif path.startswith("/api/models/"):
                self.api(path.removeprefix("/api/models/"))
            elif server == "store":
                self.bytes_of(path.removeprefix("/"))
            else:
                self.resolve(*path.removeprefix("/").split("/resolve/", 1))

        do_HEAD = do_GET

        def api(self, path: str) -> None:
            repo, _, rest = path.partition("/revision/" if "/revision/" in path else "/tree/")
            if not self.turned_away("api", repo, rest):
                made = [_entry(n, d) for n, d in hub.files.items()]
                if "/tree/" in path:
                    body: object = [
                        {"type": "file", "path": e["rfilename"], "size": e["size"], "oid": e["blobId"]}
                        | ({"lfs": {**e["lfs"], "oid": e["lfs"]["sha256"]}} if "lfs" in e else {})
                        for e in made
                    ]
                else:
                    body = {"id": repo, "sha": hub.commit, "siblings": made}
                self.say(200, {"Content-Type": "application/json"}, json.dumps(body).encode())

        def resolve(self, repo: str, rest: str) -> None:
            revision, _, name = rest.partition("/")
            if self.turned_away(name, repo, revision):
                return
            data = hub.files[name]
            headers = {"X-Repo-Commit": hub.commit, "Accept-Ranges": "bytes"}
            if name.endswith(LARGE):
                stated = {"X-Linked-Etag": f'"{sha256(data)}"', "X-Linked-Size": str(len(data))}
                self.say(302, {**headers, **stated, "Location": f"{hub.store}/{name}"})
            else:
                self.bytes_of(name, {**headers, "ETag": f'"{sha1_of_git(data)}"'})

        def turned_away(self, name: str, repo: str, revision: str) -> bool:
            refusal = hub.refusals.get(name) or hub.refusals.get(self.command)
            if repo != hub.repo:
                refusal = Refusal(404, "RepoNotFound")
            elif revision not in hub.revisions:
                refusal = Refusal(404, "RevisionNotFound")
            elif name not in {"api", *hub.files}:
                refusal = Refusal(404, "EntryNotFound")
            if refusal:
                headers = {"X-Error-Code": refusal.code, "Retry-After": refusal.retry_after}
                self.say(refusal.status, {k: v for k, v in headers.items() if v})
            return refusal is not None

        def bytes_of(self, name: str, headers: dict[str, str] | None = None) -> None:
            data = hub.spoiled.get(name, hub.files[name])
            asked = self.headers.get("Range") if hub.ranges else None
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            end = min(hub.cut.get(name, len(data)), start + hub.at_most.get(name, len(data)))
            head = {"Content-Length": str(len(data) - start), **(headers or {})}
            if asked:
                head["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self.say(206 if asked else 200, head, data[start:end])
            if self.command == "GET":
                hub.sent[name] += max(0, end - start)
                if name in hub.silent:
                    hub.over.wait()

        def say(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                with suppress(ConnectionError):  # the other side has heard enough
                    self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _entry(name: str, data: bytes) -> dict:
    entry: dict = {"rfilename": name, "size": len(data), "blobId": sha1_of_git(data)}
    if name.endswith(LARGE):
        entry["lfs"] = {"sha256": sha256(data), "size": len(data), "pointerSize": 130}
    return entry
