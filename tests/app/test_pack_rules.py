"""Every reason not to use a GPU pack is a sentence with something to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from app.engine_packs import Pack, PackManifest
from app.engine_trials import Outcome, Tried
from app.gpu_probe import Gpus
from app.pack_rules import (
    driver_problem,
    engine_problem,
    file_problem,
    trial_problem,
    unreadable_problem,
    version_of,
)
from tests.app.findings import GEFORCE, NOUVEAU, RADEON
from tests.app.packs import CUDA

VULKAN = msgspec.structs.replace(CUDA, kind="vulkan", name="Vulkan", driver="")
PACK, VULKAN_PACK = Pack(Path("/p/cuda"), CUDA), Pack(Path("/p/vulkan"), VULKAN)
VERSION = CUDA.engine_version


@pytest.mark.parametrize(
    ("manifest", "gpus", "kind"),
    [
        (CUDA, Gpus((GEFORCE,)), ""),
        (CUDA, Gpus((replace(GEFORCE, driver="525.60.13"),)), ""),
        (CUDA, Gpus((RADEON, GEFORCE)), ""),
        (CUDA, Gpus((replace(GEFORCE, driver="470.1"),)), "pack_old_driver"),
        (CUDA, Gpus((replace(GEFORCE, driver=""),)), "pack_old_driver"),
        (CUDA, Gpus((replace(GEFORCE, compute_capability="5.2"),)), "pack_old_gpu"),
        (CUDA, Gpus((replace(GEFORCE, compute_capability="10.0"),)), ""),
        (CUDA, Gpus((replace(GEFORCE, compute_capability=""),)), ""),
        (CUDA, Gpus((replace(GEFORCE, compute_capability="5.2"), GEFORCE)), ""),
        (CUDA, Gpus((NOUVEAU,)), "pack_no_driver"),
        (CUDA, Gpus((), "driver_error", "Driver/library version mismatch"), "pack_no_driver"),
        (CUDA, Gpus((), "no_answer"), "pack_no_driver"),
        (CUDA, Gpus((RADEON,)), "pack_no_gpu"),
        (CUDA, Gpus(()), "pack_no_gpu"),
        (VULKAN, Gpus(()), ""),
        (VULKAN, Gpus((), "no_answer"), ""),
    ],
)
def test_drivers(manifest: PackManifest, gpus: Gpus, kind: str) -> None:
    problem = driver_problem(Pack(Path("/p"), manifest), manifest, gpus)
    assert (problem.kind if problem else "") == kind
    assert problem is None or problem.remedy


def test_an_old_driver_in_words() -> None:
    problem = driver_problem(PACK, CUDA, Gpus((replace(GEFORCE, driver="470.1"),)))
    assert problem is not None
    assert problem.one_line() == (
        "A GPU pack is not used: CUDA 12.4: The NVIDIA driver 470.1 is older than the 525.60.13 "
        "this pack needs. Update the driver, then restart Coterie."
    )


@pytest.mark.parametrize(
    ("manifest", "version", "built_in", "kind"),
    [
        (CUDA, VERSION, False, ""),
        (CUDA, VERSION, True, "pack_not_needed"),
        (VULKAN, VERSION, True, ""),
        (CUDA, "0.3.35", False, "pack_other_engine"),
        (CUDA, None, False, "pack_other_engine"),
    ],
)
def test_engines(manifest: PackManifest, version: str | None, built_in: bool, kind: str) -> None:
    problem = engine_problem(PACK, manifest, version, cuda_built_in=built_in)
    assert (problem.kind if problem else "") == kind


def test_other_reasons() -> None:
    assert unreadable_problem(PACK) is None
    unreadable = unreadable_problem(Pack(Path("/p/cuda"), unreadable="it is empty"))
    assert unreadable is not None
    assert unreadable.message == "/p/cuda: its pack.json can't be read: it is empty"
    assert file_problem(PACK, "", "") is None
    for fault, word in (("missing", "missing"), ("damaged", "damaged")):
        problem = file_problem(PACK, fault, "libcudart.so.12")  # type: ignore[arg-type]
        assert problem is not None
        assert problem.message == f"CUDA 12.4: Its file libcudart.so.12 is {word}."


@pytest.mark.parametrize("outcome", ["missing", "crashed", "hung", "wrong", "refused"])
def test_a_test_that_failed(outcome: Outcome) -> None:
    problem = trial_problem(PACK, Tried(outcome, "libcuda.so.1"))
    assert problem is not None
    assert problem.message.startswith("CUDA 12.4: ")
    assert problem.remedy.endswith(".")
    assert trial_problem(PACK, Tried("agrees")) is None


def test_what_to_install_for_a_missing_library() -> None:
    missing = Tried("missing", "libvulkan.so.1")
    cuda, vulkan = trial_problem(PACK, missing), trial_problem(VULKAN_PACK, missing)
    assert cuda is not None
    assert vulkan is not None
    assert "NVIDIA" in cuda.remedy
    assert "Vulkan" in vulkan.remedy


def test_versions() -> None:
    assert version_of("560.35.03") > version_of("560.35") > version_of("99.9") > version_of("")
