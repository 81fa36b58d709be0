"""One request and its answer, as the servers hand them around and as tests read them later."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.hub.faults import Fault, Origin
from tests.hub.repositories import StoredFile

_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


@dataclass
class Request:
    """A request as it came, and what was answered: the latter grows while the answer is sent.

    `headers` have lower-case names. `file` is `owner/name/path` where the request is for a file.
    `offset` is where in the file the answer begins.
    """

    origin: Origin
    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""
    file: str = ""
    status: int = 0
    offset: int = 0
    bytes_sent: int = 0
    is_finished: bool = False
    faults: list[Fault] = field(default_factory=list)

    @cached_property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def raw_path(self) -> str:
        return urlsplit(self.target).path

    @cached_property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)

    def one(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [default])[0]

    def flag(self, name: str) -> bool:
        return self.one(name).lower() in ("true", "1")

    @property
    def range(self) -> str:
        """The Range header, "" where there is none."""
        return self.headers.get("range", "")

    @property
    def token(self) -> str:
        """The bearer token, "" where there is none."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind.lower() == "bearer" else ""

    def stated_span(self) -> tuple[int, float]:
        """Begin and end as the Range header has them; all of the file without one."""
        found = _RANGE.match(self.range)
        if found is None or not found[1]:
            return 0, math.inf
        return int(found[1]), int(found[2]) + 1 if found[2] else math.inf

    def asked_span(self, size: int) -> tuple[int, int] | None:
        """Begin and end of the range asked for; None for the whole file. ValueError for 416."""
        found = _RANGE.match(self.range)
        if found is None or found.groups() == ("", ""):
            return None
        first, last = found.groups()
        if not first:
            begin, end = max(0, size - int(last)), size
        else:
            begin, end = int(first), min(size, int(last) + 1 if last else size)
        if begin >= end:
            raise ValueError(self.range)
        return begin, end


@dataclass(frozen=True)
class FileSpan:
    """The bytes of a file from `begin` up to `end`."""

    file: StoredFile
    begin: int
    end: int


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | FileSpan = b""

    @property
    def size_bytes(self) -> int:
        if isinstance(self.body, bytes):
            return len(self.body)
        return self.body.end - self.body.begin


def as_json(value: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(
        200,
        {"Content-Type": "application/json; charset=utf-8"} | (headers or {}),
        json.dumps(value).encode(),
    )


def refused(status: int, code: str, message: str) -> Response:
    """An error as the hub words it: X-Error-Code and X-Error-Message, and the message as JSON."""
    headers = {"Content-Type": "application/json; charset=utf-8", "X-Error-Message": message}
    if code:
        headers["X-Error-Code"] = code
    return Response(status, headers, json.dumps({"error": message}).encode())
