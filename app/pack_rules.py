"""Whether a GPU pack suits this engine, driver and GPU, and what to say where it does not."""

from __future__ import annotations

import re

from app.engine_packs import FileFault, Pack, PackManifest
from app.engine_trials import Tried
from app.gpu_probe import Gpus
from runtime.errors import Problem
from runtime.language import marked, tr

_NOT_USED = marked("A GPU pack is not used")
_AGAIN = marked("Copy the whole pack again, then restart Coterie.")
_ANOTHER = marked("Get or build the pack for this version of Coterie.")
_PROCESSOR = marked("Models run on the processor. Remove the pack's folder, or try another pack.")


def unreadable_problem(pack: Pack) -> Problem | None:
    """None for a pack whose pack.json was read."""
    if pack.manifest is not None:
        return None
    message = tr(
        "{folder}: its pack.json can't be read: {reason}",
        folder=pack.folder,
        reason=pack.unreadable,
    )
    return _problem("pack_unreadable", message, tr(_AGAIN))


def engine_problem(
    pack: Pack, manifest: PackManifest, version: str | None, *, cuda_built_in: bool
) -> Problem | None:
    """Whether the pack is for this engine; None when it is."""
    if manifest.engine_version != version:
        why = tr(
            "It was built for the engine {built}, and this is {here}.",
            built=manifest.engine_version,
            here=version or "?",
        )
    elif manifest.kind == "cuda" and cuda_built_in:
        why = tr("This engine has CUDA built in, so it needs no pack for it.")
        return _problem("pack_not_needed", _named(pack, why), tr("Remove the pack's folder."))
    else:
        return None
    return _problem("pack_other_engine", _named(pack, why), tr(_ANOTHER))


def file_problem(pack: Pack, fault: FileFault, name: str) -> Problem | None:
    if not fault:
        return None
    if fault == "missing":
        why = tr("Its file {name} is missing.", name=name)
    else:
        why = tr("Its file {name} is damaged.", name=name)
    return _problem("pack_not_whole", _named(pack, why), tr(_AGAIN))


def driver_problem(pack: Pack, manifest: PackManifest, gpus: Gpus) -> Problem | None:
    """Whether the driver and the GPU are there and new enough for a pack of CUDA."""
    if manifest.kind != "cuda":
        return None
    cards = [gpu for gpu in gpus.found if gpu.vendor == "NVIDIA"]
    working = [gpu for gpu in cards if gpu.answers]
    if not working and (gpus.trouble or cards):
        why = tr("NVIDIA's driver does not answer.")
        if gpus.detail:
            why = tr("NVIDIA's driver does not answer: {words}.", words=gpus.detail.rstrip("."))
        remedy = tr("Install NVIDIA's own driver, then restart the computer.")
        return _problem("pack_no_driver", _named(pack, why), remedy)
    if not working:
        why = tr("There is no NVIDIA GPU in this computer.")
        return _problem("pack_no_gpu", _named(pack, why), tr(_PROCESSOR))
    driver = working[0].driver
    if version_of(driver) < version_of(manifest.driver):
        why = tr(
            "The NVIDIA driver {driver} is older than the {needed} this pack needs.",
            driver=driver,
            needed=manifest.driver,
        )
        remedy = tr("Update the driver, then restart Coterie.")
        return _problem("pack_old_driver", _named(pack, why), remedy)
    if all(_too_old(gpu.compute_capability, manifest.compute_capability) for gpu in working):
        why = tr(
            "{gpu} has compute capability {has}, and this pack begins at {needed}.",
            gpu=working[0].name,
            has=working[0].compute_capability,
            needed=manifest.compute_capability,
        )
        remedy = tr("Build a pack for this GPU, or use a Vulkan pack.")
        return _problem("pack_old_gpu", _named(pack, why), remedy)
    return None


def trial_problem(pack: Pack, tried: Tried) -> Problem | None:
    """What went wrong when a tiny model ran on its device; None when nothing did."""
    match tried.outcome:
        case "agrees":
            return None
        case "missing":
            why = tr("The library {name} is missing or does not load.", name=tried.detail)
            remedy = tr("Install the GPU's driver with its Vulkan part, then restart Coterie.")
            if pack.manifest and pack.manifest.kind == "cuda":
                remedy = tr("Install NVIDIA's own driver, then restart the computer.")
            return _problem("pack_missing_library", _named(pack, why), remedy)
        case "crashed":
            why = tr("It crashed in its test ({detail}).", detail=tried.detail or "?")
            remedy = tr("Update the GPU's driver; coterie doctor tries the pack again.")
        case "hung":
            why = tr("It did not answer in its test.")
            remedy = tr("Restart the computer; coterie doctor tries the pack again.")
        case "wrong":
            why = tr("Its answers in the test differ from the processor's.")
            remedy = tr("Update the GPU's driver; coterie doctor tries the pack again.")
        case "refused":
            why = tr("It could not be used: {reason}.", reason=tried.detail.rstrip(".") or "?")
            remedy = tr(
                "Close programs that use the GPU or much memory, then restart Coterie: "
                "it tries the pack again."
            )
    return _problem(f"pack_{tried.outcome}", _named(pack, why), remedy)


def version_of(text: str) -> tuple[int, ...]:
    """The numbers of "560.35.03"; () for a text without any, which is older than all."""
    return tuple(int(number) for number in re.findall(r"\d+", text))


def _too_old(has: str, needed: str) -> bool:
    return bool(has) and version_of(has) < version_of(needed)


def _named(pack: Pack, why: str) -> str:
    return f"{pack.name}: {why}"


def _problem(kind: str, message: str, remedy: str) -> Problem:
    return Problem(kind, tr(_NOT_USED), message, remedy)
