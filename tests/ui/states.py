"""Small factories of session states, for tests and for the gallery."""

from __future__ import annotations

from dataclasses import replace
from math import sin
from pathlib import Path

from app.check_view import CheckView
from app.local_models import LocalModel
from app.prices import Price
from app.savings import Usage, savings
from app.session_state import (
    Conversation,
    ConversationSummary,
    EngineState,
    MessageView,
    RunningAnswer,
    SessionState,
    SystemMemory,
)
from app.settings import Settings
from runtime.errors import Problem
from runtime.protocol.messages import (
    DeviceMemory,
    Energy,
    FinishReason,
    GenerationStats,
    MemoryUse,
)

GIB = 1024**3
MIB = 1024**2
# Wed 18 November 2026, 12:00 UTC: far from midnight in most zones.
NOON_S = 1_795_003_200.0
DAY_S = 86_400.0

STARTER = LocalModel(
    id="smollm2-135m-moe",
    name="SmolLM2 135M as 8 experts (starter)",
    path=Path("/home/ada/.local/share/coterie/models/smollm2-135m-moe.gguf"),
    architecture="llama",
    quantisation="Q4_1",
    file_bytes=430 * MIB,
    parameters_total=691_000_000,
    parameters_active=215_000_000,
    expert_count=8,
    expert_used_count=2,
    n_ctx_train=8192,
    note="A 135M model, for trying things out",
)
OLMOE = LocalModel(
    id="olmoe-1b-7b-0924-instruct-q4_k_m",
    name="OLMoE 1B 7B 0924 Instruct",
    path=Path("/home/ada/.local/share/coterie/models/olmoe-1b-7b-0924-instruct-q4_k_m.gguf"),
    architecture="olmoe",
    quantisation="Q4_K_M",
    file_bytes=4_213_000_000,
    parameters_total=6_920_000_000,
    parameters_active=1_280_000_000,
    expert_count=64,
    expert_used_count=8,
    n_ctx_train=4096,
)
DENSE = LocalModel(
    id="qwen3-32b-q4_k_m",
    name="Qwen3 32B",
    path=Path("/home/ada/.local/share/coterie/models/qwen3-32b-q4_k_m.gguf"),
    architecture="qwen3",
    quantisation="Q4_K_M",
    file_bytes=19_762_000_000,
    parameters_total=32_760_000_000,
    parameters_active=32_760_000_000,
    expert_count=0,
    expert_used_count=0,
    n_ctx_train=40_960,
)
MODELS_DIR = str(STARTER.path.parent)

GPT_4O = Price(
    id="openai-gpt-4o",
    name="GPT-4o",
    input_usd_per_million=2.5,
    output_usd_per_million=10.0,
    source="OpenAI price list",
    date="2025-11-01",
    kind="list",
)
O1 = Price(
    id="ainews-o1",
    name="OpenAI o1",
    output_usd_per_million=15.0,
    source="AINews, 2025",
    date="2025",
    kind="published",
    note="The article gives the output price only.",
)
PRICES = (GPT_4O, O1)

MEMORY = MemoryUse(
    devices=(DeviceMemory("CPU", True, 430 * MIB, 180 * MIB, 97 * MIB),), rss_bytes=760 * MIB
)
GPU_MEMORY = MemoryUse(
    devices=(
        DeviceMemory("RTX 4070", False, 9 * GIB, GIB, 400 * MIB),
        DeviceMemory("CPU", True, 8 * GIB, 0, 300 * MIB),
    ),
    rss_bytes=9 * GIB,
)
SYSTEM = SystemMemory(
    total_bytes=32 * GIB, available_bytes=21 * GIB, engine_rss_bytes=MEMORY.rss_bytes
)
ENGINE_CRASHED = Problem(
    "engine_crashed",
    "The engine stopped unexpectedly",
    "It ran into an invalid memory address (segmentation fault)",
    "Restart it. If it stops again, choose a smaller model or a smaller context.",
)
LOG_TAIL = "\n".join(
    [
        "llama_model_loader: loaded meta data with 33 key-value pairs and 273 tensors",
        "load_tensors:   CPU_Mapped model buffer size =   430.11 MiB",
        "llama_context: n_ctx = 8192",
        "ggml_backend_amx_mul_mat: signal 11",
    ]
)
CONTEXT_FULL = Problem(
    "context_full",
    "The context is full",
    "The conversation and this answer fill all 8,192 tokens of it",
    "Continue without the oldest turns, or start a new chat.",
)


def stats(finish_reason: FinishReason = "stop", **changes: object) -> GenerationStats:
    values: dict[str, object] = {
        "finish_reason": finish_reason,
        "prompt_tokens": 1204,
        "cached_tokens": 1011,
        "completion_tokens": 412,
        "ttft_s": 0.62,
        "prompt_tokens_per_s": 331.0,
        "decode_tokens_per_s": 41.8,
        "elapsed_s": 10.5,
        "n_threads": 2,
        "context_used": 1616,
        "dropped_turns": 0,
        "energy": Energy(1402.0, "estimated", "65 W while both cores work"),
        "memory": MEMORY,
    }
    return GenerationStats(**(values | changes))  # type: ignore[arg-type]


def user(message_id: int, text: str) -> MessageView:
    return MessageView(message_id, "user", text)


def answer(message_id: int, text: str, **changes: object) -> MessageView:
    view = MessageView(message_id, "assistant", text, model_id=STARTER.id, stats=stats())
    return replace(view, **changes)  # type: ignore[arg-type]


def speeds(count: int = 40) -> tuple[tuple[float, float], ...]:
    """A curve of 0.25 s steps around 41 tokens/s."""
    return tuple((0.25 * n, 41 + 2.4 * sin(n / 2.1) + 1.3 * sin(n * 1.7)) for n in range(count))


def chats(now_s: float = NOON_S) -> tuple[ConversationSummary, ...]:
    return (
        ConversationSummary(1, "Why MoE models fit small GPUs", now_s - 60),
        ConversationSummary(2, "Rust borrow checker question", now_s - 7_000),
        ConversationSummary(3, "Reply to the landlord", now_s - DAY_S),
        ConversationSummary(
            4, "Four days in Lisbon with two children and one rainy day", now_s - DAY_S
        ),
        ConversationSummary(5, "Regex for invoice numbers", now_s - 4 * DAY_S),
        ConversationSummary(6, "Kalman filters, step by step", now_s - 40 * DAY_S),
    )


def engine(**changes: object) -> EngineState:
    ready = EngineState(phase="ready", memory=MEMORY, n_ctx=8192, n_threads=2, pid=4711)
    return replace(ready, **changes)  # type: ignore[arg-type]


def state(**changes: object) -> SessionState:
    """Idle in a new chat, with the starter loaded; `changes` replace fields."""
    base = SessionState(
        settings=Settings(model_id=STARTER.id, reference_price=GPT_4O.id, first_run_done=True),
        models=(STARTER,),
        models_dir=MODELS_DIR,
        model=STARTER,
        engine=engine(),
        system_memory=SYSTEM,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def talk(*messages: MessageView, **changes: object) -> SessionState:
    """A state whose open chat holds `messages`."""
    spent = savings(GPT_4O, Usage.of(m.stats for m in messages if m.stats is not None), 0.30)
    values: dict[str, object] = {
        "conversation": Conversation(1, "Why MoE models fit small GPUs", messages),
        "conversations": chats(),
        "savings": spent if any(m.stats for m in messages) else None,
        "context_used": 1616,
        "last_speeds": speeds(),
    }
    return state(**(values | changes))


def running(text: str = "", **changes: object) -> RunningAnswer:
    """An answer that streams."""
    value = RunningAnswer(
        "streaming",
        text,
        prompt_tokens=1204,
        cached_tokens=1011,
        evaluated_tokens=193,
        completion_tokens=118,
        tokens_per_s=41.8,
        prompt_tokens_per_s=331.0,
        ttft_s=0.62,
        n_threads=2,
        speeds=speeds(20),
    )
    return replace(value, **changes)  # type: ignore[arg-type]


CHECKS = (
    CheckView("Processor", "ok", "AMD Ryzen 7 7700\n8 cores, AVX2, AVX-512"),
    CheckView("Memory", "ok", "31.2 GiB\n21.8 GiB free"),
    CheckView("Graphics", "info", "None found\nModels run on the processor"),
    CheckView(
        "Engine",
        "problem",
        "Built without AVX2",
        "Run the set-up again (make run): answers come about three times faster with it.",
    ),
    CheckView("Disk", "ok", "412 GiB free"),
)
