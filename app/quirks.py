"""What this machine's engine build was found not to bear, remembered between starts."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import msgspec

from app.engine_build import InstalledEngine, installed_engine
from app.json_file import Unreadable, read_json, write_json
from app.processor import Processor, read_processor
from runtime.errors import CoterieError

_LOG = logging.getLogger(__name__)


class Quirks(msgspec.Struct, frozen=True):
    """Keys of (machine, engine build) whose weight repacking crashed on first use."""

    without_repacking: tuple[str, ...] = ()


class QuirksFile:
    """The quirks on disk. A damaged file is forgotten: the next crash writes it anew.

    One that can't be written costs a crash at the next start, which is tried again then.
    """

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
        try:
            write_json(self._path, Quirks((*known, self._key)))
        except CoterieError as error:
            _LOG.info("a crash of repacking is not remembered: %s", error)

    def _read(self) -> Quirks:
        try:
            return read_json(self._path, Quirks) or Quirks()
        except Unreadable as reason:
            _LOG.info("the list of quirks is begun anew: %s", reason)
            return Quirks()


def machine_key() -> str:
    """What the quirks of this machine with this engine build are kept under."""
    return key_of(read_processor(), installed_engine())


def key_of(processor: Processor, engine: InstalledEngine) -> str:
    """Another processor, engine version or build gives another key."""
    facts = (
        processor.name,
        processor.architecture,
        processor.features,
        engine.version,
        engine.build_key,
    )
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:20]
