"""The commands a worker takes and the events it gives, as tagged msgspec structs."""

from __future__ import annotations

import msgspec

from runtime.errors import Problem
from runtime.protocol.messages import (
    ChatMessage,
    ExpertUse,
    GenerationStats,
    MemoryUse,
    ModelFacts,
    Reasoning,
    Sampling,
)
from runtime.protocol.placement import Placement

PROTOCOL_VERSION = 5
USUAL_GATHER_S = 0.04
MAX_FRAME_BYTES = 1 << 20


class Load(msgspec.Struct, frozen=True, tag="load"):
    """Load a model file. `n_ctx` 0 and `n_threads` 0 leave the choice to the worker.

    With a `placement` its own context counts; `use_extra_bufts` False still forbids repacking.
    `rpc_servers` ("HOST:PORT") are further devices. With `capture_experts` the router's picks are
    counted, which slows every token (`ExpertsPicked`).
    """

    request_id: int
    path: str
    n_ctx: int = 0
    n_threads: int = 0
    use_extra_bufts: bool = True
    placement: Placement | None = None
    rpc_servers: tuple[str, ...] = ()
    capture_experts: bool = False


class Generate(msgspec.Struct, frozen=True, tag="generate"):
    """Answer `messages`. `sent_at_s` is the sender's time.monotonic(), one clock on one machine.

    A last message of role assistant is continued rather than answered. `max_tokens` 0 means "until
    the model or the context ends". `drop_oldest` is the user's consent to leave out the oldest
    turns when the conversation no longer fits. `state_path` is a file of `SaveState`: it is read
    where it holds more of this prompt than the KV cache does; one that is gone or of another model
    costs nothing.
    """

    request_id: int
    messages: tuple[ChatMessage, ...]
    sampling: Sampling
    sent_at_s: float
    max_tokens: int = 0
    drop_oldest: bool = False
    reasoning: Reasoning = Reasoning()
    state_path: str = ""


class Measure(msgspec.Struct, frozen=True, tag="measure"):
    """Read a made-up prompt of `prompt_tokens`, then decode `decode_tokens` one by one.

    What the KV cache held is gone afterwards.
    """

    request_id: int
    prompt_tokens: int
    decode_tokens: int


class CountTokens(msgspec.Struct, frozen=True, tag="count_tokens"):
    """How many tokens each of `texts` has, without a template around it."""

    request_id: int
    texts: tuple[str, ...]


class SaveState(msgspec.Struct, frozen=True, tag="save_state"):
    """Write what the KV cache holds to `path`, whole or not at all; an empty one writes nothing."""

    request_id: int
    path: str


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """Stop the load or the answer `request_id`, if it is still running."""

    request_id: int


class Pace(msgspec.Struct, frozen=True, tag="pace"):
    """Gather the text of answers for `gather_s` at least, from now on: each frame wakes both sides.
    Taken while an answer runs, too.
    """

    gather_s: float


class Shutdown(msgspec.Struct, frozen=True, tag="shutdown"):
    """End the worker."""


Command = Load | Generate | Measure | CountTokens | SaveState | Cancel | Pace | Shutdown


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """First event of a worker."""

    protocol_version: int
    pid: int


class LoadProgress(msgspec.Struct, frozen=True, tag="load_progress"):
    """`fraction` of the weights read, 0 to 1."""

    request_id: int
    fraction: float


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """The model is ready. `notices` are things a person should know (a missing chat template)."""

    request_id: int
    model: ModelFacts
    memory: MemoryUse
    n_ctx: int
    n_threads: int
    engine: str
    notices: tuple[Problem, ...] = ()


class Proven(msgspec.Struct, frozen=True, tag="proven"):
    """The first decode of this load came back: the engine build works on this machine."""

    request_id: int


class PromptProgress(msgspec.Struct, frozen=True, tag="prompt_progress"):
    """Prompt tokens read so far in `elapsed_s`; `cached_tokens` were already in the KV cache."""

    request_id: int
    evaluated_tokens: int
    cached_tokens: int
    prompt_tokens: int
    elapsed_s: float = 0.0


class Text(msgspec.Struct, frozen=True, tag="text"):
    """More of the answer: whole characters only, and how many tokens have come so far.

    `reasoning` is more of what the model thinks before or between; both may come in one frame.
    `text` may be empty while a character is still split over tokens. `tokens_per_s` is the live
    decode speed over the last seconds, None until there are two tokens.
    """

    request_id: int
    text: str
    completion_tokens: int
    tokens_per_s: float | None
    n_threads: int
    reasoning: str = ""


class ExpertsPicked(msgspec.Struct, frozen=True, tag="experts_picked"):
    """The picks of this answer so far, twice a second at most, and whole before `Finished`."""

    request_id: int
    use: ExpertUse


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """The answer is complete, for the reason in `stats`."""

    request_id: int
    stats: GenerationStats


class Measured(msgspec.Struct, frozen=True, tag="measured"):
    """How long that took. Free memory is that of each GPU in ggml's order, after the run."""

    request_id: int
    prompt_tokens: int
    prompt_s: float
    decode_tokens: int
    decode_s: float
    gpu_free_bytes: tuple[int, ...]
    n_threads: int


class TokenCounts(msgspec.Struct, frozen=True, tag="token_counts"):
    """Answers `CountTokens`, in the order of its texts."""

    request_id: int
    counts: tuple[int, ...]


class StateSaved(msgspec.Struct, frozen=True, tag="state_saved"):
    """Answers `SaveState`; `n_tokens` 0 says that nothing was written."""

    request_id: int
    n_tokens: int
    file_bytes: int


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The load or the answer `request_id` ended without its result."""

    request_id: int
    problem: Problem


Event = (
    Hello
    | LoadProgress
    | Loaded
    | Proven
    | PromptProgress
    | Text
    | ExpertsPicked
    | Finished
    | Measured
    | TokenCounts
    | StateSaved
    | Failed
)
