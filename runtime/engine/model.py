"""A model file loaded by llama.cpp, with its context: what every answer runs on."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.engine.bindings import AbortFlag, NativeDevice, llama
from runtime.engine.buffer_types import HostOverrides
from runtime.engine.expert_picks import ExpertPicks
from runtime.engine.memory_errors import memory_problem
from runtime.engine.native_log import NativeLog, device_memory
from runtime.engine.recommended import recommended_sampling
from runtime.engine.vocabulary import Vocabulary
from runtime.errors import CoterieError, Problem
from runtime.language import tr
from runtime.placement.overrides import host_patterns
from runtime.protocol.messages import DeviceMemory, ModelFacts, ReasoningSupport
from runtime.protocol.placement import Placement

DEFAULT_N_CTX = 8192
MIN_N_CTX = 256
ALL_LAYERS = 999
GPU_MARGIN_BYTES = 1536 * 1024 * 1024

# ggml.h: enum ggml_type; llama.h: enum llama_load_mode
_KV_TYPES = {"f16": 1, "q8_0": 8, "q4_0": 2}
_LOAD_MODES = {
    "auto": llama.LLAMA_LOAD_MODE_AUTO,
    "mmap": llama.LLAMA_LOAD_MODE_MMAP,
    "none": llama.LLAMA_LOAD_MODE_NONE,
    "direct": llama.LLAMA_LOAD_MODE_DIRECT_IO,
}


@dataclass(frozen=True)
class LoadOptions:
    """How to load. A context of 0 takes the model's own, up to `DEFAULT_N_CTX`."""

    placement: Placement
    n_threads: int
    capture_experts: bool = False


def without_plan(file_bytes: int, devices: tuple[NativeDevice, ...]) -> Placement:
    """All layers on the GPU when the whole model and a margin fit into one's free memory, else
    none: what a load without a placement gets.
    """
    free_bytes = max((d.free_bytes for d in devices if d.kind in {"gpu", "igpu"}), default=0)
    fits = file_bytes + GPU_MARGIN_BYTES <= free_bytes
    return Placement(n_gpu_layers=ALL_LAYERS if fits else 0, load_mode="auto")


class LoadCancelled(Exception):
    """The person stopped the load."""


class LoadedModel:
    """Owns the native model and context, and frees them on `close`.

    `picks` are the router's, None where they aren't captured or there is no router.
    """

    def __init__(
        self,
        model: Any,
        context: Any,
        log: NativeLog,
        abort: AbortFlag,
        keep_alive: object = None,
        picks: ExpertPicks | None = None,
    ) -> None:
        self._model = model
        self.picks = picks
        self._keep_alive = keep_alive
        self.context = context
        self.n_batch = int(llama.llama_n_batch(context))
        self.vocabulary = Vocabulary(model)
        self.n_ctx = int(llama.llama_n_ctx(context))
        self.memory: tuple[DeviceMemory, ...] = device_memory(log.lines)
        self._abort = abort

    def facts(self, file_bytes: int, reasoning: ReasoningSupport) -> ModelFacts:
        architecture = self._metadata("general.architecture")
        return ModelFacts(
            name=self._metadata("general.name") or architecture,
            architecture=architecture,
            parameters=int(llama.llama_model_n_params(self._model)),
            file_bytes=file_bytes,
            n_ctx_train=int(llama.llama_model_n_ctx_train(self._model)),
            n_layer=int(llama.llama_model_n_layer(self._model)),
            expert_count=_count(self._model, "expert_count"),
            expert_used_count=_count(self._model, "expert_used_count"),
            recommended=recommended_sampling(self._metadata),
            reasoning=reasoning,
        )

    def chat_template(self) -> str | None:
        """The GGUF's own template, None when it has none."""
        template = llama.llama_model_chat_template(self._model, None)
        return template.decode("utf-8", "replace") if template else None

    def _metadata(self, key: str) -> str:
        return _metadata(self._model, key)

    def close(self) -> None:
        llama.llama_free(self.context)
        llama.llama_model_free(self._model)


def load_model(
    path: Path,
    options: LoadOptions,
    log: NativeLog,
    abort: AbortFlag,
    progress: Callable[[float], bool],
) -> LoadedModel:
    """Load `path`. `progress(fraction)` answers False to cancel; then `LoadCancelled` is raised.

    `CoterieError` with the engine's own last words when llama.cpp refuses the file or the memory.
    """
    log.clear()
    cancelled = False

    @llama.llama_progress_callback  # type: ignore[untyped-decorator, unused-ignore]
    def on_progress(fraction: float, _user_data: Any) -> bool:
        nonlocal cancelled
        cancelled = not progress(fraction)
        return not cancelled

    placement = options.placement
    overrides = HostOverrides(host_patterns(placement))
    parameters = model_parameters(placement, overrides)
    parameters.progress_callback = on_progress
    model = llama.llama_model_load_from_file(os.fsencode(path), parameters)
    if not model:
        if cancelled:
            raise LoadCancelled
        raise CoterieError(_refused(tr("The engine could not load this model"), log))
    picks = expert_picks(model) if options.capture_experts else None
    context = new_context(model, options, abort, picks)
    if not context:
        llama.llama_model_free(model)
        raise CoterieError(_no_context(log))
    return LoadedModel(model, context, log, abort, overrides, picks)


def expert_picks(model: Any) -> ExpertPicks | None:
    """Those of the model's router, None for a dense model."""
    n_experts, n_used = _count(model, "expert_count"), _count(model, "expert_used_count")
    return ExpertPicks(n_experts, n_used) if n_experts and n_used else None


def model_parameters(placement: Placement, overrides: HostOverrides) -> Any:
    """llama.cpp's model parameters; `overrides` must outlive the model."""
    parameters = llama.llama_model_default_params()
    parameters.n_gpu_layers = placement.n_gpu_layers
    parameters.use_extra_bufts = placement.use_extra_bufts
    parameters.no_host = placement.no_host
    parameters.load_mode = _LOAD_MODES[placement.load_mode]
    parameters.tensor_buft_overrides = overrides.pointer
    if placement.layers_by_gpu:
        shares = (ctypes.c_float * llama.llama_max_devices())(*placement.layers_by_gpu)
        parameters.tensor_split = shares
    return parameters


def new_context(
    model: Any, options: LoadOptions, abort: AbortFlag, picks: ExpertPicks | None = None
) -> Any:
    """A context of `options` on `model`, None when llama.cpp refuses."""
    placement = options.placement
    trained = int(llama.llama_model_n_ctx_train(model)) or DEFAULT_N_CTX
    parameters = llama.llama_context_default_params()
    parameters.n_ctx = max(MIN_N_CTX, placement.n_ctx or min(trained, DEFAULT_N_CTX))
    parameters.n_batch = placement.n_batch
    parameters.n_ubatch = placement.n_ubatch
    parameters.type_k = parameters.type_v = _KV_TYPES[placement.kv_type]
    parameters.op_offload = placement.op_offload
    parameters.swa_full = placement.swa_full
    parameters.n_threads = options.n_threads
    parameters.n_threads_batch = options.n_threads
    parameters.abort_callback = abort.callback
    parameters.abort_callback_data = abort.data
    if picks is not None:
        parameters.cb_eval = picks.callback
        parameters.cb_eval_user_data = picks.data
    return llama.llama_init_from_model(model, parameters)


def _metadata(model: Any, key: str) -> str:
    buffer = ctypes.create_string_buffer(1024)
    length = llama.llama_model_meta_val_str(model, key.encode(), buffer, len(buffer))
    return buffer.value.decode("utf-8", "replace") if length >= 0 else ""


def _count(model: Any, key: str) -> int:
    """A number under the architecture's own prefix, 0 where there is none."""
    return int(_metadata(model, f"{_metadata(model, 'general.architecture')}.{key}") or 0)


def _refused(title: str, log: NativeLog) -> Problem:
    if problem := memory_problem(log.lines):
        return problem
    return Problem(
        kind="load_refused",
        title=title,
        message="; ".join(log.errors[-2:]) or tr("llama.cpp gave no reason"),
        remedy=tr("Check that the file is complete, or try another quantisation of the model."),
    )


def _no_context(log: NativeLog) -> Problem:
    if problem := memory_problem(log.lines):
        return problem
    return Problem(
        kind="context_refused",
        title=tr("There is not enough memory for this context"),
        message="; ".join(log.errors[-2:]) or tr("llama.cpp could not make the KV cache"),
        remedy=tr("Choose a smaller context in Settings, or close other programs."),
    )
