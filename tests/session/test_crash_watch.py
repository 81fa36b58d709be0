"""Parts that end unasked leave a report, whoever started them; those we ended leave none."""

from __future__ import annotations

import gc
import os
import queue
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from app.crash_reports import CrashReports
from app.crash_watch import EngineRun, ReportedEngine, after, ending
from app.crash_watch_parts import ReportedProcess
from runtime.engine_process import EngineEvent, Exited
from runtime.fake_engine import FakeEngine
from runtime.frame_process import Ended, hub_process
from runtime.hub.frames import HubEvent, HubHello, HubShutdown
from runtime.protocol.frames import Generate, Load
from runtime.protocol.messages import ChatMessage, Sampling
from runtime.protocol.placement import Placement
from tests.engine_client import worker_environment
from tests.session.rig import Rig, local_model, real_engine

PATIENCE_S = 60
PROMPT = "My doctor says I have gallstones"


def new_reports(folder: Path) -> CrashReports:
    return CrashReports(folder / "crashes", folder)


def written(folder: Path) -> list[Path]:
    place = folder / "crashes"
    return sorted(place.iterdir()) if place.exists() else []


def test_a_killed_engine_leaves_one_with_its_model_and_no_text(
    new_rig: Callable[..., Rig], tmp_path: Path, tiny_model: Callable[[str], Path]
) -> None:
    path = tiny_model("llama")
    reports, new = new_reports(tmp_path), real_engine(tmp_path)
    rig = new_rig(
        new_engine=lambda: ReportedEngine(new(), reports),
        models=(local_model(path),),
    )
    ready = rig.ready()
    rig.session.send(PROMPT)
    rig.until(lambda state: state.answer is not None)
    assert ready.engine.pid is not None
    os.kill(ready.engine.pid, signal.SIGSEGV)
    rig.until(lambda state: state.engine.phase == "crashed")
    (report,) = written(tmp_path)
    text = report.read_text()
    assert report.name.endswith("-engine.txt")
    assert "it was ended by SIGSEGV" in text
    assert f"Model          {path.name}\n" in text
    assert f"n_ctx {ready.engine.n_ctx}" in text
    assert ready.engine.engine in text
    assert PROMPT not in text
    assert str(tmp_path) not in text
    assert str(path.parent) not in text

    rig.session.restart_engine()
    rig.ready()
    rig.session.close()
    assert written(tmp_path) == [report]


def test_a_worker_that_says_why_in_its_log(
    new_rig: Callable[..., Rig], tmp_path: Path, tiny_model: Callable[[str], Path]
) -> None:
    code = (
        "import sys; sys.stdin.buffer.read(1);"
        "sys.stderr.write('ggml_abort\\nYour prompt: gallstones\\n');"
        "raise ValueError('gallstones')"
    )
    path = tiny_model("llama")
    reports, new = new_reports(tmp_path), real_engine(tmp_path, "-c", code)
    rig = new_rig(
        new_engine=lambda: ReportedEngine(new(), reports),
        models=(local_model(path),),
    )
    rig.until(lambda state: state.engine.phase == "crashed")
    rig.session.close()
    (report,) = written(tmp_path)
    text = report.read_text()
    assert "it ended with code 1" in text
    assert "It was         loading" in text
    lines = ["ggml_abort", "Traceback (most recent call last):", "ValueError"]
    assert "\nWhere\n" + "".join(f"  {line}\n" for line in lines) in text
    assert "gallstones" not in text


@pytest.mark.parametrize("is_killed", [True, False])
def test_the_hubs_process(tmp_path: Path, is_killed: bool) -> None:
    # What is left of sessions before this must not be found on the thread that reads the process:
    # Qt's objects die with the thread that finds them, and the program ends in a fault.
    gc.collect()
    log = tmp_path / "hub.log"
    child = hub_process(log, environment=worker_environment() | {"HF_HUB_OFFLINE": "1"})
    process: ReportedProcess[HubEvent] = ReportedProcess(child, "hub", log, new_reports(tmp_path))
    events: queue.Queue[HubEvent | Ended] = queue.Queue()
    process.start(events.put)
    assert isinstance(events.get(timeout=PATIENCE_S), HubHello)
    assert process.pid is not None
    if is_killed:
        os.kill(process.pid, signal.SIGKILL)
    else:
        process.end(HubShutdown(), PATIENCE_S)
    assert isinstance(events.get(timeout=PATIENCE_S), Ended)
    names = [path.name[17:] for path in written(tmp_path)]
    assert names == (["-hub.txt"] if is_killed else [])


def test_what_is_told_of_a_load() -> None:
    placement = Placement(n_gpu_layers=31, cpu_expert_layers=(10, 11), n_ctx=4096)
    load = Load(1, "/home/ada/models/secret place/m.gguf", n_threads=2, placement=placement)
    asked = Generate(2, (ChatMessage("user", PROMPT),), Sampling(), 0.0)
    facts = after(after(EngineRun(), load), asked).facts()
    assert facts[0] == ("It was", "answering")
    assert facts[1] == ("Model", "m.gguf")
    assert "n_gpu_layers 31, cpu_expert_layers [10 11], split_layer -1" in facts[-1][1]
    assert PROMPT not in str(facts)
    assert "secret" not in str(facts)
    assert EngineRun().facts() == (("It was", "starting"),)


@pytest.mark.parametrize(
    ("returncode", "expected"),
    [
        (-signal.SIGSEGV, "it was ended by SIGSEGV"),
        (-signal.SIGKILL, "it was ended by SIGKILL, most often because memory ran out"),
        (1, "it ended with code 1"),
        (3221225477, "it ended with code 0xc0000005"),
        (-99, "it was ended by signal 99"),
    ],
)
def test_how_it_ended(returncode: int, expected: str) -> None:
    assert ending(returncode) == expected
    assert ending(returncode, is_broken=True) == "it sent something that could not be read"


class BrokenReports(CrashReports):
    """Whose writing meets a fault of our own."""

    def write(self, *_what: object, **_more: object) -> None:
        raise RuntimeError("no report")


def test_an_end_is_heard_though_its_report_goes_wrong(tmp_path: Path) -> None:
    class Dying(FakeEngine):
        def start(self, on_event: Callable[[EngineEvent], None]) -> None:
            self.tell = on_event

    inside = Dying()
    heard: list[EngineEvent] = []
    engine = ReportedEngine(inside, BrokenReports(tmp_path, tmp_path))
    engine.start(heard.append)
    ended = Exited(-signal.SIGSEGV, False, "")
    with pytest.raises(RuntimeError, match="no report"):
        inside.tell(ended)
    assert heard == [ended]
