"""Fetches a small file: TLS, one origin, so many bytes and so much time, or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx2

from app.updates.finding import Finding
from app.updates.source import is_safe

MOST_HOPS = 3
# A connection that is kept may be closed by the other side just as it is used again.
_ONE_REQUEST = {"Connection": "close"}
_REDIRECTS = (301, 302, 303, 307, 308)


class NotFetched(Exception):
    """It was not fetched; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.kind)
        self.finding = finding


def fetch(
    client: httpx2.Client,
    address: str,
    largest_bytes: int,
    until_s: float,
    clock: Callable[[], float] = time.monotonic,
) -> bytes:
    """The bytes at `address` before `clock` shows `until_s`. Raises NotFetched."""
    try:
        url = start = httpx2.URL(address)
        for _ in range(MOST_HOPS + 1):
            if not is_safe(str(url)) or _origin(url) != _origin(start):
                raise NotFetched(Finding("moved"))
            with client.stream("GET", url, headers=_ONE_REQUEST) as response:
                if response.status_code not in _REDIRECTS:
                    return _body(response, largest_bytes, until_s, clock)
                url = response.url.join(response.headers.get("Location", ""))
    except httpx2.TimeoutException as error:
        raise NotFetched(Finding("too_slow")) from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise NotFetched(Finding("no_answer")) from error
    raise NotFetched(Finding("moved"))


def _body(
    response: httpx2.Response, largest_bytes: int, until_s: float, clock: Callable[[], float]
) -> bytes:
    """What it sends, as it is sent: a packed body is not unpacked, it may be a bomb."""
    if response.status_code != httpx2.codes.OK:
        raise NotFetched(Finding("refused", response.status_code))
    data = bytearray()
    for chunk in response.iter_raw():
        data += chunk
        if len(data) > largest_bytes:
            raise NotFetched(Finding("too_large"))
        if clock() > until_s:
            raise NotFetched(Finding("too_slow"))
    return bytes(data)


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)
