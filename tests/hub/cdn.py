"""The CDN: gives a file's bytes, whole or by range, to whoever has a link that is still good."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from tests.hub.exchange import FileSpan, Request, Response
from tests.hub.faults import Fault, IgnoreRange, ShortRange, WrongRange
from tests.hub.repositories import StoredFile


@dataclass(frozen=True)
class _Link:
    file: StoredFile
    expires_at_s: float


class Links:
    """The signed links given so far."""

    def __init__(self) -> None:
        self.lifetime_s = 3600.0
        self._links: dict[str, _Link] = {}
        self._lock = threading.Lock()

    def give(self, file: StoredFile) -> str:
        """A fresh link, as a path with its query."""
        signature = secrets.token_hex(32)
        expires_at_s = time.time() + self.lifetime_s
        with self._lock:
            self._links[signature] = _Link(file, expires_at_s)
        name = quote(f'attachment; filename="{file.path.rsplit("/", 1)[-1]}";')
        return (
            f"/repos/{file.sha256[:2]}/{file.sha256}?response-content-disposition={name}"
            f"&Expires={int(expires_at_s)}&Signature={signature}"
        )

    def expire_all(self) -> None:
        with self._lock:
            self._links = {
                signature: _Link(link.file, 0.0) for signature, link in self._links.items()
            }

    def file_of(self, request: Request) -> StoredFile | None:
        """The file a request's link is for, good or expired; None for a link never given."""
        with self._lock:
            link = self._links.get(request.one("Signature"))
        return link.file if link else None

    def is_good(self, request: Request) -> bool:
        with self._lock:
            link = self._links.get(request.one("Signature"))
        return bool(link and link.expires_at_s > time.time())


def answer(request: Request, links: Links, faults: Sequence[Fault]) -> Response:
    """As CloudFront or S3 would: they know nothing of repositories or tokens."""
    file = links.file_of(request)
    if file is None or not links.is_good(request):
        return Response(403, {"Content-Type": "application/xml"}, b"<Code>AccessDenied</Code>")
    if "authorization" in request.headers:
        # S3 refuses a signed link with a second way of signing in.
        return Response(400, {"Content-Type": "application/xml"}, b"<Code>InvalidArgument</Code>")
    if request.method not in ("GET", "HEAD"):
        return Response(405)
    return ranged(request, file, faults)


def ranged(request: Request, file: StoredFile, faults: Sequence[Fault] = ()) -> Response:
    """The file, or the range of it that was asked for."""
    size = file.size_bytes
    headers = {
        "Content-Type": "application/octet-stream",
        "Accept-Ranges": "bytes",
        "ETag": f'"{file.sha256}"',
    }
    try:
        span = request.asked_span(size)
    except ValueError:
        return Response(416, headers | {"Content-Range": f"bytes */{size}"})
    if request.headers.get("if-range", headers["ETag"]) != headers["ETag"]:
        span = None
    if span is None or any(isinstance(fault, IgnoreRange) for fault in faults):
        return Response(200, headers, FileSpan(file, 0, size))
    said, sent = _lied(span, size, faults)
    headers["Content-Range"] = f"bytes {said[0]}-{said[1] - 1}/{size}"
    return Response(206, headers, FileSpan(file, *sent))


def _lied(
    span: tuple[int, int], size: int, faults: Sequence[Fault]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """What Content-Range says and what is sent."""
    said = sent = span
    for fault in faults:
        match fault:
            case WrongRange(shift=shift, admits=admits):
                further = sent[0] + shift, sent[1] + shift
                back = sent[0] - shift, sent[1] - shift
                sent = further if further[1] <= size else back
                sent = max(0, sent[0]), max(1, sent[1])
                said = sent if admits else said
            case ShortRange(size=short):
                sent = sent[0], min(sent[1], sent[0] + short)
                said = said[0], said[0] + sent[1] - sent[0]
    return said, sent
