"""What the doctor says of the engine: its build, its answer, its first token."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.check_view import CheckStatus
from app.doctor_engine import engine_check, repacking_check, start_check, unused
from app.engine_build import BuildReport, InstalledEngine
from app.engine_probe import EngineFacts
from app.engine_trial import Trial
from app.processor import Processor
from runtime.errors import Problem
from tests.app.findings import (
    CPU_ENGINE,
    CUDA_ENGINE,
    INSTALLED,
    REPORT,
    RYZEN,
    X86_FEATURES,
    described,
)

AMX = replace(RYZEN, features=(*X86_FEATURES, "AMX_INT8"))
UNKNOWN = Processor("Apple M2", "arm64", None)
FOREIGN = InstalledEngine("0.3.36", "other")


def built(*features: str, report: BuildReport | None = REPORT) -> EngineFacts:
    return EngineFacts(replace(INSTALLED, report=report), described(features=features))


def without(*left_out: str, report: BuildReport | None = REPORT) -> EngineFacts:
    kept = (name for name in (*X86_FEATURES, "REPACK") if name not in left_out)
    return built(*kept, report=report)


@pytest.mark.parametrize(
    ("engine", "processor", "status", "detail", "advice"),
    [
        (
            CPU_ENGINE,
            RYZEN,
            "ok",
            (
                "llama-cpp-python 0.3.36, built for the processor\n"
                "AVX2, FMA, F16C, AVX512, BMI2, OPENMP, REPACK"
            ),
            "",
        ),
        (CUDA_ENGINE, RYZEN, "ok", "built for GPUs and the processor\n", ""),
        # AMX is left out on purpose.
        (CPU_ENGINE, AMX, "ok", "", ""),
        (built("NEON", "DOTPROD"), UNKNOWN, "ok", "NEON, DOTPROD", ""),
        (built(), UNKNOWN, "ok", "no processor features in use", ""),
        (
            without("AVX2", "FMA"),
            RYZEN,
            "problem",
            "",
            (
                "It leaves out AVX2 and FMA, which this processor has: answers are slow. "
                "The compiler it was built with (c++ 12.2.0) may be too old"
            ),
        ),
        (
            without("AVX2", report=None),
            RYZEN,
            "problem",
            "",
            "Run make clean run in Coterie's folder",
        ),
        (
            without("AVX2", report=BuildReport("0.3.36", "k", ("-DGGML_NATIVE=OFF",))),
            RYZEN,
            "problem",
            "",
            "CMAKE_ARGS turn that off",
        ),
        (without("AVX512"), RYZEN, "info", "", "Built without AVX512, which would make prompts"),
        (
            CPU_ENGINE,
            replace(RYZEN, features=("AVX", "AVX2", "BMI2", "F16C", "FMA", "SSE3", "SSSE3")),
            "problem",
            "",
            "It uses AVX512, which this processor lacks, and may crash. Run make clean run",
        ),
        (
            EngineFacts(InstalledEngine(None), trouble="not_installed"),
            RYZEN,
            "problem",
            "Not installed",
            "make run",
        ),
        (
            EngineFacts(INSTALLED, trouble="no_answer"),
            RYZEN,
            "problem",
            "llama-cpp-python 0.3.36\nIt does not answer",
            "Restart",
        ),
        (
            EngineFacts(FOREIGN, trouble="not_loaded", detail="it was ended by SIGILL"),
            RYZEN,
            "problem",
            "It does not load: it was ended by SIGILL",
            "make clean run",
        ),
    ],
)
def test_engine(
    engine: EngineFacts, processor: Processor, status: CheckStatus, detail: str, advice: str
) -> None:
    check = engine_check(engine, processor)
    assert check.status == status
    assert detail in check.detail
    assert advice in check.advice
    assert bool(check.advice) == (status != "ok")


def test_a_slow_start_is_no_problem_yet_on_the_first_page() -> None:
    check = engine_check(EngineFacts(INSTALLED, trouble="no_answer"), RYZEN, patient=False)
    assert (check.status, check.advice) == ("info", "")


@pytest.mark.parametrize(
    ("engine", "crashes", "status", "detail"),
    [
        (CPU_ENGINE, False, "ok", "In use\n"),
        (CPU_ENGINE, True, "info", "Left out"),
        (built("AVX2"), False, "info", "Not in this engine build"),
    ],
)
def test_repacking(engine: EngineFacts, crashes: bool, status: CheckStatus, detail: str) -> None:
    check = repacking_check(engine, crashes=crashes)
    assert check is not None
    assert check.status == status
    assert detail in check.detail
    assert bool(check.advice) == (status != "ok")


def test_repacking_of_an_engine_that_does_not_load_is_not_spoken_of() -> None:
    broken = EngineFacts(INSTALLED, trouble="not_loaded", detail="x")
    assert repacking_check(broken, crashes=True) is None


def test_first_token() -> None:
    worked = start_check(Trial("starter", 0.62))
    assert (worked.status, worked.detail) == (
        "ok",
        "starter answered\n0.62 s after the start of the engine",
    )
    crash = Problem("engine_crashed", "The engine stopped", "It crashed (SIGSEGV)", "Try this.")
    failed = start_check(Trial("starter", 0.62, crash, fault=True))
    assert (failed.status, failed.advice) == ("problem", "Try this.")
    assert failed.detail == "The engine stopped\nstarter: It crashed (SIGSEGV)"
    none = start_check(None)
    assert none.status == "info"
    assert "make run" in none.advice


def test_unused_keeps_the_order_asked_for() -> None:
    assert unused(("FMA", "AVX2", "NEON"), described(features=()), RYZEN) == ("FMA", "AVX2")
    assert unused(("FMA",), described(features=()), UNKNOWN) == ()
