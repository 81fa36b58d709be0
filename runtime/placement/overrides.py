"""A placement in llama.cpp's words: tensor overrides, and the command line that does the same."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from runtime.protocol.placement import Placement

# The names of routed experts, as LLM_FFN_EXPS_REGEX of common/common.h has them.
EXPERTS = r"ffn_(up|down|gate|gate_up)_(ch|)exps"


def host_patterns(placement: Placement) -> tuple[str, ...]:
    """Regexes (std::regex_search) of the tensors that stay on the host."""
    patterns = []
    if placement.cpu_expert_layers:
        patterns.append(rf"blk\.({_alternatives(placement.cpu_expert_layers)})\.{EXPERTS}")
    if placement.split_layer >= 0 and placement.split_stems:
        stems = _alternatives(stem.removeprefix("ffn_") for stem in placement.split_stems)
        patterns.append(rf"blk\.{placement.split_layer}\.ffn_({stems})_(ch|)exps")
    return tuple(patterns)


def _alternatives(values: Iterable[object]) -> str:
    return "|".join(str(value) for value in values)


def llama_cpp_command(placement: Placement, model_path: str) -> str:
    """The llama-server command that loads the model in the same way."""
    words = ["llama-server", "-m", model_path, "-ngl", str(placement.n_gpu_layers)]
    for pattern in host_patterns(placement):
        words += ["-ot", f"{pattern}=CPU"]
    if placement.layers_by_gpu:
        words += ["-ts", ",".join(str(count) for count in placement.layers_by_gpu)]
    words += ["-c", str(placement.n_ctx)]
    if placement.kv_type != "f16":
        words += ["-fa", "on", "-ctk", placement.kv_type, "-ctv", placement.kv_type]
    words += ["-b", str(placement.n_batch), "-ub", str(placement.n_ubatch)]
    if placement.n_threads:
        words += ["-t", str(placement.n_threads)]
    words += [*_host_words(placement), "--fit", "off"]
    return shlex.join(words)


def _host_words(placement: Placement) -> list[str]:
    words = []
    # The server's default, "auto", maps too.
    if mode := {"none": "none", "direct": "dio"}.get(placement.load_mode):
        words += ["--load-mode", mode]
    if placement.no_host:
        words.append("--no-host")
    if not placement.use_extra_bufts:
        words.append("--no-repack")
    if not placement.op_offload:
        words.append("--no-op-offload")
    if placement.swa_full:
        words.append("--swa-full")
    return words
