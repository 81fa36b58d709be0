"""The GPU benchmark without a GPU: its grid, its memory holder, what it keeps and what it says."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from app.dry_run import DryRuns
from app.engine_build import BuildReport, InstalledEngine
from app.engine_probe import Described, EngineDevice, EngineFacts
from app.planner import Planner
from benchmarks import gpu, gpu_models
from benchmarks.assumed_machines import RTX_3060
from benchmarks.gpu_ballast import LEAST_STEP_BYTES, NoBallast, held_back, hold
from benchmarks.gpu_cell import SERVER_FIT, SERVER_TUNED, SWEEP, TUNED, sweep_name
from benchmarks.gpu_machine import GpuMachine, why_not
from benchmarks.gpu_models import MODELS, TINY, BenchModel, chosen, written
from benchmarks.gpu_outcome import WHOLE_CELL, DeviceBytes, Outcome, Report, Results, Turn
from benchmarks.gpu_server import ServerBench
from benchmarks.gpu_sweep import UBATCHES, affordable, grid, layer_counts, shrunk
from benchmarks.gpu_table import page, ratios
from benchmarks.gpu_worker import WorkerBench, Workload
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.engine_process import EngineEvent, Exited
from runtime.errors import Problem
from runtime.fake_engine import FACTS
from runtime.gguf.reader import read_header
from runtime.placement.calibration import Calibration
from runtime.placement.model_layout import model_layout
from runtime.placement.objective import OBJECTIVES
from runtime.placement.search import Wishes
from runtime.protocol.frames import Command, Failed, Load, Loaded, Measure, Measured
from runtime.protocol.messages import DeviceMemory, MemoryUse
from runtime.protocol.placement import Placement

GIB = 1 << 30
MIB = 1 << 20
N_CTX = 8192


@pytest.fixture(scope="module")
def planner(tmp_path_factory: pytest.TempPathFactory) -> Planner:
    path = tmp_path_factory.mktemp("header") / "model.gguf"
    write_header(SPECS["qwen3-30b-a3b"], "Q4_K_M", path)
    layout = model_layout(read_header(path))
    return Planner(layout, RTX_3060.hardware, OBJECTIVES["chat"], Calibration())


@pytest.fixture(scope="module")
def best(planner: Planner) -> Placement:
    return planner.quick(Wishes(N_CTX)).placement


def test_the_grid_begins_at_the_fewest_layers_that_fit(planner: Planner, best: Placement) -> None:
    points = grid(planner, best)
    assert len(set(points)) == len(points)
    assert {point.n_ubatch for point in points} == set(UBATCHES)
    for n_ubatch in UBATCHES:
        counts = [len(p.cpu_expert_layers) for p in points if p.n_ubatch == n_ubatch]
        assert counts == sorted(counts)
        assert counts[-1] == 48
        assert counts[0] == planner.least_expert_layers(
            msgspec.structs.replace(best, n_ubatch=n_ubatch, n_batch=n_ubatch)
        )
    # The nearest of each ubatch come first, so that a short sweep has some of each.
    assert [point.n_ubatch for point in points[:4]] == list(UBATCHES)
    assert all(planner.of(point).fits for point in points)


def test_no_grid_where_nothing_fits(planner: Planner, best: Placement) -> None:
    hardware = replace(
        planner.hardware, gpus=(replace(planner.hardware.gpus[0], free_bytes=GIB // 4),)
    )
    small = Planner(planner.layout, hardware, OBJECTIVES["chat"], Calibration())
    assert layer_counts(small, best) == ()
    assert grid(small, best) == ()


@pytest.mark.parametrize("most", [1, 2, 3, 7, 20, 1000])
def test_a_sweep_shrinks_evenly(planner: Planner, best: Placement, most: int) -> None:
    points = grid(planner, best)
    fewer = shrunk(points, most)
    assert len(fewer) == min(most, len(points))
    assert fewer[0] == points[0]
    assert len(set(fewer)) == len(fewer)
    gaps = [points.index(b) - points.index(a) for a, b in pairwise(fewer)]
    assert not gaps or max(gaps) - min(gaps) <= 1


def test_no_points_shrink_to_none() -> None:
    assert shrunk((), 3) == ()


def test_how_many_points_there_is_time_for() -> None:
    assert affordable(100, 30) == 3
    assert affordable(10, 30) == 1
    assert affordable(10, 0) == 1


class FakeMemory:
    """A GPU of so much free memory, of which one piece may be at most `largest`."""

    def __init__(self, free: int, largest: int = 1 << 60) -> None:
        self.free, self.largest = free, largest

    def free_bytes(self) -> int:
        return self.free

    def take(self, size: int) -> bool:
        if size > min(self.free, self.largest):
            return False
        self.free -= size
        return True


def test_memory_is_held_back_to_a_step() -> None:
    for keep in (0, 8 * GIB, 8 * GIB + 12345):
        left = hold(FakeMemory(78 * GIB + 777), keep)
        assert keep <= left < keep + LEAST_STEP_BYTES


def test_fragmented_memory_is_held_back_in_small_pieces() -> None:
    left = hold(FakeMemory(4 * GIB, largest=100 * MIB), 2 * GIB)
    assert 2 * GIB <= left < 2 * GIB + LEAST_STEP_BYTES


def test_what_is_not_there_cannot_be_kept_free() -> None:
    with pytest.raises(NoBallast, match=r"only 4\.0 GiB"):
        hold(FakeMemory(4 * GIB), 8 * GIB)


def test_without_a_gpu_the_reason_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with pytest.raises(NoBallast, match="cuda"), held_back(GIB):
        pytest.fail("there is no GPU to hold memory of")


def _facts(*devices: EngineDevice, cuda: bool = False, reason: str = "") -> EngineFacts:
    report = BuildReport("0.3.36", "key", cuda=cuda, cuda_reason=reason)
    described = Described("0.3.36", {}, (), True, True, devices)
    return EngineFacts(InstalledEngine("0.3.36", "key", report), described)


CPU = EngineDevice("CPU", "a processor", "cpu", GIB, GIB)
CUDA = EngineDevice("CUDA0", "a GPU", "gpu", GIB, GIB)


def test_an_engine_without_a_gpu_is_told_how_to_get_one() -> None:
    told = why_not(_facts(CPU, reason="no CUDA toolkit (nvcc)"))
    assert "make clean run" in told
    assert "no CUDA toolkit (nvcc)" in told
    assert "nvidia-smi" in why_not(_facts(CPU, cuda=True))
    assert why_not(EngineFacts(InstalledEngine(None), trouble="not_installed"))
    assert why_not(_facts(CPU, CUDA, cuda=True)) == ""
    for text in (told, why_not(_facts(CPU, cuda=True))):
        assert text.count(". ") == 0
        assert text.endswith(".")


def test_without_a_gpu_the_command_says_so_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gpu, "this_machine", lambda _paths, _model=None: (None, "No GPU."))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert gpu.main(["--work", str(tmp_path)]) == 2
    assert capsys.readouterr().err == "No GPU.\n"


def test_only_sizes_that_the_gpu_has() -> None:
    machine = GpuMachine("", "", "", RTX_3060.hardware)
    assert gpu._sizes([], machine, rpc=False) == (8, 12)
    assert gpu._sizes([6], machine, rpc=False) == (6,)
    assert gpu._sizes([], machine, rpc=True) == gpu.RPC_FREE_GIB


def test_models_are_chosen_by_name() -> None:
    assert chosen([]) == MODELS
    assert chosen(["gpt-oss-20b", TINY.spec_name]) == (MODELS[1], TINY)
    with pytest.raises(ValueError, match="no model llama"):
        chosen(["llama"])
    assert [round(model.data_bytes / 1e9) for model in MODELS] == [19, 12, 32]


def test_a_model_is_written_once_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Path] = []

    def write(_spec: object, _mix: str, path: Path, _n_layer: int | None) -> None:
        calls.append(path)
        path.write_bytes(b"weights")

    monkeypatch.setattr(gpu_models, "write_random", write)
    first, second = written(TINY, tmp_path / "work"), written(TINY, tmp_path / "work")
    assert first == second
    assert [path.suffix for path in calls] == [".part"]
    assert [path.name for path in first.parent.iterdir()] == [f"{TINY.name}.gguf"]
    monkeypatch.setattr(gpu_models, "DISK_MARGIN_BYTES", 1 << 60)
    with pytest.raises(OSError, match="no room for the 404 GB"):
        written(BenchModel("deepseek-v3", "Q4_K_M"), tmp_path)


WORK = Workload(4000, 400, 64)
BLANK = Outcome("a-model", 8.0, TUNED)


class FakeEngine:
    """Answers a load and each measuring with what it is given."""

    pid = None

    def __init__(self, *answers: EngineEvent) -> None:
        self._answers = list(answers)
        self.sent: list[Command] = []
        self.stopped = False

    def start(self, on_event: Callable[[EngineEvent], None]) -> None:
        self._on_event = on_event

    def send(self, command: Command) -> None:
        self.sent.append(command)
        self._on_event(self._answers.pop(0))

    def stop(self) -> None:
        self.stopped = True


def _loaded(planner: Planner, placement: Placement) -> Loaded:
    use = planner.of(placement).devices[0]
    memory = DeviceMemory("CUDA0", False, use.weights.total, use.kv_bytes, use.compute_bytes)
    return Loaded(1, FACTS, MemoryUse((memory,), 0), N_CTX, 8, "fake")


def _measured(free_bytes: int = 2 * GIB) -> Measured:
    return Measured(2, 4000, 4.0, 64, 2.0, (free_bytes,), 8)


def _outcome(planner: Planner, placement: Placement, engine: FakeEngine) -> Outcome:
    no_answer = DryRuns(Path("model.gguf"), command=(sys.executable, "-c", "raise SystemExit(1)"))
    bench = WorkerBench(Path("model.gguf"), planner, lambda: engine, (WORK,), no_answer)
    return bench.outcome(BLANK, placement, time.monotonic() + 30)


def test_a_turn_is_measured_in_the_worker(planner: Planner, best: Placement) -> None:
    engine = FakeEngine(_loaded(planner, best), _measured())
    outcome = _outcome(planner, best, engine)
    assert [type(command) for command in engine.sent] == [Load, Measure]
    assert engine.stopped
    (turn,) = outcome.turns
    assert turn.name == "4,000 + 400"
    assert turn.turn_s == pytest.approx(4000 / 1000 + 400 / 32)
    assert turn.predicted_s > 0
    gpu_bytes = next(device for device in outcome.devices if device.name == "CUDA0")
    assert gpu_bytes.planned_bytes == gpu_bytes.actual_bytes > 0
    assert outcome.command.startswith("llama-server -m model.gguf")
    assert not outcome.problem


@pytest.mark.parametrize(
    "last",
    [
        Failed(1, Problem("gpu_memory", "Out of GPU memory", "8 GiB were refused")),
        Exited(-6, False, "CUDA error: out of memory\n  current device: 0"),
        None,
    ],
)
def test_running_out_of_memory_is_an_outcome(
    planner: Planner, best: Placement, last: EngineEvent | None
) -> None:
    answers = [last] if last else [_loaded(planner, best), _measured(free_bytes=10 * MIB)]
    outcome = _outcome(planner, best, FakeEngine(*answers))
    assert outcome.out_of_memory
    assert outcome.problem
    assert not outcome.turns


SERVER = """#!{python}
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
if "--cpu-moe" in sys.argv:
    sys.exit("ggml_cuda: cudaMalloc failed: out of memory")
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({{}})
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        count = asked["n_predict"]
        assert asked["cache_prompt"] is False and asked["ignore_eos"] is True
        self.answer({{"timings": {{"prompt_n": len(asked["prompt"]), "prompt_ms": 2000.0,
                                   "predicted_n": count, "predicted_ms": 1600.0}}}})
    def answer(self, body):
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *args):
        pass
port = int(sys.argv[sys.argv.index("--port") + 1])
HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.fixture
def server(tmp_path: Path) -> ServerBench:
    program = tmp_path / "llama-server"
    program.write_text(SERVER.format(python=sys.executable))
    program.chmod(0o755)
    return ServerBench(program, tmp_path / "server.log", (WORK,))


def test_a_turn_is_timed_in_llama_server(server: ServerBench) -> None:
    outcome = server.outcome(BLANK, ("-m", "model.gguf"), time.monotonic() + 30)
    (turn,) = outcome.turns
    # Of 65 tokens in 1.6 s the first came with the prompt.
    assert (turn.prompt_rate, turn.decode_rate) == pytest.approx((2000, 40))
    assert turn.turn_s == pytest.approx(2 + 10)
    assert "-m model.gguf -np 1" in outcome.command


def test_a_server_without_memory_is_an_outcome(server: ServerBench) -> None:
    outcome = server.outcome(BLANK, ("--cpu-moe",), time.monotonic() + 30)
    assert outcome.out_of_memory
    assert "ended with code 1" in outcome.problem


def _with_turn(contender: str, turn_s: float, placement: Placement | None = None) -> Outcome:
    turn = Turn(4000, 400, turn_s, 1000, 40, predicted_s=9.0 if placement else 0.0)
    devices = (DeviceBytes("CUDA0", 101, 100),) if placement else ()
    return Outcome("a-model", 8.0, contender, (turn,), placement, devices)


def _report(*outcomes: Outcome) -> Report:
    return Report("a machine", "590.1", "a build", outcomes)


def test_ratios_are_of_the_same_turn(best: Placement) -> None:
    near = msgspec.structs.replace(best, n_ubatch=256)
    report = _report(
        _with_turn(TUNED, 10.0, best),
        _with_turn(f"{SWEEP}: near", 8.0, near),
        _with_turn(SERVER_FIT, 20.0),
        _with_turn(SERVER_TUNED, 15.0),
    )
    found = ratios(report, "a-model", 8.0, "4,000 + 400")
    assert (found.to_fit, found.same_server, found.to_best) == (0.5, 0.75, 1.25)
    assert found.predicted == pytest.approx(0.9)
    # The same plan measured again counts by its faster time.
    again = msgspec.structs.replace(
        report, outcomes=(*report.outcomes, _with_turn("fit, redone", 5.0, best))
    )
    assert ratios(again, "a-model", 8.0, "4,000 + 400").to_best == 1.0
    assert ratios(report, "a-model", 8.0, "1 + 1").to_fit is None


def test_the_page_has_every_outcome(best: Placement) -> None:
    failed = Outcome(
        *("a-model", 8.0, sweep_name(best)), problem="no | memory", problem_kind="gpu_memory"
    )
    report = _report(_with_turn(TUNED, 10.0, best), _with_turn(SERVER_FIT, 20.0), failed)
    text = page(report, "python -m benchmarks.gpu")
    assert "0.500 (0.500)" in text
    assert "## a-model, 8 GiB free" in text
    assert "CUDA0 1.010" in text
    assert "no \\| memory" in text
    assert "ran out of memory: 1." in text
    assert "a machine" in text
    assert "590.1" in text


def test_a_run_goes_on_where_it_ended(tmp_path: Path, best: Placement) -> None:
    file, blank = tmp_path / "gpu.json", _report()
    results = Results(file, blank)
    results.keep(_with_turn(TUNED, 10.0, best))
    results.keep(Outcome("a-model", 8.0, SERVER_FIT, problem="not built", problem_kind="skipped"))
    again = Results(file, blank)
    assert again.report == results.report
    assert again.done("a-model", 8.0, TUNED) == _with_turn(TUNED, 10.0, best)
    assert again.done("a-model", 8.0, SERVER_FIT) is None
    assert again.done("a-model", 12.0, TUNED) is None
    again.keep(_with_turn(SERVER_FIT, 20.0))
    assert len(again.report.outcomes) == 2
    again.keep(Outcome("a-model", 12.0, WHOLE_CELL, problem="the GPU was busy"))
    again.keep(Outcome("a-model", 12.0, TUNED))
    assert [o.contender for o in again.report.outcomes if o.free_gib == 12.0] == [TUNED]
    other_build = Results(file, msgspec.structs.replace(blank, build="another"))
    assert other_build.report.outcomes == ()
    file.write_text("{broken")
    assert Results(file, blank).report == blank
