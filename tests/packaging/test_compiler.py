"""Compilers are judged by what they compile and link."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from setup_steps.compiler import Compiler, find_compiler
from setup_steps.processes import NOT_FOUND, Completed


class Toolchain:
    """`Run` for compilers by name; each refuses commands that hold one of its refused words."""

    def __init__(self, **refused: tuple[str, ...]) -> None:
        self._refused = {name.replace("xx", "++"): words for name, words in refused.items()}

    def __call__(self, command: Sequence[str], /) -> Completed:
        name = command[0]
        if name not in self._refused:
            return Completed(NOT_FOUND, "")
        if "--version" in command:
            return Completed(0, f"{name} 12.2.0\nCopyright\n")
        return Completed(int(any(word in command for word in self._refused[name])), "")


def test_a_full_toolchain() -> None:
    assert find_compiler({}, Toolchain(cc=(), cxx=())) == Compiler(
        "cc", "c++", "c++ 12.2.0", True, True
    )


def test_a_name_that_does_not_compile_is_passed_over() -> None:
    found = find_compiler({}, Toolchain(cc=(), cxx=("-std=c++17",), gxx=()))
    assert found is not None
    assert found.cxx == "g++"


def test_no_openmp_and_no_amx_switches_are_noticed() -> None:
    found = find_compiler({}, Toolchain(cc=("-fopenmp", "-mno-amx-tile"), cxx=()))
    assert found is not None
    assert (found.openmp, found.amx_off) == (False, False)


@pytest.mark.parametrize("there", [{"cc": ()}, {"cxx": ()}, {}])
def test_both_languages_are_needed(there: dict[str, tuple[str, ...]]) -> None:
    assert find_compiler({}, Toolchain(**there)) is None


def test_the_users_choice_is_the_only_one_tried() -> None:
    tools = Toolchain(cc=(), cxx=(), ccache=())
    found = find_compiler({"CXX": "ccache g++", "CC": "cc"}, tools)
    assert found is not None
    assert found.cxx == "ccache g++"
    assert find_compiler({"CXX": "gone"}, tools) is None
