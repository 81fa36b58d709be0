"""Where this build looks for updates and whose signature it believes: both come with it."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from app.json_file import Unreadable, read_json

SHIPPED_SOURCE = Path(__file__).resolve().parents[2] / "assets" / "updates.json"
KEY_BYTES = 32
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class UpdateSource(msgspec.Struct, frozen=True):
    """`address` is the manifest's, `key` a public Ed25519 key in base64; "" where none is known."""

    address: str = ""
    key: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is anything to ask and a way to believe the answer."""
        return is_safe(self.address) and key_bytes(self.key) is not None

    @property
    def host(self) -> str:
        """Whom a look asks."""
        return urlsplit(self.address).hostname or ""


def read_source(path: Path = SHIPPED_SOURCE) -> UpdateSource:
    """The one that comes with this build; unknown where the file can't be used."""
    try:
        return read_json(path, UpdateSource) or UpdateSource()
    except Unreadable:
        return UpdateSource()


def is_safe(address: str) -> bool:
    """Whether it is asked over TLS, or on this very computer (tests, trying a manifest out)."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        if not host or parts.username or parts.password or (parts.port or 1) < 1:
            return False
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)


def key_bytes(key: str) -> bytes | None:
    """The key itself; None for what is none."""
    try:
        data = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if len(data) == KEY_BYTES else None
