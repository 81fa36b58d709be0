"""An engine is built once, whole or not at all, and a failure says why and where to read on."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from setup_steps import engine_shelf
from setup_steps.engine_build import Builder
from setup_steps.engine_install import install_engine, locked_version, portable_wish
from setup_steps.engine_recipe import recipe
from setup_steps.layout import Layout
from setup_steps.processes import SetupError

from tests.packaging.machine import CHECKOUT, Programs, Streams
from tests.packaging.test_engine_recipe import CUDA, GCC, KEY, WISH

WHEEL = "llama_cpp_python-0.3.36-py3-none-linux_x86_64.whl"
NINJA = [f"  [{done}/144] /usr/bin/c++ -c {done}.cpp" for done in range(1, 145)]


class Builds:
    """pip as the build sees it: makes the wheel, or fails with a compiler's words."""

    def __init__(self, works: bool = True) -> None:
        self.works = works
        self.wheels_built = 0
        self.build_environment: Mapping[str, str] = {}
        self.stream = Streams(self._behave)

    def _behave(
        self, command: Sequence[str], environment: Mapping[str, str]
    ) -> tuple[int, list[str]]:
        if "wheel" not in command:
            return 0, []
        self.build_environment = environment
        if not self.works:
            return 1, [*NINJA[:30], "  error: internal compiler error: Killed (cc1plus)"]
        self.wheels_built += 1
        (Path(command[command.index("--wheel-dir") + 1]) / WHEEL).write_bytes(b"engine")
        return 0, NINJA


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "checkout", tmp_path / "cache")
    made.venv.mkdir(parents=True)
    return made


def loads(layout: Layout) -> Programs:
    return Programs({(str(layout.python), "-c"): (0, "AVX2 = 1")})


def install(layout: Layout, builds: Builds, run: Programs | None = None) -> str:
    out = io.StringIO()
    builder = Builder(layout, builds.stream, {"SOURCE_DATE_EPOCH": "1"}, out)
    install_engine(builder, WISH, GCC, run or loads(layout))
    return out.getvalue()


def test_a_portable_engine_does_not_depend_on_the_machine_that_builds_it(layout: Layout) -> None:
    for name in ("engine", "engine-build"):
        layout.lock(name).parent.mkdir(parents=True, exist_ok=True)
        layout.lock(name).write_text("llama-cpp-python==0.3.36\n")
    wish = portable_wish(layout, {"HOME": "/home/ann"})
    assert wish.portable
    assert wish.cpu.features == ()
    assert not wish.cuda.use


def shelf_names(layout: Layout) -> list[str]:
    return sorted(path.name for path in layout.engines.iterdir())


def test_the_first_time_it_is_built_with_progress(layout: Layout) -> None:
    builds = Builds()
    told = install(layout, builds)
    assert builds.wheels_built == 1
    assert "Engine 0.3.36: 50 %\n" in told
    assert "no NVIDIA GPU found" in told
    assert shelf_names(layout) == [KEY]
    assert (layout.engines / KEY / WHEEL).read_bytes() == b"engine"
    assert "SOURCE_DATE_EPOCH" not in builds.build_environment
    assert str(layout.engines / KEY / WHEEL) in builds.stream.commands[-1]


def test_the_report_says_how_it_was_built(layout: Layout) -> None:
    install(layout, Builds())
    report = json.loads(layout.engine_report.read_text())
    assert report == json.loads((layout.engines / KEY / "engine.json").read_text())
    assert report["version"] == "0.3.36"
    assert report["cuda"] is False
    assert report["flags"] == list(recipe(WISH, GCC).cmake)
    assert report["cpu"]["features"] == ["avx2", "fma"]
    assert report["compiler"] == GCC.version
    assert time.strptime(report["built_at"], "%Y-%m-%dT%H:%M:%SZ")


def test_the_second_time_it_is_taken_from_the_shelf(layout: Layout) -> None:
    install(layout, Builds())
    layout.engine_report.unlink()
    again = Builds(works=False)
    told = install(layout, again)
    assert "kept from an earlier build" in told
    assert len(again.stream.commands) == 1
    assert layout.engine_report.exists()


def test_pip_may_not_give_back_an_older_build(layout: Layout) -> None:
    builds = Builds()
    install(layout, builds)
    (command,) = (one for one in builds.stream.commands if "wheel" in one)
    assert {"--no-cache-dir", "--no-build-isolation", "--require-hashes"} <= set(command)


def test_a_failure_shows_the_logs_end_and_leaves_nothing(layout: Layout) -> None:
    with pytest.raises(SetupError) as failed:
        install(layout, Builds(works=False))
    text = str(failed.value)
    log = layout.logs / f"engine-build-{KEY}.log"
    assert "internal compiler error" in text
    assert "[30/144]" in text
    assert "[2/144]" not in text
    assert f"The whole log: {log}." in text
    assert "[2/144]" in log.read_text()
    assert shelf_names(layout) == []
    assert not layout.engine_report.exists()


def test_only_a_cuda_build_that_fails_hints_at_building_without(layout: Layout) -> None:
    from dataclasses import replace

    builder = Builder(layout, Builds(works=False).stream, {}, io.StringIO())
    with pytest.raises(SetupError, match="COTERIE_CUDA=off make run"):
        install_engine(builder, replace(WISH, cuda=CUDA), GCC, loads(layout))
    with pytest.raises(SetupError) as failed:
        install_engine(builder, WISH, GCC, loads(layout))
    assert "CUDA" not in str(failed.value)


def test_an_interrupted_build_leaves_nothing(layout: Layout) -> None:
    def interrupted(
        command: Sequence[str], environment: Mapping[str, str]
    ) -> tuple[int, list[str]]:
        if "wheel" in command:
            raise KeyboardInterrupt
        return 0, []

    builder = Builder(layout, Streams(interrupted), {}, io.StringIO())
    with pytest.raises(KeyboardInterrupt):
        install_engine(builder, WISH, GCC, loads(layout))
    assert shelf_names(layout) == []


def test_an_engine_that_does_not_load_is_not_kept(layout: Layout) -> None:
    broken = Programs({(str(layout.python), "-c"): (1, "Traceback\nOSError: libomp.so: missing")})
    with pytest.raises(SetupError, match=r"does not load: OSError: libomp\.so: missing$"):
        install(layout, Builds(), broken)
    assert shelf_names(layout) == []
    assert not layout.engine_report.exists()


def test_only_what_was_left_long_ago_is_swept(layout: Layout) -> None:
    for name in (".building-old", ".building-now", "kept"):
        (layout.engines / name).mkdir(parents=True)
        os.utime(layout.engines / name, (1_000_000, 1_000_000))
    os.utime(layout.engines / ".building-now", (2_000_000, 2_000_000))
    engine_shelf.sweep(layout.engines, now_s=2_000_000)
    assert shelf_names(layout) == [".building-now", "kept"]


def test_the_version_comes_from_the_lock(layout: Layout) -> None:
    assert locked_version(Layout(CHECKOUT, layout.cache)) == "0.3.36"
