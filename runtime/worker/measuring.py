"""Times a prompt and a decode of made-up tokens: what a tuning run compares plans by."""

from __future__ import annotations

import time

from runtime.engine import bindings
from runtime.engine.bindings import AbortFlag
from runtime.engine.kv_sequence import DecodeAborted, KvSequence
from runtime.engine.model import LoadedModel
from runtime.protocol.frames import Measure, Measured

GPU_KINDS = frozenset({"gpu", "igpu"})
# Numbers that look random and are the same each time (Knuth's multiplicative hash).
_STEP = 2_654_435_761


def made_up_tokens(count: int, n_vocab: int, first: int = 1) -> list[int]:
    """`count` tokens from all over the vocabulary, so that a router spreads them over experts."""
    return [(first + index) * _STEP % (1 << 32) % n_vocab for index in range(count)]


def measure(
    request: Measure, model: LoadedModel, sequence: KvSequence, abort: AbortFlag, n_threads: int
) -> Measured:
    """`DecodeAborted` when it was cancelled."""
    room = max(2, model.n_ctx - 1)
    prompt_tokens = min(request.prompt_tokens, room - 1)
    decode_tokens = min(request.decode_tokens, room - prompt_tokens)
    n_vocab = model.vocabulary.size
    sequence.clear()
    sequence.set_threads(n_threads)
    try:
        prompt_s = _timed(sequence, made_up_tokens(prompt_tokens, n_vocab), model.n_batch, abort)
        further = made_up_tokens(decode_tokens, n_vocab, first=prompt_tokens + 1)
        decode_s = _timed(sequence, further, 1, abort)
    finally:
        sequence.clear()
    return Measured(
        request.request_id,
        prompt_tokens,
        prompt_s,
        decode_tokens,
        decode_s,
        tuple(d.free_bytes for d in bindings.devices() if d.kind in GPU_KINDS),
        n_threads,
    )


def _timed(sequence: KvSequence, tokens: list[int], batch: int, abort: AbortFlag) -> float:
    began_s = time.monotonic()
    for start in range(0, len(tokens), batch):
        if abort.is_set:
            raise DecodeAborted
        sequence.add(tokens[start : start + batch])
    sequence.wait()
    return time.monotonic() - began_s
