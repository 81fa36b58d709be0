"""The bundle's two programs: which modules the second one runs, and what each may hold."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bundle.failure import BundleError
from bundle.own_environment import restore
from bundle.part import CHECK, PART_MODULES, needed_modules
from bundle.programs import forbidden_in
from bundle.pruning import NOT_IN_THE_WINDOW
from bundle.trying import try_programs

from tests.packaging.machine import CHECKOUT, SETUP_FOLDER

ENTRY = SETUP_FOLDER / "bundle" / "part.py"


def asked_for(source: Path) -> set[str]:
    """The modules that `part_command` is called with in one file."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    constants = {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "part_command":
            (word,) = node.args
            if isinstance(word, ast.Constant):
                found.add(word.value)
            else:
                assert isinstance(word, ast.Name), f"{source}: {ast.unparse(node)}"
                found.add(constants[word.id])
    return found


def test_each_process_the_program_starts_is_a_part_and_no_other_is() -> None:
    sources = [
        file for name in ("app", "runtime", "ui") for file in (CHECKOUT / name).rglob("*.py")
    ]
    assert set(PART_MODULES) == set().union(*map(asked_for, sources))


@pytest.mark.parametrize("module", needed_modules(PART_MODULES, CHECKOUT))
def test_each_part_is_there(module: str) -> None:
    assert importlib.util.find_spec(module) is not None


def test_a_package_is_run_by_its_main_module() -> None:
    needed = needed_modules(("runtime.worker", "app.disk_speed"), CHECKOUT)
    assert needed[:3] == ["runtime.worker", "app.disk_speed", "runtime.worker.__main__"]


def test_every_part_loads() -> None:
    done = run_part(CHECK)
    assert done.returncode == 0, done.stderr


def broken_bundle(tmp_path: Path, program: str) -> Path:
    """Two programs, of which one says why it can't run."""
    for name in ("coterie", "coterie-part"):
        script = tmp_path / name
        words = "echo No module named _cffi_backend >&2; exit 1" if name == program else "exit 0"
        script.write_text(f"#!/bin/sh\n{words}\n")
        script.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("program", ["coterie", "coterie-part"])
def test_a_bundle_that_does_not_start_is_not_built(tmp_path: Path, program: str) -> None:
    with pytest.raises(BundleError, match=rf"{program} .*(?s:.*)_cffi_backend"):
        try_programs(broken_bundle(tmp_path, program))


def test_a_bundle_that_starts_passes(tmp_path: Path) -> None:
    try_programs(broken_bundle(tmp_path, "none"))


def run_part(*words: str) -> subprocess.CompletedProcess[str]:
    """The entry script as the bundle starts it, by this Python."""
    return subprocess.run(
        (sys.executable, str(ENTRY), *words),
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(SETUP_FOLDER), str(CHECKOUT)))},
        timeout=60,
    )


@pytest.mark.parametrize("words", [(), ("os",), ("runtime.worker.service",)])
def test_nothing_else_is_run(words: tuple[str, ...]) -> None:
    done = run_part(*words)
    assert done.returncode == 2
    assert "Start coterie instead." in done.stderr


def test_a_part_gets_its_arguments_and_gives_its_exit_code(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.pdf"
    damaged.write_bytes(b"%PDF-1.7 and no more")
    done = run_part("app.attachments.pdf_text", str(damaged))
    assert done.returncode == 1
    assert "damaged" not in done.stderr or "Traceback" in done.stderr


@pytest.mark.parametrize("forbidden", NOT_IN_THE_WINDOW)
def test_what_is_kept_from_the_window_is_found(forbidden: str) -> None:
    held = ["ui.launch", f"{forbidden}.inner", forbidden, f"{forbidden}_other"]
    assert forbidden_in(held, NOT_IN_THE_WINDOW) == [forbidden, f"{forbidden}.inner"]


def test_the_window_holds_none_of_the_engine() -> None:
    assert {"llama_cpp", "gguf", "huggingface_hub"} <= set(NOT_IN_THE_WINDOW)


def test_other_programs_get_the_users_environment() -> None:
    environment = {
        "LD_LIBRARY_PATH": "/opt/coterie/_internal:/home/ann/lib",
        "LD_LIBRARY_PATH_ORIG": "/home/ann/lib",
        "DYLD_LIBRARY_PATH": "/opt/coterie/_internal",
        "_PYI_ARCHIVE_FILE": "/opt/coterie/coterie",
        "_PYI_PARENT_PROCESS_LEVEL": "0",
        "HOME": "/home/ann",
    }
    restore(environment)
    assert environment == {"LD_LIBRARY_PATH": "/home/ann/lib", "HOME": "/home/ann"}
