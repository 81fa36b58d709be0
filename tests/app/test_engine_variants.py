"""The best build that works is found, and those with AMX are used only when they agree with it."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from app.child_process import Answer
from app.engine_parts_file import EnginePartsFile
from app.engine_probe import VariantScore
from app.engine_variants import VariantMemory, climb
from runtime.protocol.engine_trial import EngineTrial, EngineTrialResult, TrialStep

GOOD = Answer(0, msgspec.json.encode(EngineTrialResult((TrialStep(0, (1.0, 0.0)),))))
WRONG = Answer(0, msgspec.json.encode(EngineTrialResult((TrialStep(1, (0.0, 1.0)),))))
KILLED = Answer(-signal.SIGKILL)
DISK_FULL = Answer(1, stderr="OSError: [Errno 28] No space left on device")
CRASH, SLOW = Answer(-signal.SIGSEGV), Answer(None, timed_out=True)
NO_MEMORY = Answer(0, msgspec.json.encode(EngineTrialResult(fault="it made no context")))
HASWELL, ZEN4 = VariantScore("haswell", 64), VariantScore("zen4", 1984)
AMX, NO_AMX = VariantScore("sapphirerapids", 4032), VariantScore("sapphirerapids", 0)


@pytest.mark.parametrize(
    ("variants", "answers", "verdicts", "done"),
    [
        ((HASWELL, ZEN4, AMX), {}, {"zen4": "passed", "sapphirerapids": "passed"}, True),
        (
            (HASWELL, ZEN4, AMX),
            {"sapphirerapids": CRASH},
            {"zen4": "passed", "sapphirerapids": "failed"},
            True,
        ),
        (
            (HASWELL, ZEN4, AMX),
            {"sapphirerapids": WRONG},
            {"zen4": "passed", "sapphirerapids": "failed"},
            True,
        ),
        ((HASWELL, ZEN4, AMX), {"sapphirerapids": SLOW}, {"zen4": "passed"}, False),
        ((HASWELL, ZEN4, AMX), {"sapphirerapids": KILLED}, {"zen4": "passed"}, False),
        ((HASWELL, ZEN4), {"zen4": DISK_FULL}, {"haswell": "passed"}, False),
        ((HASWELL,), {"haswell": DISK_FULL}, {}, False),
        ((HASWELL, ZEN4), {"zen4": CRASH}, {"zen4": "failed", "haswell": "passed"}, True),
        ((HASWELL, ZEN4), {"zen4": NO_MEMORY}, {"haswell": "passed"}, False),
        ((HASWELL, NO_AMX), {}, {"haswell": "passed"}, True),
        ((HASWELL,), {"haswell": CRASH}, {"haswell": "failed"}, False),
        ((NO_AMX,), {}, {}, False),
        ((), {}, {}, False),
    ],
)
def test_climbing(
    tmp_path: Path,
    variants: tuple[VariantScore, ...],
    answers: Mapping[str, Answer],
    verdicts: Mapping[str, str],
    done: bool,
) -> None:
    def ask(trial: EngineTrial) -> Answer:
        return answers.get(trial.variant, GOOD)

    memory = VariantMemory(EnginePartsFile(tmp_path / "parts.json"), "here")
    climb(ask, variants, memory)
    names = ("haswell", "zen4", "sapphirerapids")
    found = {name: memory.verdict(name) for name in names}
    assert {name: one for name, one in found.items() if one != "untried"} == verdicts
    assert memory.is_done == done
    assert VariantMemory(EnginePartsFile(tmp_path / "parts.json"), "there").is_done is False


def test_without_an_answer_to_compare_with_nothing_is_said_of_amx(tmp_path: Path) -> None:
    answers = [GOOD, KILLED, GOOD]
    memory = VariantMemory(EnginePartsFile(tmp_path / "parts.json"), "here")
    climb(lambda _trial: answers.pop(0), (ZEN4, AMX), memory)
    assert memory.verdict(ZEN4.name) == "passed"
    assert memory.verdict(AMX.name) == "untried"
    assert not memory.is_done


def test_a_second_test_may_change_the_verdict(tmp_path: Path) -> None:
    memory = VariantMemory(EnginePartsFile(tmp_path / "parts.json"), "here")
    climb(lambda trial: CRASH if trial.variant == AMX.name else GOOD, (ZEN4, AMX), memory)
    assert memory.verdict(AMX.name) == "failed"
    climb(lambda _trial: GOOD, (ZEN4, AMX), memory)
    assert memory.verdict(AMX.name) == "passed"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"passed": 3}', b"\xff"])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    file = EnginePartsFile(tmp_path / "parts.json")
    (tmp_path / "parts.json").write_bytes(content)
    assert file.verdict("a") == "untried"
    file.remember("a", passed=True)
    assert file.verdict("a") == "passed"


def test_the_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    file = EnginePartsFile(tmp_path / "parts.json")
    for number in range(210):
        file.remember(str(number), passed=True)
    assert file.verdict("0") == "untried"
    assert file.verdict("209") == "passed"
