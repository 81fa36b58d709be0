"""`python -m tests.worker.scripted_worker TEXT`: a worker whose model always says TEXT."""

from __future__ import annotations

import sys
from typing import Any

from runtime.engine.sampler import SamplerChain
from runtime.worker.__main__ import main
from runtime.worker.answering import Answerer


class Scripted(SamplerChain):
    """Gives the tokens of a text, then ends."""

    def follow(self, tokens: list[int]) -> Scripted:
        self._tokens = iter(tokens)
        return self

    def sample(self, context_pointer: Any) -> int | None:
        super().sample(context_pointer)
        return next(self._tokens, None)


def _scripted(answerer: Answerer, request: Any, _prompt: Any, _outbox: Any) -> SamplerChain:
    vocabulary = answerer._model.vocabulary
    tokens = vocabulary.tokenize(sys.argv[1], add_special=False)
    return Scripted(request.sampling, vocabulary.size).follow(tokens)


if __name__ == "__main__":
    Answerer._sampler = _scripted  # type: ignore[method-assign, assignment]
    sys.exit(main())
