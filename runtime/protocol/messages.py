"""The plain values inside frames: a chat turn, sampling, what was loaded, what an answer took."""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal["system", "user", "assistant"]
FinishReason = Literal["stop", "length", "cancelled", "context_full"]
EnergySource = Literal["measured", "estimated"]
ReasoningMode = Literal["default", "on", "off"]
ReasoningEffort = Literal["", "low", "medium", "high"]
ReasoningSupport = Literal["none", "always", "switch", "effort"]


class ChatMessage(msgspec.Struct, frozen=True):
    """One turn as the model reads it."""

    role: Role
    content: str


class Sampling(msgspec.Struct, frozen=True):
    """llama.cpp's sampler settings, by its own names.

    `temperature` 0 is greedy; `seed` None draws one. An answer ends before the first of the `stop`
    strings. `grammar` is GBNF; with a `json_schema` (JSON text) that counts instead.
    """

    temperature: float = 0.7
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    seed: int | None = None
    repeat_last_n: int = 64
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    stop: tuple[str, ...] = ()
    grammar: str = ""
    json_schema: str = ""


class Reasoning(msgspec.Struct, frozen=True):
    """What the person wants of a model that can think first. `effort` "" leaves it to the model."""

    mode: ReasoningMode = "default"
    effort: ReasoningEffort = ""


class ModelFacts(msgspec.Struct, frozen=True):
    """What the engine says of the model it loaded.

    `recommended` is the sampling its file asks for, None where it says nothing. `reasoning` is what
    its chat template knows of thinking: "always" can't be turned off, "effort" has levels.
    """

    name: str
    architecture: str
    parameters: int
    file_bytes: int
    n_ctx_train: int
    n_layer: int
    expert_count: int
    expert_used_count: int
    recommended: Sampling | None = None
    reasoning: ReasoningSupport = "none"


class DeviceMemory(msgspec.Struct, frozen=True):
    """Engine buffers on one device, by what they hold, as llama.cpp logged them."""

    name: str
    is_host: bool
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int


class MemoryUse(msgspec.Struct, frozen=True):
    """Engine memory over all devices, and the worker process's resident set."""

    devices: tuple[DeviceMemory, ...]
    rss_bytes: int

    @property
    def weights_bytes(self) -> int:
        return sum(device.weights_bytes for device in self.devices)

    @property
    def kv_bytes(self) -> int:
        return sum(device.kv_bytes for device in self.devices)

    @property
    def compute_bytes(self) -> int:
        return sum(device.compute_bytes for device in self.devices)


class Energy(msgspec.Struct, frozen=True):
    """Energy of one answer. `source` says whether a counter was read or the figure is a guess.

    Of a guess, counters may still have read a part: `measured_joules`.
    """

    joules: float
    source: EnergySource
    note: str
    measured_joules: float = 0.0

    @property
    def estimated_joules(self) -> float:
        """What of `joules` is a guess."""
        return 0.0 if self.source == "measured" else self.joules - self.measured_joules


class GenerationStats(msgspec.Struct, frozen=True):
    """What one answer took.

    decode = (completion_tokens - 1) / (t_last - t_first), reasoning included, prompt excluded;
    prompt counts only the tokens that were evaluated; TTFT = first token - send. A rate is None
    when too little happened to state one (a single token has no decode speed). `reasoning_tokens`
    are those of `completion_tokens` that were thought, in `reasoning_s`.
    """

    finish_reason: FinishReason
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    ttft_s: float | None
    prompt_tokens_per_s: float | None
    decode_tokens_per_s: float | None
    elapsed_s: float
    n_threads: int
    context_used: int
    dropped_turns: int
    energy: Energy
    memory: MemoryUse
    reasoning_tokens: int = 0
    reasoning_s: float = 0.0


class ExpertUse(msgspec.Struct, frozen=True):
    """How often the router picked each expert while `tokens` tokens passed through.

    `counts` are little-endian uint32, one row of `n_experts` for each of `layers`, the model's own
    layer numbers. `repeated` of all picks fell on an expert that the token before had picked in the
    same layer; `comparable` picks had a token before them. Tokens of the prompt count too.
    """

    layers: tuple[int, ...]
    n_experts: int
    n_used: int
    tokens: int
    counts: bytes
    repeated: int = 0
    comparable: int = 0
