"""What a builder publishes of the newest version, read strictly: what is unexpected is refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from packaging.version import InvalidVersion, Version

FORMAT = 1
LARGEST_BYTES = 64 << 10
SIGNATURE_SUFFIX = ".sig"
# Line ends are the only control characters; none may turn the direction of what a person reads.
_PLAIN = r"\A[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]*\Z"

Moment = Annotated[datetime, Meta(tz=True)]


class OfferedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a version, for one platform."""

    name: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._+~-]{0,119}\Z")]
    sha256: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    size_bytes: Annotated[int, Meta(ge=1, le=1 << 40)]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`issued_at` tells a newer manifest from an older one; none counts after `expires_at`.

    `files` are by platform ("linux-x86_64-deb"). `page` is where a person finds them.
    """

    format: Literal[1]
    version: Annotated[str, Meta(max_length=40)]
    released: date
    issued_at: Moment
    expires_at: Moment
    notes: Annotated[str, Meta(max_length=4000, pattern=_PLAIN)]
    page: Annotated[str, Meta(max_length=300, pattern=r"\Ahttps://[A-Za-z0-9][!-~]*\Z")]
    files: Annotated[
        dict[Annotated[str, Meta(pattern=r"\A[a-z0-9_-]{1,40}\Z")], OfferedFile],
        Meta(max_length=40),
    ]


class NotAManifest(Exception):
    """The bytes are no manifest; the text says why."""


def read_manifest(data: bytes) -> Manifest:
    """Raises NotAManifest."""
    if len(data) > LARGEST_BYTES:
        raise NotAManifest("it is too large")
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
        Version(manifest.version)
    except (msgspec.MsgspecError, UnicodeDecodeError, InvalidVersion) as error:
        raise NotAManifest(str(error)) from error
    except RecursionError as error:
        raise NotAManifest("it is nested too deeply") from error
    return manifest


def is_newer(offered: str, own: str) -> bool:
    """Whether a person who uses `own` wants `offered`: trial versions only after another such."""
    there, here = Version(offered), Version(own)
    if there.is_prerelease and not here.is_prerelease:
        return False
    return there > here
