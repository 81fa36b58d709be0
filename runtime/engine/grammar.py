"""Sampling under a grammar, so that no token is ever taken that it forbids."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

import numpy as np

from runtime.engine.bindings import llama
from runtime.engine.grammar_problems import grammar_problem
from runtime.engine.sampler import SamplerChain
from runtime.engine.vocabulary import Vocabulary
from runtime.errors import CoterieError
from runtime.language import tr
from runtime.protocol.messages import Sampling

# llama.h: struct llama_token_data
_TOKEN_DATA = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


class GrammarChain(SamplerChain):
    """Asks the grammar only about the drawn token, and draws among all it allows when it says no.

    That is how llama.cpp's own programs do it (common/sampling.cpp): the grammar's look at a whole
    vocabulary is slow, and most draws are right. llama.cpp aborts the process when a token is
    accepted that the grammar forbids, so a chain with the grammar in it would not do: where a
    grammar leaves no token at all, `sample` gives None. What is thought is free: the grammar
    begins with the answer.
    """

    def __init__(
        self,
        sampling: Sampling,
        vocabulary: Vocabulary,
        read: Sequence[int],
        grammar: str,
        is_answering: Callable[[], bool],
    ) -> None:
        super().__init__(sampling, vocabulary.size, read)
        self._grammar: Any = llama.llama_sampler_init_grammar(
            vocabulary.pointer, grammar.encode(), b"root"
        )
        if not self._grammar:
            llama.llama_sampler_free(self.chain)
            raise CoterieError(grammar_problem(tr("The engine can't read it")))
        self._vocabulary = vocabulary
        self._is_answering = is_answering
        self._ids = np.arange(vocabulary.size, dtype=np.int32)
        self._candidates = np.zeros(vocabulary.size, dtype=_TOKEN_DATA)

    def sample(self, context_pointer: Any) -> int | None:
        if not self._is_answering():
            return super().sample(context_pointer)
        logits = np.ctypeslib.as_array(
            llama.llama_get_logits_ith(context_pointer, -1), shape=self._ids.shape
        )
        token = self._drawn(self._all(logits))
        if not self._allows(token):
            candidates = self._all(logits)
            llama.llama_sampler_apply(self._grammar, ctypes.byref(candidates))
            if np.max(self._candidates["logit"]) == -np.inf:
                return None
            token = self._drawn(candidates)
        if not self._vocabulary.is_end(token):
            llama.llama_sampler_accept(self._grammar, token)
        llama.llama_sampler_accept(self.chain, token)
        return token

    def _all(self, logits: np.ndarray[Any, Any]) -> Any:
        """Every token as a candidate again: a chain reorders and cuts what it is given."""
        candidates = self._candidates
        candidates["id"], candidates["logit"], candidates["p"] = self._ids, logits, 0
        return _array(candidates)

    def _drawn(self, candidates: Any) -> int:
        llama.llama_sampler_apply(self.chain, ctypes.byref(candidates))
        return int(candidates.data[candidates.selected].id)

    def _allows(self, token: int) -> bool:
        one = np.array([(token, 1.0, 0.0)], dtype=_TOKEN_DATA)
        llama.llama_sampler_apply(self._grammar, ctypes.byref(_array(one)))
        return bool(one["logit"][0] != -np.inf)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, traceback)
        llama.llama_sampler_free(self._grammar)


def _array(tokens: np.ndarray[Any, Any]) -> Any:
    """A view of `tokens`, which must live as long."""
    data = ctypes.cast(tokens.ctypes.data, llama.llama_token_data_p)
    return llama.llama_token_data_array(data, tokens.size, -1, False)
