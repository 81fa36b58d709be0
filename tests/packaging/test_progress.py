"""Progress is read from ninja's and pip's own lines and shown as few."""

from __future__ import annotations

import io

import pytest
from setup_steps.progress import (
    ProgressLine,
    Steps,
    build_phase,
    build_steps,
    collected_package,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("line", "steps"),
    [
        ("  [1/144] /usr/bin/c++ -DGGML_BUILD -DGGML_SHARED -c ggml.cpp", Steps(1, 144)),
        ("  [144/144] /usr/bin/cmake -E cmake_symlink_library bin/libllama.so", Steps(144, 144)),
        ("[12/144] Building CXX object src/CMakeFiles/llama.dir/llama.cpp.o", Steps(12, 144)),
        ("  note: in array[3/4] of", None),
        ("  -- [1/2", None),
        ("  [5/4] nonsense", None),
        ("  [0/0] nonsense", None),
        ("", None),
    ],
)
def test_ninjas_lines(line: str, steps: Steps | None) -> None:
    assert build_steps(line) == steps


@pytest.mark.parametrize(
    ("line", "phase"),
    [
        ("  Downloading llama_cpp_python-0.3.36.tar.gz (76.6 MB)", "fetching the source"),
        ("  *** Configuring CMake...", "looking at the compiler"),
        ("  *** Installing project into wheel...", "packing"),
        ("  -- Detecting C compiler ABI info", None),
    ],
)
def test_phases_without_a_number(line: str, phase: str | None) -> None:
    assert build_phase(line) == phase


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("Collecting msgspec==0.22.0 (from -r packaging/requirements.lock (line 3))", "msgspec"),
        ("Collecting pyside6-essentials==6.11.3", "pyside6-essentials"),
        ("  Downloading msgspec-0.22.0.whl (200 kB)", None),
        ("Installing collected packages: msgspec", None),
    ],
)
def test_pips_lines(line: str, package: str | None) -> None:
    assert collected_package(line) == package


def test_off_a_terminal_a_line_each_tenth() -> None:
    out = io.StringIO()
    progress = ProgressLine("Engine", out)
    progress.say("fetching the source")
    for done in range(1, 145):
        progress.step(Steps(done, 144))
    progress.end("built in 9 s")
    tenths = [f"Engine: {percent} %" for percent in range(0, 101, 10)]
    assert out.getvalue().splitlines() == [*tenths, "Engine: built in 9 s"]


def test_on_a_terminal_one_line_is_written_over() -> None:
    out = Terminal()
    progress = ProgressLine("Engine", out)
    progress.say("a long text about what goes on")
    progress.step(Steps(72, 144))
    progress.end("done")
    first, second, blank, last = out.getvalue().lstrip("\r").split("\r")
    assert second.strip() == "Engine:  50 %  (72 of 144)"
    assert len(second) == len(first)
    assert blank.strip() == ""
    assert last == "Engine: done\n"


def test_a_count_that_goes_back_is_not_told_twice() -> None:
    out = io.StringIO()
    progress = ProgressLine("Engine", out)
    for done in (50, 20, 55):
        progress.step(Steps(done, 100))
    assert out.getvalue() == "Engine: 50 %\n"
