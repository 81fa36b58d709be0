"""A model file loaded by llama.cpp, with its context: what every answer runs on."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.engine import bindings
from runtime.engine.bindings import AbortFlag, NativeDevice, llama
from runtime.engine.native_log import NativeLog, device_memory
from runtime.engine.vocabulary import Vocabulary
from runtime.errors import CoterieError, Problem
from runtime.protocol.messages import DeviceMemory, ModelFacts

DEFAULT_N_CTX = 8192
MIN_N_CTX = 256
N_BATCH = 512
ALL_LAYERS = 999
GPU_MARGIN_BYTES = 1536 * 1024 * 1024


@dataclass(frozen=True)
class LoadOptions:
    """How to load. `n_ctx` 0 takes the model's own context, up to `DEFAULT_N_CTX`."""

    n_ctx: int
    n_threads: int
    use_extra_bufts: bool


def layers_on_gpu(file_bytes: int, devices: tuple[NativeDevice, ...]) -> int:
    """All layers when the whole model and a margin fit into one GPU's free memory, else none."""
    free_bytes = max((d.free_bytes for d in devices if d.kind in {"gpu", "igpu"}), default=0)
    return ALL_LAYERS if file_bytes + GPU_MARGIN_BYTES <= free_bytes else 0


class LoadCancelled(Exception):
    """The person stopped the load."""


class LoadedModel:
    """Owns the native model and context, and frees them on `close`."""

    def __init__(self, model: Any, context: Any, log: NativeLog, abort: AbortFlag) -> None:
        self._model = model
        self.context = context
        self.vocabulary = Vocabulary(model)
        self.n_ctx = int(llama.llama_n_ctx(context))
        self.memory: tuple[DeviceMemory, ...] = device_memory(log.lines)
        self._abort = abort

    def facts(self, file_bytes: int) -> ModelFacts:
        architecture = self._metadata("general.architecture")
        return ModelFacts(
            name=self._metadata("general.name") or architecture,
            architecture=architecture,
            parameters=int(llama.llama_model_n_params(self._model)),
            file_bytes=file_bytes,
            n_ctx_train=int(llama.llama_model_n_ctx_train(self._model)),
            n_layer=int(llama.llama_model_n_layer(self._model)),
            expert_count=int(self._metadata(f"{architecture}.expert_count") or 0),
            expert_used_count=int(self._metadata(f"{architecture}.expert_used_count") or 0),
        )

    def chat_template(self) -> str | None:
        """The GGUF's own template, None when it has none."""
        template = llama.llama_model_chat_template(self._model, None)
        return template.decode("utf-8", "replace") if template else None

    def _metadata(self, key: str) -> str:
        buffer = ctypes.create_string_buffer(1024)
        length = llama.llama_model_meta_val_str(self._model, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if length >= 0 else ""

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

    parameters = llama.llama_model_default_params()
    parameters.n_gpu_layers = layers_on_gpu(path.stat().st_size, bindings.devices())
    parameters.use_extra_bufts = options.use_extra_bufts
    parameters.progress_callback = on_progress
    model = llama.llama_model_load_from_file(str(path).encode(), parameters)
    if not model:
        if cancelled:
            raise LoadCancelled
        raise CoterieError(_refused("The engine could not load this model", log))
    context = _new_context(model, options, abort)
    if not context:
        llama.llama_model_free(model)
        raise CoterieError(_no_context(log))
    return LoadedModel(model, context, log, abort)


def _new_context(model: Any, options: LoadOptions, abort: AbortFlag) -> Any:
    trained = int(llama.llama_model_n_ctx_train(model)) or DEFAULT_N_CTX
    parameters = llama.llama_context_default_params()
    parameters.n_ctx = max(MIN_N_CTX, options.n_ctx or min(trained, DEFAULT_N_CTX))
    parameters.n_batch = N_BATCH
    parameters.n_ubatch = N_BATCH
    parameters.n_threads = options.n_threads
    parameters.n_threads_batch = options.n_threads
    parameters.abort_callback = abort.callback
    parameters.abort_callback_data = abort.data
    return llama.llama_init_from_model(model, parameters)


def _refused(title: str, log: NativeLog) -> Problem:
    return Problem(
        kind="load_refused",
        title=title,
        message="; ".join(log.errors[-2:]) or "llama.cpp gave no reason",
        remedy="Check that the file is complete, or try another quantisation of the model.",
    )


def _no_context(log: NativeLog) -> Problem:
    return Problem(
        kind="context_refused",
        title="There is not enough memory for this context",
        message="; ".join(log.errors[-2:]) or "llama.cpp could not make the KV cache",
        remedy="Choose a smaller context in Settings, or close other programs.",
    )
