"""Saves what the model has read of a chat to a file, and takes it up again."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from runtime.engine.kv_file import KvFileUnusable, Owner, check_whole, seal, tokens_of
from runtime.engine.kv_sequence import KvSequence
from runtime.errors import CoterieError, Problem
from runtime.language import tr
from runtime.protocol.frames import SaveState, StateSaved

# Below so many tokens more, reading them is as quick as reading the file.
LEAST_GAIN_TOKENS = 32


class KvKeeper:
    """For the cache of one loaded model."""

    def __init__(self, sequence: KvSequence, owner: Owner, n_ctx: int) -> None:
        self._sequence, self._owner, self._n_ctx = sequence, owner, n_ctx

    def save(self, command: SaveState) -> StateSaved:
        """Whole or not at all: `CoterieError` when it can't be written."""
        n_tokens = len(self._sequence.tokens)
        if not n_tokens:
            return StateSaved(command.request_id, 0, 0)
        path = Path(command.path)
        part = path.with_name(f"{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not self._sequence.save(part):
                raise OSError(tr("the file could not be written whole"))
            file_bytes = seal(part, self._owner, n_tokens)
            part.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            raise CoterieError(_not_saved(error)) from error
        return StateSaved(command.request_id, n_tokens, file_bytes)

    def take_up(self, path: str, wanted: list[int]) -> None:
        """Hold the cache of `path` if more of `wanted` is in it than is held now.

        A file that is gone, damaged or of something else is passed over.
        """
        if not path:
            return
        sequence = self._sequence
        try:
            saved = tokens_of(Path(path), self._owner)
            gain = sequence.would_keep(saved, wanted) - sequence.keeps(wanted)
            if len(saved) > self._n_ctx or gain < LEAST_GAIN_TOKENS:
                return
            check_whole(Path(path))
        except KvFileUnusable as reason:
            sys.stderr.write(f"worker: {path} is not used: {reason}\n")
            return
        if not sequence.restore(Path(path), saved):
            sys.stderr.write(f"worker: {path} is not used: the engine refused it\n")


def _not_saved(error: OSError) -> Problem:
    return Problem(
        kind="state_not_saved",
        title=tr("What the model has read could not be kept"),
        message=tr("The file was not written: {reason}", reason=error.strerror or error),
        remedy=tr("Free some space on that disk. The chat is safe, it is only read again later."),
    )
