"""What is known of packs and variants, what is tried, and what is remembered of it."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from app import engine_parts
from app.child_process import Answer
from app.engine_build import engine_offloads
from app.engine_parts import PartsTools, PartsView, driver_mark, known_parts, try_parts
from app.engine_probe import EngineFacts, VariantScore
from app.gpu_probe import Gpus
from app.paths import Paths
from runtime.engine_parts import EngineParts, PackPart, tell_parts
from runtime.protocol.engine_trial import EngineTrial, EngineTrialResult, TrialStep
from tests.app.findings import GEFORCE, INSTALLED, described
from tests.app.packs import CUDA, LIBRARY, make_pack

STEPS = (TrialStep(0, (1.0, 0.0)),)
GOOD = Answer(0, msgspec.json.encode(EngineTrialResult(STEPS, "CUDA0 (GeForce)")))
CRASH, ABORT = Answer(-signal.SIGSEGV), Answer(-signal.SIGABRT)
NO_MEMORY = Answer(0, msgspec.json.encode(EngineTrialResult(fault="it made no context")))
NO_LOADER = Answer(0, msgspec.json.encode(EngineTrialResult(missing="libvulkan.so.1")))
NOT_MADE = {
    "pack_refused": NO_MEMORY,
    "pack_missing_library": NO_LOADER,
    "pack_hung": Answer(None, timed_out=True),
}


class Bench:
    """A machine whose packs and variants answer as told; `asked` is what was tried."""

    def __init__(self, folder: Path) -> None:
        self.paths = Paths.beneath(folder)
        self.root = folder / "root"
        self.asked: list[EngineTrial] = []
        self.gpus = Gpus((GEFORCE,))
        self.of_pack = GOOD
        self.variants: tuple[VariantScore, ...] = ()

    def pack(self, name: str = "cuda") -> Path:
        return make_pack(self.paths.packs_dir / name)

    def known(self) -> PartsView:
        return known_parts(self.paths, self.root)

    def attempt(self, *, again: bool = False) -> PartsView:
        self.asked.clear()
        facts = EngineFacts(INSTALLED, msgspec.structs.replace(described(), variants=self.variants))
        tools = PartsTools(self._ask, lambda: facts, lambda: self.gpus, self.root)
        return try_parts(self.paths, tools, again=again)

    def _ask(self, trial: EngineTrial) -> Answer:
        self.asked.append(trial)
        return self.of_pack if trial.pack else GOOD


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def kinds(view: PartsView) -> list[str]:
    return [state.problem.kind if state.problem else "" for state in view.packs]


def test_without_packs_nothing_is_tried_or_written(bench: Bench) -> None:
    for view in (bench.known(), bench.attempt(), bench.attempt(again=True)):
        assert view == PartsView(folder=bench.paths.packs_dir)
    assert bench.asked == []
    assert not bench.paths.data_dir.exists()


def test_a_pack_is_used_once_it_has_passed(bench: Bench) -> None:
    folder = bench.pack()
    first = bench.known()
    assert first.untried
    assert [state.verdict for state in first.packs] == ["untried"]
    assert first.parts == EngineParts()

    tried = bench.attempt()
    part = PackPart(str(folder / LIBRARY))
    assert tried.parts == EngineParts(packs=(part,))
    assert [(state.verdict, state.device) for state in tried.packs] == [("used", "CUDA0 (GeForce)")]
    assert bench.asked == [EngineTrial(), EngineTrial(pack=part, needs=CUDA.needs)]

    after = bench.known()
    assert (after.parts, after.untried) == (tried.parts, False)
    assert bench.attempt().parts == tried.parts
    assert bench.asked == []
    bench.attempt(again=True)
    assert len(bench.asked) == 2


def test_one_that_failed_is_tried_again_only_when_asked(bench: Bench) -> None:
    bench.pack()
    bench.of_pack = CRASH
    failed = bench.attempt()
    assert (failed.parts, kinds(failed)) == (EngineParts(), ["pack_crashed"])
    assert [state.verdict for state in bench.known().packs] == ["failed before"]
    assert not bench.known().untried
    bench.attempt()
    assert bench.asked == []
    bench.of_pack = GOOD
    assert bench.attempt(again=True).parts.packs
    assert bench.known().parts.packs


@pytest.mark.parametrize(("kind", "answer"), NOT_MADE.items())
def test_one_that_could_not_be_tried_is_tried_at_the_next_start(
    bench: Bench, kind: str, answer: Answer
) -> None:
    bench.pack()
    bench.of_pack = answer
    view = bench.attempt()
    assert (view.parts, kinds(view)) == (EngineParts(), [kind])
    assert bench.known().untried
    bench.of_pack = GOOD
    assert bench.attempt().parts.packs


@pytest.mark.parametrize(("kind", "answer"), [*NOT_MADE.items(), ("pack_crashed", ABORT)])
def test_a_working_pack_stays_when_it_can_not_be_tried_now(
    bench: Bench, kind: str, answer: Answer
) -> None:
    bench.pack()
    bench.attempt()
    bench.of_pack = answer
    view = bench.attempt(again=True)
    assert ([state.verdict for state in view.packs], kinds(view)) == (["used"], [kind])
    assert view.parts.packs
    assert bench.known().parts == view.parts


def test_a_working_pack_that_crashes_is_given_up(bench: Bench) -> None:
    bench.pack()
    bench.attempt()
    bench.of_pack = CRASH
    assert bench.attempt(again=True).parts == EngineParts()
    assert [state.verdict for state in bench.known().packs] == ["failed before"]


def test_an_unknown_pack_that_ends_itself_has_failed(bench: Bench) -> None:
    bench.pack()
    bench.of_pack = ABORT
    bench.attempt()
    assert [state.verdict for state in bench.known().packs] == ["failed before"]


def test_another_driver_or_library_is_another_test(bench: Bench) -> None:
    folder = bench.pack()
    version = bench.root / "sys/module/nvidia/version"
    version.parent.mkdir(parents=True)
    version.write_text("560.35.03\n")
    bench.attempt()
    assert bench.known().parts.packs
    version.write_text("570.10\n")
    assert bench.known().untried
    bench.attempt()
    assert not bench.known().untried
    os.utime(folder / LIBRARY, (1, 1))
    assert bench.known().untried
    assert bench.known().parts == EngineParts()


def test_refusals_are_looked_at_each_time(bench: Bench) -> None:
    bench.pack()
    bench.gpus = Gpus((replace(GEFORCE, driver="470.1"),))
    assert kinds(bench.attempt()) == ["pack_old_driver"]
    assert bench.asked == []
    assert bench.known().untried
    bench.gpus = Gpus((GEFORCE,))
    assert bench.attempt().parts.packs


def test_packs_that_can_not_be_used(bench: Bench) -> None:
    (bench.pack("1-damaged") / LIBRARY).write_bytes(b"damaged")
    (bench.pack("2-missing") / LIBRARY).unlink()
    (bench.pack("3-unreadable") / "pack.json").write_text("{")
    make_pack(
        bench.paths.packs_dir / "4-other", msgspec.structs.replace(CUDA, engine_version="0.1")
    )
    view = bench.attempt()
    expected = ["pack_not_whole", "pack_not_whole", "pack_unreadable", "pack_other_engine"]
    assert kinds(view) == expected
    assert (view.parts, bench.asked) == (EngineParts(), [])


def test_a_portable_engine_climbs_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("haswell", "sapphirerapids", "zen4")
    files = tuple(Path(f"libggml-cpu-{name}.so") for name in names)
    monkeypatch.setattr(engine_parts, "portable_variants", lambda: files)
    bench.variants = (
        VariantScore("haswell", 64),
        VariantScore("sapphirerapids", 4032),
        VariantScore("zen4", 1984),
    )
    assert bench.known().untried
    view = bench.attempt()
    assert view.parts == EngineParts(proven=("sapphirerapids", "zen4"))
    assert bench.known() == view
    bench.attempt()
    assert bench.asked == []


def test_accepted_packs_make_the_engine_offload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.engine_build.portable_variants", lambda: (Path("x"),))
    monkeypatch.setattr("app.engine_build.read_report", lambda _path: None)
    environment: dict[str, str] = {}
    tell_parts(EngineParts(packs=(PackPart("/p/libggml-cuda.so"),)), environment)
    assert not engine_offloads()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert engine_offloads()


def test_driver_marks(tmp_path: Path) -> None:
    assert driver_mark("cuda", tmp_path) == ()
    assert driver_mark("rpc", tmp_path) == ()
    before = driver_mark("vulkan", tmp_path)
    icd = tmp_path / "usr/share/vulkan/icd.d/radeon_icd.x86_64.json"
    icd.parent.mkdir(parents=True)
    icd.touch()
    assert driver_mark("vulkan", tmp_path) != before
