"""The throw-away process that tries a part of the engine, with the real engine."""

from __future__ import annotations

import subprocess
from pathlib import Path

import msgspec
import pytest

from app.child_process import Answer
from app.engine_trials import TRIAL_COMMAND, ask_engine, distance, reference_steps, try_part
from runtime.engine_parts import PackPart
from runtime.protocol.engine_trial import EngineTrial, EngineTrialResult


def tried(trial: EngineTrial) -> EngineTrialResult:
    answer = ask_engine(trial)
    assert answer.returncode == 0, answer.stderr
    return msgspec.json.decode(answer.stdout, type=EngineTrialResult)


@pytest.fixture(scope="module")
def usual() -> Answer:
    """What this engine answers as it is used every day."""
    return ask_engine(EngineTrial())


def test_the_engine_agrees_with_itself(usual: Answer) -> None:
    result = msgspec.json.decode(usual.stdout, type=EngineTrialResult)
    assert (result.missing, result.fault, result.device) == ("", "", "")
    again = tried(EngineTrial())
    assert [step.token for step in again.steps] == [step.token for step in result.steps]
    assert max(map(distance, result.steps, again.steps)) < 0.001
    # A model whose answers are all alike could not tell a wrong kernel.
    assert len({step.token for step in result.steps}) > 4


def test_other_numbers_are_seen_as_wrong(usual: Answer) -> None:
    reference = reference_steps(lambda _trial: usual)
    shifted = tuple(reversed(reference))
    assert try_part(lambda _trial: usual, EngineTrial(), reference).outcome == "agrees"
    assert try_part(lambda _trial: usual, EngineTrial(), shifted).outcome == "wrong"


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert tried(EngineTrial()).steps
    assert list(tmp_path.iterdir()) == []


def test_a_library_the_system_lacks() -> None:
    assert tried(EngineTrial(needs=("libnowhere.so.9",))).missing == "libnowhere.so.9"


def test_a_variant_this_engine_lacks() -> None:
    assert "z80" in tried(EngineTrial("z80")).fault


def test_a_pack_that_is_no_library(tmp_path: Path) -> None:
    library = tmp_path / "libggml-cuda.so"
    library.write_bytes(b"not ELF")
    result = tried(EngineTrial(pack=PackPart(str(library))))
    assert not result.steps
    assert str(library) in result.fault


@pytest.mark.parametrize("arguments", [(), ("{",), ('{"pack": 1}',)])
def test_a_wrong_question(arguments: tuple[str, ...]) -> None:
    done = subprocess.run((*TRIAL_COMMAND, *arguments), capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stdout == b""
