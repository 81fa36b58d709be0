"""What the doctor says of the engine's parts: the build for this processor, and the GPU packs."""

from __future__ import annotations

from pathlib import Path

from app.check_view import CheckStatus, CheckView
from app.engine_parts import PackState, PartsView
from app.engine_probe import Described
from app.gpu_probe import Gpus
from runtime.engine.cpu_variants import WITH_AMX
from runtime.language import marked, tr, tr_n

GUIDE = "docs/gpu-packs.md"
_VARIANT, _PACK = marked("Engine build"), marked("GPU pack")
# ggml/src/CMakeLists.txt of v0.5.0: what each adds to the one before it in speed.
_WORDS = (
    *("AVX512_BF16", "AVX512_VNNI", "AVX512_VBMI", "AVX512", "AVX_VNNI"),
    *("AVX2", "F16C", "AVX", "SSE42"),
)
_MOST_WORDS = 3
# A pack for another computer is no fault of this one.
NOT_WANTED = ("pack_no_gpu", "pack_not_needed")


def variant_check(described: Described | None, parts: PartsView) -> CheckView | None:
    """Which of a portable engine's builds is in use and why; None for a native one."""
    if described is None or not described.variants:
        return None
    if not described.variant:
        advice = tr("This engine can't run on this processor.")
        return CheckView(_VARIANT, "problem", tr("None suits this processor"), advice)
    has = [name for name in _WORDS if name in described.features][:_MOST_WORDS]
    chosen = f"{described.variant}: {', '.join(has)}" if has else described.variant
    why = tr_n(
        "The only build in this engine",
        "The best of {n} builds for this processor",
        len(described.variants),
    )
    if described.variant in parts.parts.failed:
        why = tr("It failed its test, as every build for this processor did")
        return CheckView(
            _VARIANT, "problem", f"{chosen}\n{why}", tr("coterie doctor tries it again.")
        )
    if failed := [name for name in parts.parts.failed if name not in WITH_AMX]:
        names = ", ".join(failed)
        why = tr("The best that works here; {names} failed its test", names=names)
    detail = f"{chosen}\n{why}"
    if left_out := _left_out(described, parts):
        detail = f"{detail}. {left_out}"
    return CheckView(_VARIANT, "ok", detail)


def _left_out(described: Described, parts: PartsView) -> str:
    scores = {variant.name: variant.score for variant in described.variants}
    used = scores.get(described.variant, 0)
    better = [name for name in scores if name in WITH_AMX and scores[name] > used]
    if not better:
        return ""
    if better[0] in parts.parts.failed:
        return tr("{name}, which uses AMX, failed its test and is left out", name=better[0])
    return tr("{name}, which uses AMX, is left out until it has passed its test", name=better[0])


def pack_checks(parts: PartsView, gpus: Gpus, described: Described | None) -> tuple[CheckView, ...]:
    """One for each pack; without any, what to do about a GPU that a portable engine leaves idle."""
    if parts.packs:
        return tuple(map(_pack_check, parts.packs))
    if described is None or not described.variants or not gpus.found:
        return ()
    return (_no_pack(gpus, parts.folder),)


def _pack_check(state: PackState) -> CheckView:
    name = state.pack.name
    match state.verdict:
        case "used" if state.problem is not None:
            stays = tr("It stays in use: it passed its test earlier")
            detail = f"{state.problem.message}\n{stays}"
            return CheckView(_PACK, "info", detail, state.problem.remedy)
        case "used":
            if state.device:
                used = tr("In use on {device}", device=state.device)
            else:
                used = tr("In use: it passed its test")
            return CheckView(_PACK, "ok", f"{name}\n{used}")
        case "untried":
            waits = tr("It is used once it has passed its test")
            return CheckView(_PACK, "info", f"{name}\n{waits}")
        case "failed before":
            failed = tr("It failed its test and is not used")
            advice = tr("coterie doctor tries it again.")
            return CheckView(_PACK, "problem", f"{name}\n{failed}", advice)
    problem = state.problem
    if problem is None:
        return CheckView(_PACK, "problem", name)
    status: CheckStatus = "info" if problem.kind in NOT_WANTED else "problem"
    return CheckView(_PACK, status, f"{problem.title}\n{problem.message}", problem.remedy)


def _no_pack(gpus: Gpus, folder: Path) -> CheckView:
    unused = tr(
        "{gpu} is not used: this build of Coterie has no pack for it", gpu=gpus.found[0].name
    )
    none = tr("None")
    advice = tr("Put one into {folder}; {guide} says how it is made.", folder=folder, guide=GUIDE)
    return CheckView(_PACK, "info", f"{none}\n{unused}", advice)
