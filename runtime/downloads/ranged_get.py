"""One ranged request: what the answer may be, checked before a byte of it is used."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2

from runtime.hub.links import Link
from runtime.hub.refusals import retry_after_s
from runtime.language import tr

_CONTENT_RANGE = re.compile(r"bytes (\d{1,16})-(\d{1,16})/(\d{1,16}|\*)")
_MOST_HOPS = 3
_EXPIRED = {401, 403, 404, 410}


class Unusable(Exception):
    """The answer is not what was asked for; the text says why. Worth another try."""

    def __init__(self, reason: str, retry_after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class LinkExpired(Unusable):
    """The link is not good any more: it is to be resolved again."""


class OtherFile(Unusable):
    """What is there now is another file than before."""


@dataclass(frozen=True)
class Asked:
    """Bytes `begin` to before `end` of a file of `size_bytes`, as it was when it had `etag`."""

    begin: int
    end: int
    size_bytes: int
    etag: str = ""


class Body:
    """The bytes of an answer: from `begin` of the file to before `end`."""

    def __init__(self, response: httpx2.Response, begin: int, end: int) -> None:
        self._response = response
        self.begin = begin
        self.end = end
        self.etag = strong_etag(response.headers)

    @property
    def socket(self) -> socket.socket | None:
        stream = self._response.extensions.get("network_stream")
        found = stream.get_extra_info("socket") if stream is not None else None
        return found if isinstance(found, socket.socket) else None

    def chunks(self) -> Iterator[bytes]:
        """All of it, or `Unusable` when it ends too early. Raises httpx2.TransportError."""
        at = self.begin
        for chunk in self._response.iter_raw():
            at += len(chunk)
            if at > self.end:
                raise Unusable(tr("it sent more than it had announced"))
            yield chunk
        if at < self.end:
            raise Unusable(tr("the connection ended too early"))


@contextlib.contextmanager
def ranged_get(
    client: httpx2.Client, link: Link, token: str | None, asked: Asked
) -> Iterator[Body]:
    """Ask for a range. A body may begin at 0 instead of where it was asked to: see `begin`.

    Raises Unusable, LinkExpired, OtherFile, httpx2.TransportError.
    """
    headers = {"Range": f"bytes={asked.begin}-{asked.end - 1}"}
    if asked.etag:
        headers["If-Range"] = asked.etag
    response = _send(client, link, token, headers)
    try:
        begin, end = _extent(response, asked)
        if asked.etag and strong_etag(response.headers) not in ("", asked.etag):
            raise OtherFile(tr("the file at this address has changed"))
        yield Body(response, begin, end)
    finally:
        response.close()


def strong_etag(headers: httpx2.Headers) -> str:
    etag: str = headers.get("ETag") or ""
    return etag if etag.startswith('"') else ""


def _send(
    client: httpx2.Client, link: Link, token: str | None, headers: dict[str, str]
) -> httpx2.Response:
    """The answer behind redirects; only the first address may be one the token is for."""
    url, own = httpx2.URL(link.url), link.headers(token)
    for _ in range(_MOST_HOPS):
        request = client.build_request("GET", url, headers={**headers, **own})
        response = client.send(request, stream=True)
        location = response.headers.get("Location", "")
        if not (300 <= response.status_code < 400 and location):
            return response
        response.close()
        target = url.join(location)
        if target.scheme != "https" and target.scheme != url.scheme:
            raise Unusable(tr("it sends to an address without encryption"))
        url, own = target, {}
    raise Unusable(tr("it sends from one address to the next without end"))


def _extent(response: httpx2.Response, asked: Asked) -> tuple[int, int]:
    """(begin, end) of what the body holds. Raises Unusable."""
    status = response.status_code
    if status in _EXPIRED:
        raise LinkExpired(tr("the link is not good any more ({status})", status=status))
    if status == 416:
        raise OtherFile(tr("the file at this address is shorter"))
    if status not in (200, 206):
        reason = tr("the server answered {status}", status=status)
        raise Unusable(reason, retry_after_s(response.headers))
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Unusable(tr("the server packed the bytes"))
    return _part(response, asked) if status == 206 else _whole(response, asked)


def _whole(response: httpx2.Response, asked: Asked) -> tuple[int, int]:
    length = response.headers.get("Content-Length", "")
    if length and length != str(asked.size_bytes):
        raise OtherFile(tr("the file at this address has another size"))
    return 0, asked.size_bytes


def _part(response: httpx2.Response, asked: Asked) -> tuple[int, int]:
    match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    if not match:
        raise Unusable(tr("the server does not say which bytes it sends"))
    begin, end = int(match[1]), int(match[2]) + 1
    if match[3] not in ("*", str(asked.size_bytes)):
        raise OtherFile(tr("the file at this address has another size"))
    if begin != asked.begin or not begin < end <= asked.end:
        raise Unusable(tr("the server sends other bytes than asked for"))
    length = response.headers.get("Content-Length", "")
    if length and length != str(end - begin):
        raise Unusable(tr("the server sends another number of bytes than it says"))
    return begin, end
