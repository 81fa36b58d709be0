"""What can go wrong between a hub and a download, each as a small value.

A fault acts on the first `times` requests it applies to (None: on all), after letting `skip` of
them pass. It applies to requests whose repository path (`owner/name/file`) or API path has `match`
in it. Unless said otherwise it is the CDN that misbehaves, on requests for a file's bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Origin = Literal["hub", "cdn"]


@dataclass(frozen=True, kw_only=True)
class Fault:
    match: str = ""
    times: int | None = 1
    skip: int = 0
    on: Origin = "cdn"


@dataclass(frozen=True, kw_only=True)
class Cut(Fault):
    """Close the connection after so many bytes of the answer."""

    after_bytes: int


@dataclass(frozen=True, kw_only=True)
class Reset(Fault):
    """Reset the connection (RST) after so many bytes of the answer."""

    after_bytes: int


@dataclass(frozen=True, kw_only=True)
class Stall(Fault):
    """Send so many bytes, then nothing until `hub.release()`; after `timeout_s` close."""

    after_bytes: int
    timeout_s: float = 60.0


@dataclass(frozen=True, kw_only=True)
class Slow(Fault):
    """Send no faster than this."""

    bytes_per_s: float


@dataclass(frozen=True, kw_only=True)
class IgnoreRange(Fault):
    """Answer 200 with the whole file to a request for a range."""


@dataclass(frozen=True, kw_only=True)
class WrongRange(Fault):
    """Send the bytes `shift` further on than those asked for (back where there are none further).

    `admits` says whether Content-Range tells what is sent, or claims what was asked for.
    """

    shift: int
    admits: bool


@dataclass(frozen=True, kw_only=True)
class ShortRange(Fault):
    """Send only the first `size` bytes of the range, and say so."""

    size: int


@dataclass(frozen=True, kw_only=True)
class ExpireLinks(Fault):
    """From this request on, all links given so far answer 403; fresh ones work."""


@dataclass(frozen=True, kw_only=True)
class FlipBit(Fault):
    """Turn over one bit at this offset of the file, in answers that contain it."""

    offset: int
    bit: int = 0


@dataclass(frozen=True, kw_only=True)
class Status(Fault):
    """Answer with this status. On the hub `error_code` is X-Error-Code."""

    code: int
    retry_after_s: int | None = None
    error_code: str = ""


@dataclass(frozen=True, kw_only=True)
class MoveBranch(Fault):
    """Commit `files` to the branch just before this request is answered."""

    repo: str
    files: dict[str, bytes | Path] = field(default_factory=dict)
    branch: str = "main"
