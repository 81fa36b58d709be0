"""What this machine's engine build was found not to bear, remembered between starts."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Quirks(msgspec.Struct, frozen=True):
    """Keys of (machine, engine build) whose weight repacking crashed on first use."""

    without_repacking: tuple[str, ...] = ()


class QuirksFile:
    """The quirks on disk. A damaged file is forgotten: the next crash writes it anew."""

    def __init__(self, path: Path, key: str) -> None:
        self._path = path
        self._key = key

    @property
    def repacking_crashes(self) -> bool:
        return self._key in self._read().without_repacking

    def remember_repacking_crashes(self) -> None:
        known = self._read().without_repacking
        if self._key in known:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial")
        partial.write_bytes(msgspec.json.encode(Quirks((*known, self._key))))
        partial.replace(self._path)

    def _read(self) -> Quirks:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Quirks)
        except (OSError, msgspec.MsgspecError):
            return Quirks()
