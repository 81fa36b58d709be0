"""The models and computers that people ask about, from headers of their true shapes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.planner import Planner
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.gguf.split_files import read_model
from runtime.placement.calibration import Calibration
from runtime.placement.hardware import Gpu, Hardware
from runtime.placement.model_layout import ModelLayout, model_layout
from runtime.placement.plan import GPU_MARGIN_BYTES, HOST_MARGIN_BYTES, Plan
from runtime.placement.search import Wishes
from tests.placement.machines import CHAT, card, machine

WISHES = Wishes(8192)
PLAN_S = 1.0  # 0.5 s on an idle machine
SLIDER_S = 0.05
KEPT = 0.99

SERVER = {"gb_per_s": 200, "cores": 32}
A100, RTX_4090 = "A100 80GB SXM", "RTX 4090"


@dataclass(frozen=True)
class Case:
    """A model on a computer."""

    model: str
    mix: str
    hardware: Hardware

    @property
    def id(self) -> str:
        gpus = "+".join(gpu.label for gpu in self.hardware.gpus)
        return f"{self.model}-{self.mix}-{gpus}-{self.hardware.host.total_bytes >> 30}"


def sized(gib: int) -> Gpu:
    """An RTX 3060 of another size, so that only its memory tells."""
    return replace(card(gib), label=f"{gib} GiB")


CASES = [
    *(
        Case("deepseek-v3", mix, machine(A100, ram_gib=ram, **SERVER))
        for mix in ("Q4_K_M", "Q2_K")
        for ram in (512, 256)
    ),
    *(Case("deepseek-v3", mix, machine(RTX_4090, ram_gib=128)) for mix in ("Q4_K_M", "Q2_K")),
    Case("qwen3-235b-a22b", "Q4_K_M", machine(RTX_4090, ram_gib=128)),
    Case("qwen3-235b-a22b", "Q4_K_M", machine(A100, ram_gib=256, **SERVER)),
    *(Case("qwen3-30b-a3b", "Q4_K_M", machine(sized(gib), ram_gib=64)) for gib in (8, 12, 16, 24)),
    *(
        Case(f"gpt-oss-{size}", "MXFP4", machine(sized(gib), ram_gib=96))
        for size in ("20b", "120b")
        for gib in (12, 24, 80)
    ),
    Case("glm-4.5-air", "Q4_K_M", machine(RTX_4090, ram_gib=96)),
    Case("glm-4.5-air", "Q4_K_M", machine("RTX 3060", ram_gib=96)),
    Case("mixtral-8x7b", "Q4_K_M", machine(RTX_4090, ram_gib=64)),
    Case("mixtral-8x7b", "Q4_K_M", machine("RTX 3060", ram_gib=32)),
    Case("olmoe-1b-7b", "Q4_K_M", machine("RTX 2060", ram_gib=16)),
    Case("llama-3.1-70b", "Q4_K_M", machine(A100, A100, ram_gib=256, **SERVER)),
]
EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])


@pytest.fixture(scope="module")
def planned(
    true_layout: Callable[[str, str], ModelLayout],
) -> Callable[[Case], tuple[Planner, Plan]]:
    known: dict[str, tuple[Planner, Plan]] = {}

    def of(case: Case) -> tuple[Planner, Plan]:
        if case.id not in known:
            layout = true_layout(case.model, case.mix)
            planner = Planner(layout, case.hardware, CHAT, Calibration())
            known[case.id] = (planner, planner.ranked(WISHES)[0])
        return known[case.id]

    return of


Planned = Callable[[Case], tuple[Planner, Plan]]


@EVERY_CASE
def test_it_fits_or_reads_from_disk_as_the_sum_says(case: Case, planned: Planned) -> None:
    """All of these can run. Where GPUs and RAM together hold less than the file, from disk."""
    planner, plan = planned(case)
    assert plan.fits
    free = sum(gpu.free_bytes - GPU_MARGIN_BYTES for gpu in case.hardware.gpus)
    free += case.hardware.host.free_bytes - HOST_MARGIN_BYTES
    loaded = planner.layout.file_bytes - planner.layout.mtp_bytes
    if loaded > free:
        assert plan.disk_share > 0
        assert plan.placement.load_mode == "mmap"
    # Within the room that KV, scratch memory and a part of a layer take, either may be.
    elif loaded < 0.9 * free:
        assert plan.disk_share == 0


def test_which_ones_read_from_disk(planned: Planned) -> None:
    found = {case.id for case in CASES if planned(case)[1].disk_share > 0}
    assert found == {
        "deepseek-v3-Q4_K_M-A100 80GB SXM-256",
        "deepseek-v3-Q4_K_M-RTX 4090 24GB-128",
        "deepseek-v3-Q2_K-RTX 4090 24GB-128",
    }


@EVERY_CASE
def test_every_device_keeps_its_margin(case: Case, planned: Planned) -> None:
    _, plan = planned(case)
    *gpus, ram = plan.devices
    assert all(gpu.left_bytes >= GPU_MARGIN_BYTES for gpu in gpus if gpu.used_bytes)
    if plan.placement.load_mode == "none":
        assert ram.left_bytes >= HOST_MARGIN_BYTES


@EVERY_CASE
def test_all_but_experts_is_on_the_gpus(case: Case, planned: Planned) -> None:
    planner, plan = planned(case)
    assert plan.placement.n_gpu_layers == planner.layout.n_layer + 1
    ram = plan.devices[-1]
    assert ram.kv_bytes == ram.weights.attention == ram.weights.dense == 0
    assert ram.weights.shared_experts == 0


@EVERY_CASE
def test_the_gpus_are_used(case: Case, planned: Planned) -> None:
    """What is left would not hold another layer's experts; or nothing was left to put there."""
    planner, plan = planned(case)
    placement = plan.placement
    if not placement.cpu_expert_layers:
        assert plan.devices[-1].weights.routed_experts == 0 or placement.split_layer >= 0
        return
    largest = max(layer.routed_bytes for layer in planner.layout.layers)
    left = plan.devices[0].left_bytes - GPU_MARGIN_BYTES
    assert left < largest


@EVERY_CASE
def test_never_worse_than_llama_cpps_own_fit(case: Case, planned: Planned) -> None:
    planner, plan = planned(case)
    fit = planner.fit(WISHES)
    assert fit.fits
    assert plan.turn_s <= fit.turn_s / KEPT


@EVERY_CASE
def test_a_slider_is_quick(case: Case, planned: Planned) -> None:
    planner, _ = planned(case)
    experts = len(planner.layout.expert_layers)
    took = []
    for count in (0, experts // 4, experts // 2, experts - 1, experts):
        began_s = time.perf_counter()
        found = planner.quick(Wishes(8192, expert_layers=max(0, count)))
        took.append(time.perf_counter() - began_s)
        assert len(found.placement.cpu_expert_layers) == max(0, count)
    print(f"{case.id}: slider {1000 * min(took):.1f} ms")
    assert min(took) < SLIDER_S


@EVERY_CASE
def test_planning_is_quick(case: Case, true_path: Callable[[str, str], Path]) -> None:
    path = true_path(case.model, case.mix)
    began_s = time.perf_counter()
    planner = Planner(model_layout(read_model(path)), case.hardware, CHAT, Calibration())
    planner.ranked(WISHES)
    took_s = time.perf_counter() - began_s
    print(f"{case.id}: planned in {took_s:.2f} s")
    assert took_s < PLAN_S


def test_a_671b_plans_its_layers_and_no_others(planned: Planned) -> None:
    """One A100 and 512 GiB: 3 leading dense layers and some 11 of 58 expert layers on the GPU."""
    _, plan = planned(CASES[0])
    away = plan.placement.cpu_expert_layers
    assert min(away) == 3
    assert 44 <= len(away) <= 50
    assert 3 < plan.speed.decode_tokens_per_s < 20  # published: 4.5 to 13.7 with two Xeons


def test_more_ram_spares_the_disk(planned: Planned) -> None:
    much, little = (planned(case)[1] for case in CASES[:2])
    assert much.disk_share == 0 < little.disk_share
    assert much.speed.decode_tokens_per_s > 3 * little.speed.decode_tokens_per_s


@pytest.mark.parametrize("spec", ["qwen3-30b-a3b", "gpt-oss-20b"])
def test_more_vram_leaves_fewer_experts_on_the_host(spec: str, planned: Planned) -> None:
    plans = [planned(case)[1] for case in CASES if case.model == spec]
    away = [len(plan.placement.cpu_expert_layers) for plan in plans]
    assert away == sorted(away, reverse=True)
    assert away[-1] == 0
    turns = [plan.turn_s for plan in plans]
    assert turns == sorted(turns, reverse=True)


def test_two_a100s_hold_a_dense_70b(planned: Planned) -> None:
    _, plan = planned(CASES[-1])
    assert plan.placement.cpu_expert_layers == ()
    assert sum(plan.placement.layers_by_gpu) == 81
    assert 15 < plan.speed.decode_tokens_per_s < 40


def test_a_header_from_elsewhere_plans_the_same(tmp_path: Path, planned: Planned) -> None:
    """With its vocabulary, as in a real file."""
    path = tmp_path / "model.gguf"
    write_header(SPECS["olmoe-1b-7b"], "Q4_K_M", path, with_vocabulary=True)
    case = next(case for case in CASES if case.model == "olmoe-1b-7b")
    planner = Planner(model_layout(read_model(path)), case.hardware, CHAT, Calibration())
    plan = planner.ranked(WISHES)[0]
    assert plan.placement == planned(case)[1].placement
    assert plan.devices == planned(case)[1].devices
