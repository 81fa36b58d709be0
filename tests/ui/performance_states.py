"""Views of the dashboard's Performance tab with made-up numbers, for tests and for the gallery."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import datetime
from functools import cache
from random import Random

from app.dashboard.card_values import CardValues
from app.dashboard.state import (
    AnswerSpeed,
    DashboardView,
    DayAmount,
    DeviceMap,
    EnergyView,
    ExpertsView,
    Explained,
    MemoryClass,
    MemoryMap,
    MemoryPart,
    MemoryWarning,
    SpeedHistory,
    SpeedMark,
    SpeedPoint,
)
from runtime.errors import Problem
from runtime.protocol.messages import ExpertUse

GIB = 1024**3
DAY_S = 86_400
# Noon of 16 November 2026, where the test runs.
NOW_S = datetime(2026, 11, 16, 12).astimezone().timestamp()
MIDNIGHT_S = datetime(2026, 11, 16).astimezone().timestamp()
EXPLAINED = Explained(
    "Decode speed",
    "Answer tokens after the first, divided by the time from the first to the last.",
    (("Answer tokens", "1,896"), ("First to last token", "45.4 s")),
    ("Measured by the worker while it answered.",),
)
MODELS = (("qwen", "Qwen3-30B-A3B Q4_K_M"), ("olmoe", "OLMoE-1B-7B Q4_K_M"))
SPILL = MemoryWarning(
    Problem(
        "gpu_short",
        "GPU memory is about to spill",
        "Other programs took 1.2 GiB more; 0.2 GiB of RTX 4070 are free.",
        "Move the experts of two more layers to RAM: about 1 tok/s slower.",
    ),
    "relieve_gpu",
    "Move two layers",
)
SWAP = MemoryWarning(
    Problem(
        "swap",
        "Swap is in use",
        "0.8 GiB of this program's memory are on disk, so answers wait for it.",
        "Close other programs, or keep a smaller context.",
    ),
    "smaller_context",
    "Halve the context",
)
THROTTLED = MemoryWarning(
    Problem("throttled", "The GPU slows down to stay cool", "It runs at 84 \u00b0C.", "")
)


@cache
def history() -> SpeedHistory:
    """The design's: thirty runs, tuned after eleven, two outside their band."""
    random = Random(3)
    points = []
    for index in range(30):
        low, high = (31.0, 37.0) if index < 11 else (37.0, 45.0)
        speed, cause = random.uniform(low + 1, high - 1), ""
        if index == 6:
            speed, cause = 30.1, "32k context"
        if index == 20:
            speed, cause = 34.9, "video call was using the GPU"
        at_s = NOW_S - (29 - index) * 13 / 29 * DAY_S
        points.append(SpeedPoint(index + 1, at_s, speed, 1500 + 90 * index, (low, high), cause))
    points[-1] = replace(points[-1], tokens_per_s=41.8)
    marks = (SpeedMark(11, "tuned, 11 Nov"),)
    return SpeedHistory("Qwen3-30B-A3B", tuple(points), marks, 28, 30, EXPLAINED)


def answer(*, live: bool = False) -> AnswerSpeed:
    random = Random(5)
    samples = tuple((t / 4, 41.8 + random.uniform(-2, 1.5)) for t in range(180))
    return AnswerSpeed(
        is_live=live,
        decode_tokens_per_s=41.8,
        prompt_tokens_per_s=412.0,
        end_to_end_tokens_per_s=39.6,
        ttft_s=0.62,
        cached_tokens=1204,
        predicted=(37.0, 45.0),
        samples=samples,
        context_used=3174,
    )


@cache
def expert_use(
    layers: int = 48, n_experts: int = 128, n_used: int = 8, tokens: int = 212_480
) -> ExpertUse:
    """A few experts carry more than others; some are never picked."""
    random = Random(7)
    rows: array[int] = array("I")
    for _ in range(layers):
        weights = [random.expovariate(1.0) ** 1.3 for _ in range(n_experts)]
        scale = tokens * n_used / sum(weights)
        rows.extend(int(weight * scale) if weight > 0.01 else 0 for weight in weights)
    picks = sum(rows)
    numbers = tuple(range(layers))
    return ExpertUse(numbers, n_experts, n_used, tokens, rows.tobytes(), picks // 3, picks)


def experts() -> ExpertsView:
    return ExpertsView(
        enabled=True,
        use=expert_use(tokens=1896),
        summed=expert_use(),
        cost_percent=3.6,
        places=((0, 22, "in RAM"), (23, 47, "on the GPU")),
    )


def parts(
    actual: dict[MemoryClass, float], planned: dict[MemoryClass, float] | None = None
) -> tuple[MemoryPart, ...]:
    """Sizes in GiB."""
    return tuple(
        MemoryPart(
            name,
            int(size * GIB),
            None if planned is None else int(planned.get(name, 0) * GIB),
        )
        for name, size in actual.items()
    )


def memory(*warnings: MemoryWarning) -> MemoryMap:
    gpu = DeviceMap(
        "RTX 4070 12 GB",
        "gpu",
        12 * GIB,
        parts(
            {"dense": 0.8, "routed": 8.5, "kv": 0.8, "compute": 0.4, "other": 0.9, "free": 0.6},
            {"dense": 0.8, "routed": 8.4, "kv": 0.8, "compute": 0.5, "other": 0.7, "free": 0.8},
        ),
        ("Layers 0 to 22: attention, KV cache.", "Layers 23 to 47: attention, experts, KV cache."),
    )
    ram = DeviceMap(
        "RAM 32 GB",
        "ram",
        int(31.2 * GIB),
        parts(
            {"dense": 0.2, "routed": 7.8, "compute": 0.3, "other": 9.4, "free": 13.5},
            {"dense": 0.2, "routed": 7.8, "compute": 0.3, "other": 9.0, "free": 13.9},
        ),
        ("Layers 0 to 22: experts.",),
    )
    return MemoryMap((gpu, ram), warnings, EXPLAINED)


def large_memory() -> MemoryMap:
    """Two GPUs, much RAM, and a part of the file that is on disk."""
    first, second = (
        DeviceMap(
            f"RTX 3090 24 GB ({number})",
            "gpu",
            24 * GIB,
            parts({"dense": 4.0, "shared": 1.2, "routed": 12.0, "kv": 3.0, "free": 3.8}),
        )
        for number in (1, 2)
    )
    ram = DeviceMap(
        "RAM 128 GB", "ram", 126 * GIB, parts({"routed": 96.0, "other": 12.0, "free": 18.0})
    )
    disk = DeviceMap("Samsung SSD 990 PRO 2TB", "disk", 62 * GIB, parts({"routed": 62.0}))
    return MemoryMap((first, second, ram, disk))


def energy() -> EnergyView:
    amounts = (18, 26, 7, 34, 36, 43, 29, 10, 39, 44, 48, 32, 31, 22, 0, 29)
    first_s = MIDNIGHT_S - (len(amounts) - 1) * DAY_S
    days = tuple(DayAmount(first_s + i * DAY_S, a / 1000) for i, a in enumerate(amounts))
    return EnergyView(
        power_w=143.0,
        joules_per_token=3.4,
        kwh_per_million_tokens=0.94,
        today_kwh=0.029,
        today_usd=0.009,
        month_kwh=0.70,
        month_co2_kg=0.27,
        by_day=days,
        source="GPU: its energy counter. Processor: its package counter.",
        explained=EXPLAINED,
    )


def view() -> DashboardView:
    return DashboardView(
        now_s=NOW_S,
        runs=30,
        model_label=MODELS[0][1],
        model_id=MODELS[0][0],
        models=MODELS,
        card=CardValues("Qwen3-30B-A3B", "Q4_K_M", "RTX 4070 12 GB, 32 GB RAM", NOW_S, 1896, 41.8),
        speed=history(),
        answer=answer(),
        memory=memory(),
        experts=experts(),
        energy=energy(),
    )


def unmeasured() -> DashboardView:
    """No counter of energy, nothing counted, nothing predicted."""
    source = (
        "Not measured: this system does not let programs read the processor's energy counter."
        " To enable it: sudo chmod o+r /sys/class/powercap/intel-rapl:0/energy_uj"
    )
    points = tuple(replace(point, predicted=None, cause="") for point in history().points[:3])
    return replace(
        view(),
        runs=3,
        speed=SpeedHistory("Starter", points),
        answer=AnswerSpeed(decode_tokens_per_s=58.0, context_used=512),
        experts=ExpertsView(),
        energy=EnergyView(source=source),
        memory=MemoryMap(),
    )


def slower() -> DashboardView:
    """An update made it slower; warnings stand above; nothing fits in small cells."""
    marks = (*history().marks, SpeedMark(24, "engine 0.3.37: 12 % slower", is_slower=True))
    return replace(
        view(),
        speed=replace(history(), marks=marks),
        answer=answer(live=True),
        memory=replace(large_memory(), warnings=(SPILL, SWAP, THROTTLED)),
        experts=ExpertsView(enabled=True, cost_percent=3.6),
    )


VIEWS = {
    "full": view,
    "empty": lambda: DashboardView(now_s=NOW_S),
    "unmeasured": unmeasured,
    "warnings": slower,
}
