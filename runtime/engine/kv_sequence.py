"""The tokens the KV cache holds now, and how to add to them or go back to a common prefix."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any

from runtime.engine import bindings
from runtime.engine.bindings import AbortFlag, llama
from runtime.errors import CoterieError, Problem
from runtime.language import tr


class DecodeAborted(Exception):
    """The person stopped the answer while llama.cpp was computing."""


def common_prefix(held: list[int], wanted: list[int]) -> int:
    """How many leading tokens are the same."""
    shorter = min(len(held), len(wanted))
    if held[:shorter] == wanted[:shorter]:
        return shorter
    return next(index for index in range(shorter) if held[index] != wanted[index])


def restorable(saved: list[int], wanted: list[int], *, can_go_back: bool) -> int:
    """How much of `wanted` need not be read once `saved` is restored."""
    keep = min(common_prefix(saved, wanted), len(wanted) - 1)
    return keep if can_go_back or keep == len(saved) else 0


class KvSequence:
    """Sequence 0 of a context. `tokens` is always exactly what the cache holds."""

    def __init__(self, context: Any, abort: AbortFlag, n_batch: int) -> None:
        self._context = context
        self._abort = abort
        self._memory = llama.llama_get_memory(context)
        self._batch = llama.llama_batch_init(n_batch, 0, 1)
        model = llama.llama_get_model(context)
        self._window = int(llama.llama_model_n_swa(model))
        self._is_recurrent = bool(
            llama.llama_model_is_recurrent(model) or llama.llama_model_is_hybrid(model)
        )
        self.tokens: list[int] = []

    def keep_prefix_of(self, wanted: list[int]) -> int:
        """Drop what differs from `wanted`; returns how many tokens stay.

        At least the last wanted token is left to evaluate, since its logits are needed. A memory
        that cannot go back (recurrent state) is cleared. `CoterieError` when none is wanted.
        """
        if not wanted:
            raise CoterieError(_nothing_to_read())
        keep = min(common_prefix(self.tokens, wanted), len(wanted) - 1)
        if self._window_is_gone(keep):
            self.clear()
            return 0
        if keep == len(self.tokens):
            return keep
        if not llama.llama_memory_seq_rm(self._memory, 0, keep, -1):
            self.clear()
            return 0
        del self.tokens[keep:]
        return keep

    def _window_is_gone(self, keep: int) -> bool:
        """Whether what a windowed layer must see before token `keep` is no longer in its cache.

        Such a cache holds little more than one window, so going far back finds a hole that
        llama.cpp does not report (its server makes the same check, server-context.cpp).
        """
        if not self._window or not keep:
            return False
        first_held = int(llama.llama_memory_seq_pos_min(self._memory, 0))
        return first_held > max(0, keep - self._window)

    def keeps(self, wanted: list[int]) -> int:
        """How many tokens `keep_prefix_of` would keep; changes nothing."""
        keep = min(common_prefix(self.tokens, wanted), len(wanted) - 1)
        if self._window_is_gone(keep) or (self._is_recurrent and keep < len(self.tokens)):
            return 0
        return keep

    def would_keep(self, saved: list[int], wanted: list[int]) -> int:
        """How many `keep_prefix_of` would keep, were `saved` restored.

        A file holds of a window only the last tokens, and of a recurrent state only the last.
        """
        can_go_back = not self._is_recurrent and (not self._window or len(saved) <= self._window)
        return restorable(saved, wanted, can_go_back=can_go_back)

    def save(self, path: Path) -> bool:
        """Write the cache with its tokens; False when the system refuses."""
        count = len(self.tokens)
        tokens = (llama.llama_token * count)(*self.tokens)
        written = llama.llama_state_seq_save_file(
            self._context, os.fsencode(path), 0, tokens, count
        )
        # The last bytes wait in a buffer whose writing may fail unseen when the file is closed.
        return bool(written) and path.stat().st_size == written

    def restore(self, path: Path, saved: list[int]) -> bool:
        """Hold what `save` wrote to `path`, a whole file; the cache is empty if that fails."""
        count = len(saved)
        tokens = (llama.llama_token * count)()
        read = ctypes.c_size_t()
        loaded = llama.llama_state_seq_load_file(
            self._context, os.fsencode(path), 0, tokens, count, ctypes.byref(read)
        )
        if not loaded or list(tokens) != saved:
            self.clear()
            return False
        self.tokens[:] = saved
        return True

    def clear(self) -> None:
        llama.llama_memory_clear(self._memory, True)
        self.tokens.clear()

    def add(self, tokens: list[int]) -> None:
        """Evaluate up to `n_batch` tokens after the held ones; logits of the last are ready then.

        `DecodeAborted` when the abort flag was set; the cache is as before. `CoterieError` when
        llama.cpp fails or there are none.
        """
        if not tokens:
            raise CoterieError(_nothing_to_read())
        start = len(self.tokens)
        batch = self._batch
        for index, token in enumerate(tokens):
            batch.token[index] = token
            batch.pos[index] = start + index
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = 0
            batch.logits[index] = False
        batch.logits[len(tokens) - 1] = True
        batch.n_tokens = len(tokens)
        self._decode(start)
        self.tokens.extend(tokens)

    def add_one(self, token: int) -> None:
        """`add([token])`, spared the loop: this runs once per generated token."""
        batch = self._batch
        batch.token[0] = token
        batch.pos[0] = start = len(self.tokens)
        batch.logits[0] = True
        batch.n_tokens = 1
        self._decode(start)
        self.tokens.append(token)

    def _decode(self, start: int) -> None:
        result = llama.llama_decode(self._context, self._batch)
        if result == 0:
            return
        # An aborted batch leaves the ubatches it had finished in the cache.
        if not llama.llama_memory_seq_rm(self._memory, 0, start, -1):
            self.clear()
        if result == bindings.DECODE_ABORTED and self._abort.is_set:
            raise DecodeAborted
        raise CoterieError(
            Problem(
                kind="decode_failed",
                title=tr("The engine could not compute this answer"),
                message=tr("llama_decode returned {result}", result=result),
                remedy=tr("Try again; if it fails again, load the model with a smaller context."),
            )
        )

    def wait(self) -> None:
        """Until everything added is computed: a GPU may still be at it."""
        llama.llama_synchronize(self._context)

    def set_threads(self, n_threads: int) -> None:
        llama.llama_set_n_threads(self._context, n_threads, n_threads)

    def close(self) -> None:
        llama.llama_batch_free(self._batch)


def _nothing_to_read() -> Problem:
    return Problem(
        kind="nothing_to_read",
        title=tr("There is nothing to read"),
        message=tr("The model's chat format or its vocabulary makes no tokens of this text"),
        remedy=tr("Change the message, or look for another file of the same model."),
    )
