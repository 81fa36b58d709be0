"""An engine that leaves a crash report when it ends unasked, with what it was doing."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from msgspec.structs import asdict

from app.crash_reports import CrashReports, Facts
from runtime.engine_process import Engine, EngineEvent, Exited
from runtime.protocol.frames import Command, Failed, Finished, Generate, Load, Loaded


@dataclass(frozen=True)
class EngineRun:
    """What a worker was doing: `doing` is "starting", "loading", "waiting" or "answering"."""

    doing: str = "starting"
    load: Load | None = None
    loaded: Loaded | None = None

    def facts(self) -> Facts:
        """The file's name, not its place, and the numbers it was loaded with."""
        found = [("It was", self.doing)]
        if self.load is not None:
            found += [("Model", PurePath(self.load.path).name), *_load_facts(self.load)]
        if self.loaded is not None:
            loaded = self.loaded
            found += [
                ("Loaded as", f"n_ctx {loaded.n_ctx}, n_threads {loaded.n_threads}"),
                ("Engine says", loaded.engine),
            ]
        return tuple(found)


class ReportedEngine:
    """An `Engine` that does what the one inside does, and remembers what it was doing."""

    def __init__(self, engine: Engine, reports: CrashReports) -> None:
        self._engine, self._reports = engine, reports
        self._run = EngineRun()

    @property
    def pid(self) -> int | None:
        return self._engine.pid

    def start(self, on_event: Callable[[EngineEvent], None]) -> None:
        def heard(event: EngineEvent) -> None:
            # The window must hear of the end whatever goes wrong with a report of it.
            try:
                if isinstance(event, Exited):
                    self._ended(event)
                else:
                    self._run = after(self._run, event)
            finally:
                on_event(event)

        self._engine.start(heard)

    def send(self, command: Command) -> None:
        self._run = after(self._run, command)
        self._engine.send(command)

    def stop(self) -> None:
        self._engine.stop()

    def _ended(self, event: Exited) -> None:
        if not event.expected:
            from app.crash_log_lines import safe_lines

            reason = ending(event.returncode, is_broken=bool(event.broken_channel))
            self._reports.write("engine", reason, safe_lines(event.log_tail), self._run.facts())


def after(run: EngineRun, frame: object) -> EngineRun:
    """What the worker is doing once `frame` was sent or heard."""
    match frame:
        case Load():
            return EngineRun("loading", frame)
        case Loaded():
            # What it tells of the model comes from a file; only the numbers go into a report.
            return EngineRun("waiting", run.load, frame)
        case Generate():
            return EngineRun("answering", run.load, run.loaded)
        case Finished() | Failed():
            return EngineRun("waiting", run.load, run.loaded)
    return run


def ending(returncode: int, *, is_broken: bool = False) -> str:
    """How a process ended, for a report."""
    if is_broken:
        return "it sent something that could not be read"
    if returncode >= 0:
        # Windows gives a fault as a large code, known by its hexadecimal form.
        return f"it ended with code {returncode if returncode < 256 else hex(returncode)}"
    try:
        name = signal.Signals(-returncode).name
    except ValueError:
        name = f"signal {-returncode}"
    if name == "SIGKILL":
        return "it was ended by SIGKILL, most often because memory ran out"
    return f"it was ended by {name}"


def _load_facts(load: Load) -> list[tuple[str, str]]:
    asked: dict[str, object] = {
        "n_ctx": load.n_ctx,
        "n_threads": load.n_threads,
        "use_extra_bufts": load.use_extra_bufts,
        "capture_experts": load.capture_experts,
    }
    found = [("Asked for", _numbers(asked))]
    if load.placement is not None:
        found.append(("Placement", _numbers(asdict(load.placement))))
    return found


def _numbers(values: dict[str, object]) -> str:
    return ", ".join(f"{name} {_number(value)}" for name, value in values.items())


def _number(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + " ".join(str(one) for one in value) + "]"
    return str(value)
