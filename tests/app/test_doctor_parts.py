"""What the doctor says of processor variants and GPU packs."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.doctor import machine_checks
from app.doctor_parts import pack_checks, variant_check
from app.engine_packs import Pack
from app.engine_parts import PackState, PackVerdict, PartsView
from app.engine_probe import Described, EngineFacts, VariantScore
from app.gpu_probe import Gpus
from runtime.engine_parts import EngineParts
from runtime.errors import Problem
from tests.app.findings import GEFORCE, INSTALLED, MACHINE, described
from tests.app.packs import CUDA

PACKS = Path("/data/engine-packs")
VIEW = PartsView(folder=PACKS)
BEST = "haswell: AVX2, F16C, AVX\nThe best of 2 builds for this processor"
PACK = Pack(PACKS / "cuda", CUDA)


def portable(used: str = "haswell", amx_score: int = 0) -> Described:
    scores = (VariantScore("haswell", 64), VariantScore("sapphirerapids", amx_score))
    return msgspec.structs.replace(
        described(features=("AVX", "AVX2", "F16C", "FMA")), variant=used, variants=scores
    )


def test_a_native_engine_has_no_variant() -> None:
    assert variant_check(described(), VIEW) is None
    assert variant_check(None, VIEW) is None


@pytest.mark.parametrize(
    ("engine", "parts", "detail"),
    [
        (portable(), EngineParts(), BEST),
        (
            portable(amx_score=4032),
            EngineParts(),
            f"{BEST}. sapphirerapids, which uses AMX, is left out until it has passed its test",
        ),
        (
            portable(amx_score=4032),
            EngineParts(failed=("sapphirerapids",)),
            f"{BEST}. sapphirerapids, which uses AMX, failed its test and is left out",
        ),
        (
            portable(),
            EngineParts(failed=("zen4",)),
            "haswell: AVX2, F16C, AVX\nThe best that works here; zen4 failed its test",
        ),
        (
            portable("sapphirerapids", 4032),
            EngineParts(proven=("sapphirerapids",)),
            "sapphirerapids: AVX2, F16C, AVX\nThe best of 2 builds for this processor",
        ),
    ],
)
def test_the_variant_in_use(engine: Described, parts: EngineParts, detail: str) -> None:
    check = variant_check(engine, PartsView(parts))
    assert check is not None
    assert (check.status, check.detail) == ("ok", detail)


def test_one_that_is_used_though_it_failed() -> None:
    failed = EngineParts(failed=("haswell", "sapphirerapids"))
    check = variant_check(portable(amx_score=4032), PartsView(failed))
    assert check is not None
    assert (check.status, check.advice) == ("problem", "coterie doctor tries it again.")
    assert check.detail.endswith("It failed its test, as every build for this processor did")


def test_no_variant_suits() -> None:
    check = variant_check(portable(""), VIEW)
    assert check is not None
    assert check.status == "problem"


@pytest.mark.parametrize(
    ("verdict", "kind", "device", "status", "said"),
    [
        ("used", "", "CUDA0 (GeForce)", "ok", "CUDA 12.4\nIn use on CUDA0 (GeForce)"),
        ("used", "", "", "ok", "CUDA 12.4\nIn use: it passed its test"),
        ("untried", "", "", "info", "CUDA 12.4\nIt is used once it has passed its test"),
        ("failed before", "", "", "problem", "CUDA 12.4\nIt failed its test and is not used"),
        (
            *("used", "pack_hung", "", "info"),
            "Too old\nIt stays in use: it passed its test earlier",
        ),
        ("refused", "pack_old_driver", "", "problem", "Not used\nToo old"),
        ("refused", "pack_no_gpu", "", "info", "Not used\nToo old"),
    ],
)
def test_a_pack(verdict: PackVerdict, kind: str, device: str, status: str, said: str) -> None:
    problem = Problem(kind, "Not used", "Too old", "Update it.") if kind else None
    view = PartsView(packs=(PackState(PACK, verdict, problem, device),))
    (check,) = pack_checks(view, Gpus(), described())
    assert (check.status, check.detail) == (status, said)
    assert bool(check.advice) == (bool(kind) or verdict == "failed before")


def test_a_gpu_without_a_pack() -> None:
    (check,) = pack_checks(VIEW, Gpus((GEFORCE,)), portable())
    assert "GeForce RTX 4070 is not used: this build of Coterie has no pack" in check.detail
    assert check.advice == "Put one into /data/engine-packs; docs/gpu-packs.md says how it is made."
    assert pack_checks(VIEW, Gpus(), portable()) == ()
    assert pack_checks(VIEW, Gpus((GEFORCE,)), described()) == ()


def test_nobody_is_told_to_build_a_portable_engine() -> None:
    for machine in (MACHINE,):
        found = machine_checks(machine, EngineFacts(INSTALLED, portable()), VIEW)
        assert [check.status for check in found if check.status == "problem"] == []
        assert not [check for check in found if "make" in check.advice.split()]
