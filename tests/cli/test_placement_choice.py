"""`coterie run --placement`: a file, auto, cpu or gpu, and files that are none."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from app.cli import placement_choice
from app.cli.arguments import parser
from app.cli.placement_choice import chosen_placement
from app.hardware_probe import ReadHardware
from app.local_models import LocalModel, LocalModels
from app.model_planning import plan_key
from app.paths import Paths
from app.placement_file import MAX_DEVICES, read_placement
from app.plan_store import PlanStore, Tuned
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.errors import CoterieError
from runtime.placement.hardware import Hardware
from runtime.protocol.placement import Placement
from tests.cli.conftest import Completed
from tests.placement.command_line import CommandLine, command_line, this_machine
from tests.placement.machines import card, machine

__all__ = ["command_line", "this_machine"]

WHOLE = Placement(49, n_ctx=8192, n_threads=8)


@pytest.fixture
def qwen(tmp_path: Path) -> LocalModel:
    path = tmp_path / "qwen.gguf"
    write_header(SPECS["qwen3-30b-a3b"], "Q4_K_M", path)
    return LocalModels(tmp_path / "none", tmp_path / "cache.json").find(str(path))


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.beneath(tmp_path)


@pytest.fixture
def on(
    monkeypatch: pytest.MonkeyPatch, this_machine: ReadHardware
) -> Callable[[Hardware], ReadHardware]:
    """`on(hardware)` puts the command on another machine."""

    def put(hardware: Hardware) -> ReadHardware:
        read = replace(this_machine, hardware=hardware)
        monkeypatch.setattr(placement_choice, "gather_for", lambda *_: read)
        return read

    return put


def options(*words: str) -> Namespace:
    return parser().parse_args(["run", "model", "Hi", *words])


def refusal(words: tuple[str, ...], paths: Paths, model: LocalModel) -> str:
    with pytest.raises(CoterieError) as raised:
        chosen_placement(options(*words), paths, model)
    return raised.value.problem.kind


def test_without_a_word_it_is_left_to_the_engine(paths: Paths, qwen: LocalModel) -> None:
    assert chosen_placement(options(), paths, qwen) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), Placement(n_ctx=8192)),
        (("--ctx", "1000", "--threads", "3"), Placement(n_ctx=1000, n_threads=3)),
    ],
)
def test_cpu(words: tuple[str, ...], expected: Placement, paths: Paths, qwen: LocalModel) -> None:
    assert chosen_placement(options("--placement", "cpu", *words), paths, qwen) == expected


def test_gpu(paths: Paths, qwen: LocalModel, on: Callable[[Hardware], ReadHardware]) -> None:
    on(machine(card(24)))
    assert chosen_placement(options("--placement", "gpu"), paths, qwen) == WHOLE
    on(machine(card(12), card(12)))
    two = chosen_placement(options("--placement", "gpu"), paths, qwen)
    assert two is not None
    assert (two.n_gpu_layers, sum(two.layers_by_gpu)) == (49, 49)
    on(machine(card(12)))
    assert refusal(("--placement", "gpu"), paths, qwen) == "does_not_fit"
    on(machine())
    assert refusal(("--placement", "gpu"), paths, qwen) == "no_gpu"


def test_auto_is_the_best_plan(
    paths: Paths, qwen: LocalModel, on: Callable[[Hardware], ReadHardware]
) -> None:
    on(machine(card(12)))
    found = chosen_placement(options("--placement", "auto", "--threads", "5"), paths, qwen)
    assert found is not None
    assert (found.n_gpu_layers, found.n_threads) == (49, 5)
    assert 10 < len(found.cpu_expert_layers) < 30
    on(machine(card(1), ram_gib=3))
    words = ("--placement", "auto", "--ctx", "131072")
    assert refusal(words, paths, qwen) == "does_not_fit"


def test_auto_is_what_was_tuned_for_this_context(
    paths: Paths, qwen: LocalModel, on: Callable[[Hardware], ReadHardware]
) -> None:
    read = on(machine(card(12)))
    odd = Placement(20, tuple(range(40)), n_ctx=4096, n_ubatch=256)
    store = PlanStore(paths.plans_file)
    store.keep_tuned(plan_key(qwen, read, 4096, "chat"), Tuned(odd, 1, 1, 0))
    auto = options("--placement", "auto", "--ctx", "4096")
    assert chosen_placement(auto, paths, qwen) == odd
    assert chosen_placement(options("--placement", "auto"), paths, qwen) != odd
    on(machine(card(12), card(8)))
    assert chosen_placement(auto, paths, qwen) != odd


def test_a_plan_of_the_command_line_comes_back(
    command_line: CommandLine, qwen: LocalModel, tmp_path: Path, paths: Paths
) -> None:
    command_line.run("plan", str(qwen.path), "--gpu", "RTX 3060", "--ram", "64GiB", "--json")
    path = tmp_path / "plan.json"
    path.write_text(command_line.out)
    planned = json.loads(command_line.out)
    found = chosen_placement(options("--placement", str(path)), paths, qwen)
    assert found == msgspec.convert(planned["placement"], Placement)
    assert found is not None
    assert list(found.cpu_expert_layers) == planned["expert_layers_on_cpu"] != []
    words = ("--placement", str(path), "--ctx", "1024", "--threads", "2")
    other = chosen_placement(options(*words), paths, qwen)
    assert other == msgspec.structs.replace(found, n_ctx=1024, n_threads=2)


def test_a_placement_alone(tmp_path: Path, paths: Paths, qwen: LocalModel) -> None:
    path = tmp_path / "placement.json"
    path.write_text('{"n_gpu_layers": 12, "cpu_expert_layers": [3, 4]}')
    found = chosen_placement(options("--placement", str(path)), paths, qwen)
    assert found == Placement(12, (3, 4), n_ctx=8192)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"\xff\xfe{}", "malformed"),
        (b"[1, 2]", "object"),
        (b'"cpu"', "object"),
        (b"{}", "no placement"),
        (b'{"fits": true}', "no placement"),
        (b'{"placement": null}', "null"),
        (b'{"placement": {}}', "no placement"),
        (b'{"n_gpu_layers": "all"}', "int"),
        (b'{"kv_type": "f32"}', "f32"),
        (b'{"load_mode": "mlock"}', "mlock"),
        (b'{"n_gpu_layers": -1}', "n_gpu_layers is -1"),
        (b'{"n_ubatch": 0}', "n_ubatch is 0"),
        (b'{"n_batch": 4294967296}', "n_batch is"),
        (b'{"n_threads": -2}', "n_threads is -2"),
        (b'{"cpu_expert_layers": [-1]}', "cpu_expert_layers"),
        (b'{"split_layer": 3, "split_stems": ["ffn_(up"]}', "ffn_(up"),
        (b'{"layers_by_gpu": [1, -1]}', "layers_by_gpu"),
        (f'{{"layers_by_gpu": {[1] * (MAX_DEVICES + 1)}}}'.encode(), "layers_by_gpu"),
        (b"[" * 100_000, ""),
    ],
)
def test_a_file_that_holds_none(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    with pytest.raises(CoterieError) as raised:
        read_placement(path)
    problem = raised.value.problem
    assert problem.kind == "placement_unreadable"
    assert problem.message.startswith(f"{path}: ")
    assert told in problem.message
    assert "coterie plan" in problem.remedy


@pytest.mark.parametrize("name", ["nowhere.json", "."])
def test_a_file_that_is_not_there(name: str, tmp_path: Path) -> None:
    with pytest.raises(CoterieError) as raised:
        read_placement(tmp_path / name)
    assert raised.value.problem.kind == "placement_unreadable"


def test_the_engine_answers_by_it(
    coterie: Callable[..., Completed], tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    model = str(tiny_model("olmoe"))
    path = tmp_path / "plan.json"
    path.write_text('{"placement": {"n_ctx": 300, "n_ubatch": 64, "kv_type": "q8_0"}}')
    asked = ("run", model, "Hello", "--max-tokens", "8", "--temperature", "0", "--json")
    by_file = json.loads(coterie(*asked, "--placement", str(path)).stdout)
    by_cpu = json.loads(coterie(*asked, "--placement", "cpu", "--ctx", "512").stdout)
    assert by_file["completion_tokens"] == by_cpu["completion_tokens"] == 8
    f16, q8_0 = by_cpu["memory"]["kv_bytes"], by_file["memory"]["kv_bytes"]
    assert q8_0 == pytest.approx(f16 * 34 / 64, rel=0.02)


def test_a_file_that_is_none_is_one_line(
    coterie: Callable[..., Completed], tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    done = coterie("run", str(tiny_model("olmoe")), "Hi", "--placement", str(tmp_path / "no.json"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The placement could not be read: ")
    assert len(done.stderr.strip().splitlines()) == 1
