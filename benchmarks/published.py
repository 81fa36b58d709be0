"""`python -m benchmarks.published`: speeds predicted without any run, beside published ones."""

from __future__ import annotations

import math
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Literal

from benchmarks import assumed_machines as machines
from benchmarks.assumed_machines import AssumedMachine
from benchmarks.figure import rounded
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.gguf.reader import read_header
from runtime.placement.calibration import Calibration
from runtime.placement.compute_buffers import estimated_buffers
from runtime.placement.model_layout import ModelLayout, model_layout
from runtime.placement.objective import Objective
from runtime.placement.plan import Plan, Situation, fits, make_plan
from runtime.placement.search import with_expert_layers, with_layers
from runtime.protocol.placement import LoadMode, Placement

MEDIAN_WITHIN = 0.25
WORST_FACTOR = 2.0
DEFAULT_UBATCH = 512
ANSWER_TOKENS = 128  # llama-bench's tg128

Range = tuple[float, float]
# How many layers' experts the host keeps; or all on the GPU, nothing on it, as few expert layers
# on the host as fit, or whole layers on the GPU as many as fit, which is what Ollama does.
Where = int | Literal["gpu", "cpu", "all experts", "fewest", "whole layers"]


@dataclass(frozen=True)
class Published:
    """Figures that somebody published, in tokens/s; a single value is a range of no width.

    `prompt_tokens` were read, `note` says what is doubtful. What does not count is the figure of
    another engine.
    """

    model: str
    mix: str
    machine: AssumedMachine
    where: Where
    decode: Range | None = None
    prompt: Range | None = None
    n_ubatch: int = DEFAULT_UBATCH
    prompt_tokens: int = 512
    load_mode: LoadMode = "mmap"
    note: str = ""
    counts: bool = True


@dataclass(frozen=True)
class PublishedRow:
    """One published figure beside its prediction; `published` is the middle of `low` and `high`."""

    case: Published
    kind: Literal["prompt", "decode"]
    low: float
    high: float
    predicted: float
    plan: Plan

    @property
    def published(self) -> float:
        return math.sqrt(self.low * self.high)

    @property
    def ratio(self) -> float:
        return self.predicted / self.published

    @property
    def factor(self) -> float:
        """How far off either way; 1 is exact."""
        return max(self.ratio, 1 / self.ratio)


def _one(value: float) -> Range:
    return value, value


# shared/FACTS.md, "Published figures to hold predictions against", in its order. Of gpt-oss-120b's
# runs, the layers and prompts are in a copy of the source ("Drastically improve prompt processing
# speed for --n-cpu-moe partially offloaded models"), of the RTX 2080's in AlexsJones/llmfit#755, of
# the RTX 4070's in dev.to/kenimo49 and of DeepSeek's in KTransformers' tutorial.
_UBATCHES = ((256, 25, 240), (512, 26, 380), (2048, 25, 1113), (4096, 26, 1682), (8192, 28, 2091))
_OSS_DECODE = {512: 32.0, 8192: 30.0}
CASES = (
    Published(
        *("qwen3-30b-a3b", "IQ4_XS", machines.RTX_4080, 14),
        decode=_one(68.7),
        prompt=(872, 1025),
    ),
    Published(
        *("qwen3-30b-a3b", "IQ4_XS", machines.RYZEN_7950X, "cpu"),
        decode=_one(25.3),
        prompt=_one(142),
    ),
    Published("qwen3-30b-a3b", "Q4_K_M", machines.RTX_2080, 36, decode=_one(36.7)),
    Published(
        *("qwen3-30b-a3b", "Q4_K_M", machines.RTX_4070_TI, "fewest"),
        decode=_one(33.7),
        note="placement not said; 33.7 is also the RTX 2080's mean with its prompt",
    ),
    Published("qwen3-30b-a3b", "Q4_K_M", machines.RTX_4090, "gpu", decode=_one(196)),
    Published(
        *("qwen3-30b-a3b", "Q4_K_M", machines.RTX_3090_TI, "gpu"),
        decode=_one(167),
        prompt_tokens=4096,
    ),
    Published(
        *("qwen3.6-35b-a3b", "Q4_K_M", machines.RTX_3060, "all experts"),
        decode=_one(42.3),
        prompt=_one(431),
    ),
    Published(
        *("glm-4.7-flash", "Q4_K_M", machines.RTX_3060, "all experts"),
        decode=_one(32.1),
        prompt=_one(410),
    ),
    Published(
        *("qwen3.5-35b-a3b", "Q4_K_M", machines.RTX_4070, "whole layers"),
        decode=_one(12.2),
        note="Ollama's own engine, 5 times slower than llama.cpp even where this model fits "
        "(ollama/ollama#14579)",
        counts=False,
    ),
    Published("qwen3.5-35b-a3b", "Q4_K_M", machines.RTX_4070, "all experts", decode=_one(34.6)),
    Published("gpt-oss-20b", "MXFP4", machines.RTX_3060, 2, decode=_one(64)),
    Published("gpt-oss-20b", "MXFP4", machines.RTX_4090, "gpu", decode=_one(225)),
    *(
        Published(
            *("gpt-oss-120b", "MXFP4", machines.RTX_3090, layers),
            decode=_one(_OSS_DECODE[n_ubatch]) if n_ubatch in _OSS_DECODE else None,
            prompt=_one(prompt),
            n_ubatch=n_ubatch,
            prompt_tokens=max(4096, n_ubatch),
            load_mode="none",
        )
        for n_ubatch, layers, prompt in _UBATCHES
    ),
    Published(
        *("deepseek-v3", "Q4_K_M", machines.TWO_XEONS, "cpu"),
        decode=_one(4.5),
        note="February 2025, before compressed attention; no GPU was used",
    ),
    Published(
        *("deepseek-v3", "Q4_K_M", machines.ONE_XEON, "all experts"),
        decode=(8.7, 13.7),
        note="KTransformers, another engine; 13.7 with two sockets and 6 experts",
        counts=False,
    ),
)


def rows() -> list[PublishedRow]:
    """Every published figure with its prediction."""
    with tempfile.TemporaryDirectory(prefix="coterie-published-") as folder:
        layout_of = cache(partial(_layout, Path(folder)))
        return [row for case in CASES for row in _rows(case, layout_of(case.model, case.mix))]


def _rows(case: Published, layout: ModelLayout) -> Iterator[PublishedRow]:
    plan = _plan(case, layout)
    if case.prompt:
        yield PublishedRow(case, "prompt", *case.prompt, plan.speed.prompt_tokens_per_s, plan)
    if case.decode:
        yield PublishedRow(case, "decode", *case.decode, plan.speed.decode_tokens_per_s, plan)


def _layout(folder: Path, model: str, mix: str) -> ModelLayout:
    path = folder / f"{model}-{mix}.gguf"
    write_header(SPECS[model], mix, path)
    return model_layout(read_header(path))


def _plan(case: Published, layout: ModelLayout) -> Plan:
    hardware = case.machine.hardware
    situation = Situation(
        layout,
        hardware,
        Objective("published", case.prompt_tokens, ANSWER_TOKENS),
        Calibration(),
        lambda placement, where: estimated_buffers(layout, placement, where, hardware),
    )
    base = Placement(
        n_ctx=max(4096, case.prompt_tokens + ANSWER_TOKENS),
        n_batch=max(2048, case.n_ubatch),
        n_ubatch=case.n_ubatch,
        n_threads=hardware.host.cores,
        load_mode=case.load_mode,
    )
    return make_plan(situation, _placed(situation, base, case.where))


def _placed(situation: Situation, base: Placement, where: Where) -> Placement:
    layout = situation.layout
    n_experts, n_all = len(layout.expert_layers), layout.n_layer + 1
    match where:
        case "cpu":
            return base
        case "gpu":
            return with_layers(situation, base, n_all)
        case "all experts":
            return with_expert_layers(situation, base, n_experts)
        case "fewest":
            tried = (with_expert_layers(situation, base, n) for n in range(n_experts + 1))
            return next(placement for placement in tried if fits(situation, placement))
        case "whole layers":
            tried = (with_layers(situation, base, n) for n in range(n_all, -1, -1))
            return next(placement for placement in tried if fits(situation, placement))
    return with_expert_layers(situation, base, where)


def median_off(found: list[PublishedRow]) -> float:
    """The middle distance of a ratio from 1, over what counts."""
    return statistics.median(abs(row.ratio - 1) for row in found if row.case.counts)


def worst(found: list[PublishedRow]) -> PublishedRow:
    """The row that is furthest off, of those that count."""
    return max((row for row in found if row.case.counts), key=lambda row: row.factor)


def table() -> str:
    """The whole table with its verdict, as Markdown."""
    found = rows()
    off, furthest = median_off(found), worst(found)
    lines = "\n".join(_line(row) for row in found)
    median_verdict = "reached" if off <= MEDIAN_WITHIN else "**missed**"
    worst_verdict = "reached" if furthest.factor <= WORST_FACTOR else "**missed**"
    return f"""\
| model | machine | placement | figure | published | predicted | ratio | assumed, or doubtful |
|---|---|---|---|---|---|---|---|
{lines}

- The middle ratio is {100 * off:.0f} % off; the goal is {100 * MEDIAN_WITHIN:.0f} %: \
{median_verdict}.
- The worst is off by a factor of {furthest.factor:.2f} ({furthest.case.model} on \
{furthest.case.machine.name}, {furthest.kind}); the goal is {WORST_FACTOR:g}: {worst_verdict}.
"""


def _line(row: PublishedRow) -> str:
    case = row.case
    doubts = [f"assumed: {case.machine.assumed}"] if case.machine.assumed else []
    doubts += [case.note] if case.note else []
    doubts += [] if case.counts else ["not counted"]
    cells = (
        f"{case.model} {case.mix}",
        case.machine.name,
        _words(row),
        row.kind,
        _number(row.low) if row.low == row.high else f"{_number(row.low)} to {_number(row.high)}",
        _number(row.predicted),
        f"{row.ratio:.2f}",
        "; ".join(doubts),
    )
    return f"| {' | '.join(cells)} |"


def _number(value: float) -> str:
    return f"{rounded(value):g}"


def _words(row: PublishedRow) -> str:
    """Where the layers are, and what of the rest is not the default."""
    placement = row.plan.placement
    away = len(placement.cpu_expert_layers)
    if not placement.n_gpu_layers:
        told = ["all on the CPU"]
    elif row.case.where == "whole layers":
        told = [f"{placement.n_gpu_layers} whole layers on the GPU"]
    else:
        told = [f"{away} expert layers on the CPU" if away else "all on the GPU"]
    if placement.n_ubatch != DEFAULT_UBATCH:
        told.append(f"ubatch {placement.n_ubatch}")
    if placement.load_mode != "mmap":
        told.append("pinned")
    return ", ".join(told)


if __name__ == "__main__":
    print(table())
