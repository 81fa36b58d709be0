"""A planner: quick from what is known, exact where the engine can be asked, never stuck with it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import pytest

from app.dry_run import DryRuns
from app.planner import MOST_QUESTIONS, Planner
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.gguf.split_files import read_model
from runtime.placement.calibration import Calibration
from runtime.placement.hardware import Hardware
from runtime.placement.model_layout import ModelLayout, model_layout
from runtime.placement.objective import OBJECTIVES
from runtime.placement.search import Wishes
from runtime.protocol.placement import Placement
from tests.placement.machines import CHAT, PLAIN_GPU, card, machine
from tests.placement.rpc_device import rpc_device

WISHES = Wishes(512)
NONE = Calibration()


@pytest.fixture(scope="module")
def layout(tiny_model: Callable[[str], Path]) -> ModelLayout:
    return model_layout(read_model(tiny_model("deepseek2")))


@pytest.fixture(scope="module")
def second_device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with rpc_device(tmp_path_factory.mktemp("device") / "device.log") as endpoint:
        yield endpoint


@dataclass(frozen=True)
class Telling:
    """A child that notes each question and answers with `answer`."""

    log: Path
    answer: str

    @property
    def command(self) -> tuple[str, ...]:
        code = f"import sys; open({str(self.log)!r}, 'a').write(sys.argv[1] + chr(10));"
        return sys.executable, "-c", f"{code} print({self.answer})"

    @property
    def asked(self) -> list[list[Placement]]:
        if not self.log.exists():
            return []
        lines = self.log.read_text().splitlines()
        found = [msgspec.json.decode(line)["placements"] for line in lines]
        return [msgspec.convert(placements, list[Placement]) for placements in found]


def planner(layout: ModelLayout, hardware: Hardware, telling: Telling | None = None) -> Planner:
    runs = DryRuns(Path("model.gguf"), command=telling.command) if telling else None
    return Planner(layout, hardware, CHAT, NONE, runs)


def test_a_real_engine_makes_the_best_plan_exact(
    layout: ModelLayout, second_device: str, tiny_model: Callable[[str], Path]
) -> None:
    gpu = replace(PLAIN_GPU, name=f"RPC0[{second_device}]")
    runs = DryRuns(tiny_model("deepseek2"), (second_device,))
    found = Planner(layout, machine(gpu), CHAT, NONE, runs)
    wishes = Wishes(512, expert_layers=0)
    guess = found.quick(wishes)
    best = found.ranked(wishes)[0]
    assert not guess.compute_is_exact
    assert best.compute_is_exact
    assert best.placement.n_gpu_layers == layout.n_layer + 1
    (result,) = runs.ask([best.placement])
    sizes = {device.name: device.compute_bytes for device in result.devices}
    assert {device.name: device.compute_bytes for device in best.devices} == sizes
    assert found.of(best.placement) == best
    assert found.quick(wishes) == best


@pytest.mark.parametrize("answer", ["'[]'", "'what?'", "1 / 0"])
def test_an_engine_that_says_nothing_is_asked_once(
    answer: str, layout: ModelLayout, tmp_path: Path
) -> None:
    telling = Telling(tmp_path / "asked", answer)
    found = planner(layout, machine("RTX 3060"), telling)
    best = found.ranked(WISHES)[0]
    assert len(telling.asked) == 1
    assert not best.compute_is_exact
    assert best.fits


REFUSES = (
    """'[' + ','.join(['{"problem": {"kind": "x", "title": "x", "message": "x"}}'] * 4) + ']'"""
)


def test_one_that_refuses_is_asked_once(layout: ModelLayout, tmp_path: Path) -> None:
    telling = Telling(tmp_path / "asked", REFUSES)
    best = planner(layout, machine("RTX 3060"), telling).ranked(WISHES)[0]
    assert len(telling.asked) == 1
    assert not best.compute_is_exact


HUGE = 11 << 30
ANSWERS_HUGE = (
    '\'[\' + \',\'.join([\'{"devices": [{"name": "CUDA0", "is_host": false, "weights_bytes": 0,'
    f' "kv_bytes": 0, "compute_bytes": {HUGE}}}]}}\'] * 4) + \']\''
)


def test_what_it_says_changes_the_plan(layout: ModelLayout, tmp_path: Path) -> None:
    """Buffers too large for the GPU: the next best is asked about, a few times and no more."""
    telling = Telling(tmp_path / "asked", ANSWERS_HUGE)
    found = planner(layout, machine("RTX 3060"), telling)
    first = found.quick(WISHES)
    best = found.ranked(WISHES)[0]
    assert first.placement == telling.asked[0][0]
    assert best.placement != first.placement
    assert found.of(first.placement).shortages[0].short_bytes > 0
    assert 1 < len(telling.asked) <= MOST_QUESTIONS
    asked = [placement for question in telling.asked for placement in question]
    assert len(set(asked)) == len(asked)


def test_a_slider_never_asks(layout: ModelLayout, tmp_path: Path) -> None:
    telling = Telling(tmp_path / "asked", "'[]'")
    found = planner(layout, machine("RTX 3060"), telling)
    plan = found.quick(Wishes(512, expert_layers=1))
    assert plan.placement.cpu_expert_layers == (1,)
    assert found.of(plan.placement) == plan
    assert found.fit(WISHES).fits
    assert found.least_expert_layers(plan.placement) == 0
    assert telling.asked == []


@pytest.mark.parametrize(
    ("gib", "least"),
    [(24, 0), (16, 10), (8, 34), (1.5, None)],
)
def test_the_fewest_expert_layers(gib: float, least: int | None, tmp_path: Path) -> None:
    write_header(SPECS["qwen3-30b-a3b"], "Q4_K_M", tmp_path / "model.gguf")
    found = planner(model_layout(read_model(tmp_path / "model.gguf")), machine(card(gib)))
    wished = found.quick(Wishes(4096, "f16", n_ubatch=512, expert_layers=48)).placement
    count = found.least_expert_layers(wished)
    assert count == (least if least is None else pytest.approx(least, abs=2))
    if count:
        fuller = found.quick(Wishes(4096, "f16", n_ubatch=512, expert_layers=count - 1))
        assert not fuller.fits


def test_judged_anew(layout: ModelLayout) -> None:
    found = planner(layout, machine("RTX 3060"))
    before = found.quick(WISHES)
    found.judge_by(OBJECTIVES["documents"], Calibration(decode=0.5, runs=3))
    after = found.of(before.placement)
    assert after.turn_s > before.turn_s
    assert after.devices == before.devices
    assert after.speed.decode_tokens_per_s < before.speed.decode_tokens_per_s


def test_fit_takes_the_threads_wished(layout: ModelLayout) -> None:
    found = planner(layout, machine("RTX 3060", cores=6))
    assert found.fit(WISHES).placement.n_threads == 6
    assert found.fit(Wishes(512, n_threads=2)).placement.n_threads == 2
