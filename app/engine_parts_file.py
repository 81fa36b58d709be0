"""Which parts of the engine passed or failed their test on this machine, kept between starts."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Literal

import msgspec

from app.json_file import Unreadable, read_json, write_json
from runtime.errors import CoterieError

_LOG = logging.getLogger(__name__)
# More than any machine has; a changed driver or build leaves keys behind that nobody asks for.
_MOST_KEPT = 200

Verdict = Literal["passed", "failed", "untried"]


class TriedParts(msgspec.Struct, frozen=True):
    """Keys of parts with everything their test depends on; the latest last."""

    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class EnginePartsFile:
    """The verdicts on disk. A damaged file is forgotten: everything is tried again then."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def verdict(self, key: str) -> Verdict:
        tried = self._read()
        if key in tried.passed:
            return "passed"
        return "failed" if key in tried.failed else "untried"

    def remember(self, key: str, *, passed: bool) -> None:
        """Keep a verdict in place of an earlier one."""
        if self.verdict(key) == ("passed" if passed else "failed"):
            return
        tried = self._read()
        good = tuple(one for one in tried.passed if one != key)
        bad = tuple(one for one in tried.failed if one != key)
        if passed:
            good = (*good, key)[-_MOST_KEPT:]
        else:
            bad = (*bad, key)[-_MOST_KEPT:]
        try:
            write_json(self._path, TriedParts(good, bad))
        except CoterieError as error:
            _LOG.info("a test of the engine is not remembered: %s", error)

    def _read(self) -> TriedParts:
        try:
            return read_json(self._path, TriedParts) or TriedParts()
        except Unreadable as reason:
            _LOG.info("the tests of the engine are begun anew: %s", reason)
            return TriedParts()


def part_key(*facts: object) -> str:
    """The key of a part with the facts its test depends on: another fact is another key."""
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:20]
