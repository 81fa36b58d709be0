"""Plan views of real shapes on made-up machines, for tests and for the gallery."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from app.local_models import LocalModel
from app.plan_state import ActualLoad, Choices, PlanView, TuneRow, TuneView
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.errors import Problem
from runtime.gguf.split_files import read_model
from runtime.placement.calibration import Calibration
from runtime.placement.compute_buffers import estimated_buffers
from runtime.placement.fit_rule import fit_plan
from runtime.placement.hardware import Gpu, Hardware, Host
from runtime.placement.memory import ComputeBuffers
from runtime.placement.model_layout import ModelLayout, model_layout
from runtime.placement.objective import OBJECTIVES
from runtime.placement.plan import Plan, Situation, make_plan
from runtime.placement.residence import Residence
from runtime.placement.search import Wishes, best_plan, with_expert_layers
from runtime.protocol.placement import Placement

GIB = 1 << 30
# Wed 11 November 2026, 21:06 UTC.
TUNED_AT_S = 1_794_431_160.0
NOT_FITTING = Problem(
    "load_refused", "The plan did not fit", "The GPU had no room for its weights", ""
)
QUANTISED_CACHE = "The KV cache is kept as q8_0, which may change answers a little."
UNREADABLE = Problem(
    "model_unreadable",
    "The file is not a GGUF model",
    "qwen3-30b-a3b.gguf: it ends before its tensors do",
    "Download it again: the copy is damaged.",
)


def gpu(label: str = "RTX 4070 12 GB", gib: float = 12.0, index: int = 0) -> Gpu:
    total = int(gib * GIB)
    return Gpu(f"CUDA{index}", label, total, total - int(0.9 * GIB), 450e9, 60e12, 24e9)


def host(gib: float = 31.2, used_gib: float = 9.4) -> Host:
    return Host(
        int(gib * GIB), int((gib - used_gib) * GIB), 8, 60e9, 60e9, 3e9, frozenset({"AVX2"})
    )


DESKTOP = Hardware((gpu(),), host())
CPU_ONLY = Hardware((), host())
TWO_GPUS = Hardware((gpu("RTX 3090 24 GB", 24.0), gpu("RTX 3090 24 GB", 24.0, 1)), host(62.7, 11.0))
# Not even the smallest part of a large model finds room.
TINY = Hardware((), host(7.7, 3.0))


@cache
def layout_of(name: str, mix: str = "Q4_K_M", n_layer: int | None = None) -> ModelLayout:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.gguf"
        write_header(SPECS[name], mix, path, n_layer)
        return model_layout(read_model(path))


def model_of(layout: ModelLayout, name: str) -> LocalModel:
    shape = layout.shape
    return LocalModel(
        id=f"{name}-q4_k_m",
        name=shape.name,
        path=Path(f"/home/ada/.local/share/coterie/models/{name}-q4_k_m.gguf"),
        architecture=shape.architecture,
        quantisation=shape.quantisation,
        file_bytes=layout.file_bytes,
        parameters_total=shape.parameters_total,
        parameters_active=shape.parameters_active,
        expert_count=shape.expert_count,
        expert_used_count=shape.expert_used_count,
        n_ctx_train=shape.n_ctx_train,
    )


def situation(layout: ModelLayout, hardware: Hardware, objective: str = "chat") -> Situation:
    compute = partial(_estimated, layout, hardware)
    calibration = Calibration(decode_spread=0.12, prompt_spread=0.18)
    return Situation(layout, hardware, OBJECTIVES[objective], calibration, compute)


def _estimated(
    layout: ModelLayout, hardware: Hardware, placement: Placement, where: Residence
) -> ComputeBuffers:
    return estimated_buffers(layout, placement, where, hardware)


@cache
def suggested(layout: ModelLayout, hardware: Hardware, n_ctx: int = 16_384) -> Plan:
    return best_plan(situation(layout, hardware), Wishes(n_ctx=n_ctx))


@cache
def least(layout: ModelLayout, hardware: Hardware, placement: Placement) -> int | None:
    found = situation(layout, hardware)
    for count in range(len(layout.expert_layers) + 1):
        if make_plan(found, with_expert_layers(found, placement, count)).fits:
            return count
    return None


def view(
    name: str = "qwen3-30b-a3b",
    hardware: Hardware = DESKTOP,
    n_ctx: int = 16_384,
    n_layer: int | None = None,
    **changes: object,
) -> PlanView:
    """The suggested plan; `changes` replace fields."""
    layout = layout_of(name, n_layer=n_layer)
    plan = suggested(layout, hardware, n_ctx)
    model = model_of(layout, name)
    command = f"llama-cli -m {model.path.name} -c {n_ctx} -ngl {plan.placement.n_gpu_layers}"
    found = PlanView(
        model=model,
        phase="ready",
        choices=Choices(n_ctx),
        layout=layout,
        plan=plan,
        suggested=plan,
        least_expert_layers=least(layout, hardware, plan.placement),
        load_s=layout.file_bytes / 2.4e9,
        command=command,
        notes=() if plan.placement.kv_type == "f16" else (QUANTISED_CACHE,),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def with_experts(found: PlanView, count: int, hardware: Hardware = DESKTOP) -> PlanView:
    """After the person chose `count` expert layers on the CPU."""
    assert found.layout is not None
    assert found.plan is not None
    made = situation(found.layout, hardware)
    placement = with_expert_layers(made, found.plan.placement, count)
    choices = replace(found.choices, expert_layers_on_cpu=count)
    return replace(found, plan=make_plan(made, placement), choices=choices)


def short(count: int = 18) -> PlanView:
    return with_experts(view(), count)


def on_cpu() -> PlanView:
    return view(hardware=CPU_ONLY)


def dense_on_two() -> PlanView:
    return view("llama-3.1-70b", TWO_GPUS, 8_192)


def from_disk() -> PlanView:
    return view("deepseek-v3", DESKTOP)


def reading() -> PlanView:
    return PlanView(view().model)


def failed() -> PlanView:
    return PlanView(view().model, phase="failed", problem=UNREADABLE)


def loaded() -> PlanView:
    """After loading: what each device really gave."""
    found = view()
    assert found.plan is not None
    gpu_use, host_use = found.plan.devices
    actual = (
        (gpu_use.name, gpu_use.used_bytes, gpu_use.used_bytes + GIB // 8),
        (host_use.name, host_use.used_bytes, host_use.used_bytes - GIB // 4),
    )
    row = TuneRow(found.plan, 2_060.0, 58.9)
    return replace(found, actual=ActualLoad(found.plan, actual), measured=row)


def tuned() -> PlanView:
    """Done, with the fastest kept, one that did not fit and llama.cpp's own."""
    found = view()
    assert found.layout is not None
    assert found.plan is not None
    made = situation(found.layout, DESKTOP)
    own = fit_plan(made, 16_384, 8)
    kept = TuneRow(found.plan, 2_060.0, 58.9, kept=True)
    rows = (
        TuneRow(_tried(found, 27), 1_930.0, 55.2),
        TuneRow(_tried(found, 25), 1_980.0, 57.1),
        kept,
        TuneRow(_tried(found, 25, 16), 1_910.0, 54.0),
        TuneRow(_tried(found, 22), problem=NOT_FITTING),
        TuneRow(own, 1_520.0, 51.8, label="llama.cpp's own fit"),
    )
    tune = TuneView("done", rows, 60.0, TUNED_AT_S)
    return replace(found, tune=tune, measured=kept)


def tuning() -> PlanView:
    done = tuned()
    third = replace(done.tune.rows[2], prompt_tokens_per_s=None, decode_tokens_per_s=None)
    rows = (*done.tune.rows[:2], replace(third, kept=False))
    return replace(done, measured=None, tune=TuneView("running", rows))


def _tried(found: PlanView, count: int, n_threads: int = 8) -> Plan:
    import msgspec

    plan = with_experts(found, count).plan
    assert plan is not None
    return replace(plan, placement=msgspec.structs.replace(plan.placement, n_threads=n_threads))


VIEWS = {
    "fits": view,
    "short": short,
    "disk": from_disk,
    "cpu": on_cpu,
    "dense": dense_on_two,
    "tuning": tuning,
    "tuned": tuned,
    "loaded": loaded,
    "reading": reading,
    "failed": failed,
}
