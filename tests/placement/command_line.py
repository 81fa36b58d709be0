"""`coterie plan`, `tune` and `bench` in this process, on a machine that is measured once."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from app.cli import plan_command, tune_command
from app.cli.arguments import parser
from app.hardware_probe import ReadHardware, gather
from app.paths import Paths


@dataclass
class CommandLine:
    """Runs commands; what the last one wrote is in `out` and `err`."""

    paths: Paths
    out: str = ""
    err: str = ""

    def run(self, *words: str) -> int:
        out, err = io.StringIO(), io.StringIO()
        options = parser().parse_args(list(words))
        try:
            if options.command == "plan":
                return plan_command.run(options, self.paths, out)
            act = tune_command.run if options.command == "tune" else tune_command.bench
            return act(options, self.paths, out, err)
        finally:
            self.out, self.err = out.getvalue(), err.getvalue()

    def json(self, *words: str) -> Any:
        assert self.run(*words, "--json") == 0
        return json.loads(self.out)


@cache
def _gathered() -> ReadHardware:
    with TemporaryDirectory() as folder:
        return gather(Paths.beneath(Path(folder)))


@pytest.fixture(scope="session")
def this_machine() -> ReadHardware:
    """What the program finds out of this computer, once for all tests."""
    return _gathered()


@pytest.fixture
def command_line(
    tmp_path: Path, this_machine: ReadHardware, monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    monkeypatch.setattr(plan_command, "gather_for", lambda *_: this_machine)
    return CommandLine(Paths.beneath(tmp_path))
