"""The HTTP servers beneath the hub and its CDN: threads, kept connections, nothing of the hub."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.hub.exchange import Request, Response
from tests.hub.faults import Origin
from tests.hub.sending import ConnectionOver

SendBody = Callable[[socket.socket, Response, Request], None]
# Small, so that what is counted as sent is not far ahead of what arrived.
SEND_BUFFER_BYTES = 1 << 18


class Server(ThreadingHTTPServer):
    """Answers on a port of 127.0.0.1 of its own. `answer` decides, `send_body` sends.

    `finished` is called behind each answer.
    """

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(
        self,
        origin: Origin,
        port: int,
        answer: Callable[[Request], Response],
        send_body: SendBody,
        finished: Callable[[], None],
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.origin = origin
        self.answer = answer
        self.send_body = send_body
        self.finished = finished
        self.errors: list[BaseException] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, name=origin, daemon=True
        )

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and end every thread."""
        self.shutdown()
        self._thread.join()
        self.drop_connections()
        self.server_close()

    def drop_connections(self) -> None:
        """Close every connection as a lost network would."""
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        # Not socketserver's: its shutdown would send a FIN where a fault wants a reset.
        request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.errors.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 14
    server: Server

    def setup(self) -> None:
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        super().setup()

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            origin=self.server.origin,
            method=self.command,
            target=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        response = self.server.answer(request)
        request.status = response.status
        try:
            self._send(request, response)
        except (ConnectionOver, ConnectionError):
            self.close_connection = True
        finally:
            request.is_finished = True
            self.server.finished()

    do_HEAD = do_POST = do_GET  # noqa: N815

    def _send(self, request: Request, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(response.size_bytes))
        self.end_headers()
        self.wfile.flush()
        if self.command != "HEAD":
            self.server.send_body(self.connection, response, request)

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass
