"""Evaluates the trial model once: what a part of the engine must be able to do to be used."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runtime.engine.bindings import llama
from runtime.engine.trial_model import N_CTX, N_VOCAB
from runtime.language import tr
from runtime.protocol.engine_trial import TrialStep

# One batch as a prompt has it, then single tokens as an answer has them.
PROMPT = tuple((7 * index + 3) % N_VOCAB for index in range(40))
SINGLES = (11, 200, 45, 90, 131, 7, 250, 66)
ALL_LAYERS = 999


class TrialFailed(Exception):
    """llama.cpp refused; the text says where."""


def trial_steps(model_path: Path, devices: Sequence[int], n_threads: int) -> tuple[TrialStep, ...]:
    """The greedy tokens of a fixed text, all on `devices`, without any on the processor."""
    parameters = llama.llama_model_default_params()
    parameters.n_gpu_layers = ALL_LAYERS if devices else 0
    chosen = (ctypes.c_void_p * (len(devices) + 1))(*devices, None)
    parameters.devices = ctypes.cast(chosen, ctypes.c_void_p)
    model = llama.llama_model_load_from_file(os.fsencode(model_path), parameters)
    if not model:
        raise TrialFailed(tr("it did not load the model"))
    # A crash in the next steps must not leave it behind; Windows keeps an open file.
    with contextlib.suppress(OSError):
        model_path.unlink()
    settings = llama.llama_context_default_params()
    settings.n_ctx, settings.n_batch, settings.n_ubatch = N_CTX, N_CTX, N_CTX
    settings.n_threads = settings.n_threads_batch = n_threads
    context = llama.llama_init_from_model(model, settings)
    if not context:
        raise TrialFailed(tr("it made no context"))
    steps = [_step(context, PROMPT)]
    steps += [_step(context, (token,)) for token in SINGLES]
    return tuple(steps)


def _step(context: Any, tokens: Sequence[int]) -> TrialStep:
    array = (llama.llama_token * len(tokens))(*tokens)
    result = llama.llama_decode(context, llama.llama_batch_get_one(array, len(tokens)))
    if result:
        raise TrialFailed(tr("llama_decode returned {result}", result=result))
    logits = tuple(llama.llama_get_logits_ith(context, -1)[:N_VOCAB])
    return TrialStep(max(range(N_VOCAB), key=logits.__getitem__), logits)
