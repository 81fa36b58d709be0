"""llama.cpp's native sampler chain, built from `Sampling`."""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from runtime.engine.bindings import llama
from runtime.errors import CoterieError, Problem
from runtime.language import tr
from runtime.protocol.messages import Sampling

LARGEST_WINDOW = 1 << 20


class SamplerChain:
    """One answer's chain: penalties, top-k, top-p, min-p, temperature, then a draw (or greedy)."""

    def __init__(self, sampling: Sampling, n_vocab: int, read: Sequence[int] = ()) -> None:
        """`read` are the tokens before the answer: penalties look back at their end too."""
        window = penalty_window(sampling)
        self.chain: Any = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        if window:
            self._add(
                llama.llama_sampler_init_penalties(
                    n_vocab,
                    window,
                    sampling.repeat_penalty,
                    sampling.frequency_penalty,
                    sampling.presence_penalty,
                )
            )
        self._add_draw(sampling)
        for token in read[len(read) - min(window, len(read)) :]:
            llama.llama_sampler_accept(self.chain, token)

    def _add_draw(self, sampling: Sampling) -> None:
        if sampling.temperature <= 0:
            self._add(llama.llama_sampler_init_greedy())
            return
        seed = secrets.randbits(32) if sampling.seed is None else sampling.seed & 0xFFFFFFFF
        self._add(llama.llama_sampler_init_top_k(sampling.top_k))
        self._add(llama.llama_sampler_init_top_p(sampling.top_p, 1))
        self._add(llama.llama_sampler_init_min_p(sampling.min_p, 1))
        self._add(llama.llama_sampler_init_temp(sampling.temperature))
        self._add(llama.llama_sampler_init_dist(seed))

    def _add(self, sampler: Any) -> None:
        llama.llama_sampler_chain_add(self.chain, sampler)

    def sample(self, context_pointer: Any) -> int | None:
        """The next token from the last computed logits, accepted into the chain."""
        return int(llama.llama_sampler_sample(self.chain, context_pointer, -1))

    def __enter__(self) -> SamplerChain:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        llama.llama_sampler_free(self.chain)


def penalty_window(sampling: Sampling) -> int:
    """How many tokens back the penalties look, 0 where there are none.

    `CoterieError` for numbers with which llama.cpp can't work: it divides by the repeat penalty.
    """
    penalties = (
        sampling.repeat_penalty,
        sampling.presence_penalty,
        sampling.frequency_penalty,
    )
    if sampling.repeat_penalty <= 0 or not all(map(math.isfinite, penalties)):
        raise CoterieError(
            Problem(
                "sampling_invalid",
                tr("These penalties can't be used"),
                tr("The repeat penalty must be above 0, the other two plain numbers"),
                tr("Set them back to their defaults in this chat's settings."),
            )
        )
    if penalties == (1.0, 0.0, 0.0):
        return 0
    return min(max(sampling.repeat_last_n, 0), LARGEST_WINDOW)
