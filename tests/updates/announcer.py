"""Announcements for tests, and a server on loopback that serves them well or badly."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
from nacl.signing import SigningKey

KEY, OTHER_KEY = SigningKey(bytes(range(32))), SigningKey(bytes(range(1, 33)))
PUBLIC = base64.b64encode(bytes(KEY.verify_key)).decode()
NOW = datetime(2026, 11, 26, 3, 15, tzinfo=UTC)
PATH = "/updates/latest.json"
Serve = Callable[[BaseHTTPRequestHandler], None]


def announcement(now: datetime = NOW, **changes: Any) -> bytes:
    """A good one of version 0.2.0, but for `changes`; None leaves a field out."""
    fields = {
        "format": 1,
        "version": "0.2.0",
        "released": "2026-11-25",
        "issued_at": now - timedelta(hours=1),
        "expires_at": now + timedelta(days=60),
        "notes": "Faster prompts.\nFewer crashes.",
        "page": "https://coterie.example.org/0.2.0",
        "files": {
            "linux-x86_64-deb": {
                "name": "coterie_0.2.0_amd64.deb",
                "sha256": "ab" * 32,
                "size_bytes": 123,
            }
        },
    } | changes
    return msgspec.json.encode({name: v for name, v in fields.items() if v is not None})


def signature(data: bytes, key: SigningKey = KEY) -> bytes:
    return base64.b64encode(key.sign(data).signature) + b"\n"


def reply(handler: BaseHTTPRequestHandler, data: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(data)))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


class Announcer:
    """`serve` answers by path; `asked` are the paths that were asked, `agents` who asked.

    Each connection is closed after one answer, without saying so before.
    """

    def __init__(self, address: str, serve: dict[str, Serve | bytes]) -> None:
        self.address, self.serve = address, serve
        self.asked: list[str] = []
        self.agents: list[str] = []
        self.connections: list[str] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return self.address + PATH

    def announce(self, data: bytes, signed: bytes | None = None) -> None:
        self.serve[PATH] = data
        self.serve[PATH + ".sig"] = signature(data) if signed is None else signed


@contextmanager
def announcing() -> Iterator[Announcer]:
    """A running server with nothing to serve yet."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            announcer.asked.append(self.path)
            announcer.agents.append(self.headers["User-Agent"])
            announcer.connections.append(self.headers["Connection"])
            what = announcer.serve.get(self.path)
            self.close_connection = True
            if what is None:
                reply(self, b"", 404)
            elif isinstance(what, bytes):
                reply(self, what)
            else:
                what(self)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    announcer = Announcer(f"http://127.0.0.1:{server.server_address[1]}", {})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield announcer
    finally:
        announcer.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
