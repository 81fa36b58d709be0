"""The engine's own description: parsed, refused, crashed, late, and from the real engine."""

from __future__ import annotations

import signal
import sys
import time

import msgspec
import pytest

from app.child_process import Answer
from app.engine_build import InstalledEngine
from app.engine_probe import EngineFacts, EngineProbe, EngineTrouble, understood
from runtime.worker.describe import backends, offloads
from tests.app.findings import INSTALLED, described

GOOD = msgspec.json.encode(described())


@pytest.mark.parametrize(
    ("answer", "trouble", "detail"),
    [
        (Answer(None, timed_out=True), "no_answer", ""),
        (Answer(-signal.SIGILL), "not_loaded", "it was ended by SIGILL"),
        (Answer(-99), "not_loaded", "it was ended by signal 99"),
        (Answer(1), "not_loaded", "it ended with code 1"),
        (
            Answer(1, b"", "Traceback\nOSError: libgomp.so.1: cannot open\n"),
            "not_loaded",
            "OSError: libgomp.so.1: cannot open",
        ),
        (
            Answer(None, stderr="the system refused to start a process: No memory"),
            "not_loaded",
            "the system refused to start a process: No memory",
        ),
    ],
)
def test_trouble(answer: Answer, trouble: EngineTrouble, detail: str) -> None:
    assert understood(INSTALLED, answer) == EngineFacts(INSTALLED, None, trouble, detail)


@pytest.mark.parametrize("stdout", [b"", b"ggml_cuda_init: found 1", b"{}", b'{"devices": 1}'])
def test_an_answer_that_is_none(stdout: bytes) -> None:
    facts = understood(INSTALLED, Answer(0, stdout))
    assert facts.trouble == "not_loaded"
    assert facts.detail.startswith("its answer is wrong: ")


def test_an_answer() -> None:
    assert understood(INSTALLED, Answer(0, GOOD)) == EngineFacts(INSTALLED, described())


def test_a_hanging_engine_does_not_hang_us() -> None:
    began_s = time.monotonic()
    waits = "import signal; signal.sigwait([signal.SIGUSR1])"
    assert EngineProbe((sys.executable, "-c", waits)).facts(0.2).trouble == "no_answer"
    assert time.monotonic() - began_s < 5


def test_none_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.engine_probe.installed_engine", lambda: InstalledEngine(None))
    assert EngineProbe(("/never/started",)).facts() == EngineFacts(
        InstalledEngine(None), trouble="not_installed"
    )


def test_the_real_engine_describes_itself() -> None:
    facts = EngineProbe().facts(60)
    assert facts.trouble == ""
    assert facts.described is not None
    assert facts.described.llama_cpp_python == facts.installed.version
    assert "REPACK" in facts.described.features
    assert [device.kind for device in facts.described.devices if device.kind == "cpu"]
    gpu_devices = [d for d in facts.described.devices if d.kind in ("gpu", "igpu")]
    assert facts.described.gpu_offload or not gpu_devices


@pytest.mark.parametrize(
    ("line", "kinds", "names", "offload"),
    [
        ("CPU : SSE3 = 1 | AVX2 = 1 | REPACK = 1 | ", ("cpu",), ("CPU",), False),
        (
            "CUDA : ARCHS = 890 | USE_GRAPHS = 1 | CPU : SSE3 = 1 | ",
            ("gpu", "cpu"),
            ("CUDA", "CPU"),
            True,
        ),
        # CUDA built in, no GPU to be found.
        ("CUDA : ARCHS = 890 | CPU : SSE3 = 1 | ", ("cpu",), ("CUDA", "CPU"), True),
        # A back end without features of its own (Vulkan) is known by its device.
        ("CPU : SSE3 = 1 | ", ("igpu", "cpu"), ("CPU",), True),
        ("", (), (), False),
    ],
)
def test_what_counts_as_gpu_offload(
    line: str, kinds: tuple[str, ...], names: tuple[str, ...], offload: bool
) -> None:
    assert backends(line) == names
    assert offloads(names, kinds) is offload
