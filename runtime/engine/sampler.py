"""llama.cpp's native sampler chain, built from `Sampling`."""

from __future__ import annotations

import secrets
from types import TracebackType
from typing import Any

from runtime.engine.bindings import llama
from runtime.protocol.messages import Sampling

PENALTY_LAST_N = 64  # llama.cpp's own default window for repeat_penalty


class SamplerChain:
    """One answer's chain: penalties, top-k, top-p, min-p, temperature, then a draw (or greedy)."""

    def __init__(self, sampling: Sampling) -> None:
        self._chain: Any = llama.llama_sampler_chain_init(
            llama.llama_sampler_chain_default_params()
        )
        if sampling.repeat_penalty != 1.0:
            self._add(
                llama.llama_sampler_init_penalties(
                    PENALTY_LAST_N, sampling.repeat_penalty, 0.0, 0.0
                )
            )
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
        llama.llama_sampler_chain_add(self._chain, sampler)

    def sample(self, context_pointer: Any) -> int:
        """The next token from the last computed logits, accepted into the chain."""
        return int(llama.llama_sampler_sample(self._chain, context_pointer, -1))

    def __enter__(self) -> SamplerChain:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        llama.llama_sampler_free(self._chain)
