"""Dry runs in a child: a child that hangs, dies or babbles says nothing, the real one is exact."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.dry_run import ComputeTable, DryRuns
from runtime.errors import Problem
from runtime.gguf.split_files import read_model
from runtime.placement.memory import RAM, ComputeBuffers
from runtime.placement.model_layout import ModelLayout, model_layout
from runtime.placement.residence import residence
from runtime.protocol.dry_run import DryRunResult
from runtime.protocol.messages import DeviceMemory
from runtime.protocol.placement import Placement
from tests.placement.machines import machine

PLACEMENT = Placement(n_ctx=512)
WAITS = "import signal; signal.sigwait([signal.SIGUSR1])"
MIB = 1 << 20


def child(code: str) -> tuple[str, ...]:
    return sys.executable, "-c", code


@pytest.mark.parametrize(
    "command",
    [
        child("import os; os.abort()"),
        child("print('[]'); raise SystemExit(3)"),
        child("print('ggml_cuda_init: found 1 device')"),
        child("print('{}')"),
        child("print('[{\"devices\": 7}]')"),
        child("pass"),
        child("import sys; sys.stdout.buffer.write(bytes([255, 254]))"),
        ("/nowhere/python",),
    ],
)
def test_a_child_that_says_nothing_of_use(command: tuple[str, ...]) -> None:
    assert DryRuns(Path("model.gguf"), command=command).ask([PLACEMENT]) == ()


def test_a_child_that_hangs_does_not_hang_us() -> None:
    began_s = time.monotonic()
    runs = DryRuns(Path("model.gguf"), command=child(WAITS), deadline_s=0.2)
    assert runs.ask([PLACEMENT]) == ()
    assert time.monotonic() - began_s < 5


def test_a_name_that_is_not_unicode() -> None:
    path = Path(os.fsdecode(b"/models/caf\xe9.gguf"))
    assert DryRuns(path).ask([PLACEMENT]) == ()


def test_what_the_child_is_asked() -> None:
    """All placements at once: starting the engine takes longer than the runs."""
    says = child(
        "import sys, json; asked = json.loads(sys.argv[1]);"
        "print(json.dumps([{'kv_bytes': p['n_ctx']} for p in asked['placements']]))"
    )
    placements = [Placement(n_ctx=512), Placement(n_ctx=1024)]
    found = DryRuns(Path("model.gguf"), command=says).ask(placements)
    assert [result.kv_bytes for result in found] == [512, 1024]


def test_the_real_engine_of_a_tiny_model(tiny_model: Callable[[str], Path]) -> None:
    path = tiny_model("gpt-oss")
    layout = model_layout(read_model(path))
    placements = [replace(PLACEMENT, swa_full=full, n_ubatch=64) for full in (False, True)]
    results = DryRuns(path).ask(placements)
    assert [result.problem for result in results] == [None, None]
    for placement, result in zip(placements, results, strict=True):
        assert [device.name for device in result.devices] == [RAM]
        assert result.devices[0].compute_bytes > MIB / 10
        planned = sum(layer.kv.bytes(placement) for layer in layout.layers)
        assert result.kv_bytes == pytest.approx(planned, abs=0.02 * MIB)


def test_a_file_that_the_engine_refuses(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF" + bytes(60))
    results = DryRuns(path).ask([PLACEMENT, PLACEMENT])
    assert [result.problem.kind for result in results if result.problem] == ["dry_run_refused"] * 2
    assert all(result.devices == () for result in results)


@pytest.mark.parametrize("endpoint", ["127.0.0.1:1", "nowhere", "127.0.0.1:99999"])
def test_a_second_device_that_does_not_answer(
    endpoint: str, tiny_model: Callable[[str], Path]
) -> None:
    """llama.cpp itself would abort."""
    (result,) = DryRuns(tiny_model("llama"), (endpoint,)).ask([PLACEMENT])
    assert result.problem is not None
    assert result.problem.kind == "rpc_unreachable"


HARDWARE = machine("RTX 3060", "RTX 3060")
WHOLE = Placement(4, layers_by_gpu=(2, 2), n_ctx=512)


@pytest.fixture(scope="module")
def layout(tiny_model: Callable[[str], Path]) -> ModelLayout:
    return model_layout(read_model(tiny_model("llama")))


def result(*sizes: int) -> DryRunResult:
    names = ("CUDA0", "CUDA1", RAM)
    devices = zip(names, sizes, strict=True)
    return DryRunResult(
        tuple(DeviceMemory(name, name == RAM, 0, 0, size) for name, size in devices)
    )


@pytest.fixture
def table(layout: ModelLayout) -> ComputeTable:
    return ComputeTable(HARDWARE, layout)


def get(table: ComputeTable, placement: Placement) -> ComputeBuffers | None:
    return table.get(placement, residence(table.layout, placement))


def test_a_result_is_kept(table: ComputeTable) -> None:
    assert get(table, WHOLE) is None
    table.put(WHOLE, result(10, 20, 30))
    assert get(table, WHOLE) == ComputeBuffers((10, 20), 30, is_exact=True)


def test_a_failure_says_nothing(table: ComputeTable) -> None:
    table.put(WHOLE, DryRunResult(problem=Problem("dry_run_refused", "No", "no")))
    assert get(table, WHOLE) is None


def test_an_idle_gpu_takes_nothing(table: ComputeTable) -> None:
    table.put(WHOLE, DryRunResult((DeviceMemory(RAM, True, 0, 0, 5),)))
    assert get(table, WHOLE) == ComputeBuffers((0, 0), 5, is_exact=True)


@pytest.mark.parametrize(
    "changed",
    [
        {"n_ubatch": 256},
        {"n_ctx": 1024},
        {"kv_type": "q8_0"},
        {"n_gpu_layers": 3, "layers_by_gpu": (1, 2)},
        {"layers_by_gpu": (3, 1)},
        {"op_offload": False},
        {"swa_full": True},
        {"use_extra_bufts": False},
        {"load_mode": "none"},
        {"no_host": True},
        {"cpu_expert_layers": (0,)},
        {"split_layer": 1, "split_stems": ("ffn_down",)},
    ],
)
def test_what_buffers_depend_on(table: ComputeTable, changed: dict[str, object]) -> None:
    table.put(WHOLE, result(10, 20, 30))
    assert get(table, replace(WHOLE, **changed)) is None


def test_which_layers_give_their_experts_away_is_all_one(table: ComputeTable) -> None:
    table.put(replace(WHOLE, cpu_expert_layers=(0,)), result(10, 20, 30))
    assert get(table, replace(WHOLE, cpu_expert_layers=(1,), n_threads=3)) is not None


def test_but_not_whether_a_gpu_keeps_any(table: ComputeTable) -> None:
    """Mixtral's buffer is 70 MiB with all experts away, 192 MiB with half of them."""
    table.put(replace(WHOLE, cpu_expert_layers=(0, 1, 2)), result(70, 70, 184))
    assert get(table, replace(WHOLE, cpu_expert_layers=(0, 1))) is None
    assert get(table, replace(WHOLE, cpu_expert_layers=(0, 2))) is None
