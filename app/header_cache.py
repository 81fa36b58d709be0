"""What was read from model files before, kept so that a start need not read them again."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from runtime.gguf.model_shape import ModelShape

_LOG = logging.getLogger(__name__)
_FORMAT = 1  # Another number when a ModelShape of the same file comes out differently.
Stamp = tuple[int, int]  # size of all parts together, latest change


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    file_bytes: int
    modified_ns: int
    shape: ModelShape


class _Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    entries: dict[str, _Entry]


class HeaderCache:
    """Shapes by path, size and modification time, in one JSON file.

    A file that is missing, damaged or of another format counts as empty. One that can't be written
    costs only time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: dict[str, _Entry] | None = None
        self._changed = False

    def shape(
        self, model: Path, parts: tuple[Path, ...], read: Callable[[], ModelShape]
    ) -> ModelShape:
        """The shape of `model`, which is in `parts`: the kept one if no part changed, else read."""
        return self.stamped(model, _stamp(parts), read)

    def stamped(
        self, model: Path | str, stamp: Stamp | None, read: Callable[[], ModelShape]
    ) -> ModelShape:
        """The same for a caller that has looked at the files; no stamp when it could not."""
        entries = self._loaded()
        key = _key(model)
        known = entries.get(key)
        if known and (known.file_bytes, known.modified_ns) == stamp:
            return known.shape
        shape = read()
        if stamp:
            entries[key] = _Entry(*stamp, shape)
            self._changed = True
        return shape

    def keep_only(self, models: Iterable[Path | str]) -> None:
        """Forget every other model, and write the file if anything changed."""
        entries = self._loaded()
        gone = entries.keys() - {_key(model) for model in models}
        for key in gone:
            del entries[key]
        if self._changed or gone:
            self._write(entries)

    def _loaded(self) -> dict[str, _Entry]:
        if self._entries is None:
            self._entries = self._read()
        return self._entries

    def _read(self) -> dict[str, _Entry]:
        try:
            stored = msgspec.json.decode(self._path.read_bytes(), type=_Stored)
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            _LOG.info("rebuilding the model list, its file is not readable: %s", error)
            return {}
        return dict(stored.entries) if stored.format == _FORMAT else {}

    def _write(self, entries: dict[str, _Entry]) -> None:
        partial = self._path.with_name(f"{self._path.name}.{os.getpid()}.partial")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(msgspec.json.encode(_Stored(_FORMAT, entries)))
            partial.replace(self._path)
        except OSError as error:
            _LOG.info("the model list could not be kept: %s", error)
            return
        self._changed = False


def _key(model: Path | str) -> str:
    """The path as text that JSON can hold; a file's name may be any bytes."""
    text = os.fspath(model)
    if text.isascii():
        return text
    return os.fsencode(text).decode("utf-8", "backslashreplace")


def _stamp(parts: tuple[Path, ...]) -> Stamp | None:
    """Size of all parts together and the latest change; None when a part can't be looked at."""
    try:
        states = [part.stat() for part in parts]
    except OSError:
        return None
    return sum(state.st_size for state in states), max(state.st_mtime_ns for state in states)
