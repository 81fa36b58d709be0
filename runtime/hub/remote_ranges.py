"""A file on the hub as a ranged reader: few requests, each read as it comes and no further."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import httpx2

from runtime.errors import Problem
from runtime.hub.links import Link
from runtime.hub.refusals import LinkProblem, refusal, unreachable
from runtime.language import tr

_EXPIRED = (401, 403, 404, 410)
_RETRIES = 2


class NotWanted(Exception):
    """The answer was given up while it was worked out."""


@dataclass
class Traffic:
    """What reading has cost so far: requests to the hub and the CDN, bytes of bodies."""

    requests: int = 0
    read_bytes: int = 0


@dataclass(frozen=True)
class RemoteFile:
    """One file of `repo`. `find_link` asks the hub where it is now."""

    repo: str
    path: str
    size_bytes: int
    find_link: Callable[[], Link]


class _Body:
    """The bytes of one answer, from `position` up to `end`, taken only as they are needed."""

    def __init__(
        self, response: httpx2.Response, position: int, end: int, traffic: Traffic
    ) -> None:
        self.position = position
        self.end = end
        self._response = response
        self._pieces: Iterator[bytes] = response.iter_raw()
        self._rest = b""
        self._traffic = traffic

    def read(self, most: int) -> bytes:
        """One to `most` bytes. Raises httpx2.TransportError."""
        if not self._rest:
            piece = next(self._pieces, b"")
            if not piece:
                raise httpx2.RemoteProtocolError(tr("the answer ended early"))
            self._traffic.read_bytes += len(piece)
            self._rest = piece[: self.end - self.position]
        taken, self._rest = self._rest[:most], self._rest[most:]
        self.position += len(taken)
        return taken

    def close(self) -> None:
        """Keep the connection when all has come, else drop it."""
        with contextlib.suppress(httpx2.TransportError):
            if self.position == self.end:
                next(self._pieces, b"")  # Only the mark that the body is over.
            self._response.close()


class HttpRanges:
    """The ranged reader of one remote file; reading forward goes on in the answer that is open.

    `windows` are the sizes of the ranges asked for, one after another; the last repeats. A link
    that has expired is asked for again, a broken connection is taken up again, twice in all.
    """

    def __init__(
        self,
        client: httpx2.Client,
        file: RemoteFile,
        token: str | None,
        windows: Sequence[int],
        traffic: Traffic,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self.size_bytes = file.size_bytes
        self._client = client
        self._file = file
        self._token = token
        self._windows = itertools.chain(windows, itertools.repeat(windows[-1]))
        self._traffic = traffic
        self._is_wanted = is_wanted
        self._link: Link | None = None
        self._body: _Body | None = None
        self._kept = b""
        self._kept_at = 0
        self._retries_left = _RETRIES

    def read(self, offset: int, length: int) -> bytes:
        """Raises LinkProblem when the hub or the CDN does not give them."""
        if not self._is_wanted():
            raise NotWanted
        # A reader asks again for what was left of its last buffer.
        begin = offset - self._kept_at
        data = bytearray(self._kept[begin : begin + length] if begin >= 0 else b"")
        while len(data) < length:
            data += self._some(offset + len(data), length - len(data))
        self._kept, self._kept_at = bytes(data), offset
        return self._kept

    def close(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def _some(self, offset: int, most: int) -> bytes:
        try:
            body = self._body_at(offset, most)
            while body.position < offset:
                body.read(offset - body.position)
            return body.read(most)
        except httpx2.TransportError as error:
            self._drop()
            if not self._retries_left:
                host = httpx2.URL(self._link.url).host if self._link else tr("the hub")
                raise unreachable(host, error) from error
            self._retries_left -= 1
            return b""

    def _body_at(self, offset: int, least: int) -> _Body:
        if self._body is not None and self._body.position <= offset < self._body.end:
            return self._body
        self.close()
        size = max(next(self._windows), least)
        self._body = self._open(offset, min(offset + size, self.size_bytes))
        return self._body

    def _open(self, begin: int, end: int) -> _Body:
        response = self._request(begin, end)
        if response.status_code in _EXPIRED and self._retries_left:
            self._retries_left -= 1
            response.close()
            self._link = None
            response = self._request(begin, end)
        try:
            return self._checked(response, begin, end)
        except LinkProblem:
            response.close()
            raise

    def _request(self, begin: int, end: int) -> httpx2.Response:
        if self._link is None:
            self._traffic.requests += 1
            self._link = self._file.find_link()
        headers = {"Range": f"bytes={begin}-{end - 1}"} | self._link.headers(self._token)
        self._traffic.requests += 1
        request = self._client.build_request("GET", self._link.url, headers=headers)
        return self._client.send(request, stream=True, follow_redirects=False)

    def _checked(self, response: httpx2.Response, begin: int, end: int) -> _Body:
        """The body, if it is the range that was asked for, or a whole file that begins with it."""
        size, path = self.size_bytes, self._file.path
        if response.status_code == 206:
            if response.headers.get("Content-Range") == f"bytes {begin}-{end - 1}/{size}":
                return _Body(response, begin, end, self._traffic)
            raise _wrong_bytes(
                tr(
                    "Asked for a part of {file}, it answered other bytes than those asked for.",
                    file=path,
                )
            )
        if response.status_code == 200:
            if begin == 0 and response.headers.get("Content-Length") == str(size):
                return _Body(response, 0, size, self._traffic)
            raise _wrong_bytes(
                tr(
                    "Asked for a part of {file}, it answered the whole file"
                    " instead of a part of it.",
                    file=path,
                )
            )
        if response.status_code == 416:
            raise _wrong_bytes(
                tr(
                    "Asked for a part of {file}, it answered that the file is shorter"
                    " than the hub says.",
                    file=path,
                )
            )
        is_on_hub = self._link is not None and self._link.is_on_hub
        if response.status_code < 400 or (response.status_code in _EXPIRED and not is_on_hub):
            raise _wrong_bytes(
                tr(
                    "Asked for a part of {file}, it answered with status {status}.",
                    file=path,
                    status=response.status_code,
                )
            )
        where = f"{response.url.scheme}://{response.url.netloc.decode('ascii', 'replace')}"
        raise refusal(response, where, self._file.repo, self._file.path, self._token is not None)

    def _drop(self) -> None:
        body, self._body = self._body, None
        if body is not None:
            body.close()


def _wrong_bytes(message: str) -> LinkProblem:
    return LinkProblem(
        Problem(
            "hub_error",
            tr("The hub gave something else"),
            message,
            tr("Try again in a few minutes."),
        ),
        is_passing=True,
    )
