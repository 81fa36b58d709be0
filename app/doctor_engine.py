"""What the doctor says of the engine: its build against this processor, and whether it works."""

from __future__ import annotations

from app.check_view import CheckView
from app.engine_build import BuildReport
from app.engine_probe import Described, EngineFacts
from app.engine_trial import Trial
from app.number_text import duration
from app.processor import KNOWN_FEATURES, Processor
from runtime.language import marked, tr
from runtime.own_program import is_bundled

# Decoding is several times slower without these.
NEEDED = ("AVX", "AVX2", "FMA", "F16C", "NEON")
# These make mostly prompts faster. AMX is not among them: it is left out on purpose, because it
# crashes on Q4_1 weights (ggml-org/llama.cpp#20824).
HELPFUL = (
    *("AVX512", "AVX512_VBMI", "AVX512_VNNI", "AVX512_BF16", "AVX_VNNI", "BMI2"),
    *("DOTPROD", "MATMUL_INT8", "FP16_VA", "SVE"),
)
_SHOWN = (*NEEDED[1:], *HELPFUL, "OPENMP", "REPACK")
_ENGINE, _REPACKING = marked("Engine"), marked("Weight repacking")
_TEST = marked("Engine test")
_BUILD = marked("Run make run in Coterie's folder: it builds the engine for this computer.")
_BUILD_AGAIN = marked(
    "Run make clean run in Coterie's folder: it builds the engine for this computer."
)


def engine_check(engine: EngineFacts, processor: Processor, *, patient: bool = True) -> CheckView:
    """Which engine is installed, and whether its build suits this processor."""
    title = f"llama-cpp-python {engine.installed.version}"
    if engine.trouble == "not_installed":
        return CheckView(_ENGINE, "problem", tr("Not installed"), _mended(_BUILD))
    if engine.trouble == "no_answer" and not patient:
        return CheckView(_ENGINE, "info", f"{title}\n{tr('Still starting')}")
    if engine.trouble == "no_answer":
        detail = f"{title}\n{tr('It does not answer')}"
        advice = tr("Restart the computer, then try again: a GPU's driver may be stuck.")
        return CheckView(_ENGINE, "problem", detail, advice)
    if engine.described is None:
        why = tr("It does not load: {reason}", reason=engine.detail)
        return CheckView(_ENGINE, "problem", f"{title}\n{why}", _mended(_BUILD_AGAIN))
    return _build_check(title, engine.described, engine.installed.report, processor)


def _build_check(
    title: str, described: Described, report: BuildReport | None, processor: Processor
) -> CheckView:
    if described.gpu_offload:
        built = tr("{engine}, built for GPUs and the processor", engine=title)
    else:
        built = tr("{engine}, built for the processor", engine=title)
    detail = f"{built}\n{_features(described)}"
    if foreign := _foreign(described, processor):
        advice = tr(
            "It uses {features}, which this processor lacks, and may crash. {remedy}",
            features=_list(foreign),
            remedy=_mended(_BUILD_AGAIN),
        )
        return CheckView(_ENGINE, "problem", detail, advice)
    if described.variants:  # a portable engine's variant is chosen by what the processor has
        return CheckView(_ENGINE, "ok", detail)
    if lacking := unused(NEEDED, described, processor):
        advice = tr(
            "It leaves out {features}, which this processor has: answers are slow. {remedy}",
            features=_list(lacking),
            remedy=_rebuild(report),
        )
        return CheckView(_ENGINE, "problem", detail, advice)
    if lacking := unused(HELPFUL, described, processor):
        advice = tr(
            "Built without {features}, which would make prompts faster. {remedy}",
            features=_list(lacking),
            remedy=_rebuild(report),
        )
        return CheckView(_ENGINE, "info", detail, advice)
    return CheckView(_ENGINE, "ok", detail)


def _mended(how: str) -> str:
    return tr("Install Coterie again.") if is_bundled() else tr(how)


def unused(wanted: tuple[str, ...], described: Described, processor: Processor) -> tuple[str, ...]:
    """Those of `wanted` that the processor has and the engine leaves unused."""
    has = processor.features or ()
    return tuple(name for name in wanted if name in has and name not in described.features)


def _foreign(described: Described, processor: Processor) -> tuple[str, ...]:
    """What the engine was compiled to use and this processor lacks, where it is known."""
    if processor.features is None:
        return ()
    used = (name for name in described.features if name in KNOWN_FEATURES)
    return tuple(name for name in used if name not in processor.features)


def _features(described: Described) -> str:
    shown = [name for name in _SHOWN if name in described.features]
    return ", ".join(shown) if shown else tr("no processor features in use")


def _rebuild(report: BuildReport | None) -> str:
    if report is None:
        return tr(_BUILD_AGAIN)
    if any(flag.startswith(("-DGGML_NATIVE=OFF", "-DGGML_AVX")) for flag in report.flags):
        return tr("Its CMAKE_ARGS turn that off: unset them, then run make clean run.")
    return tr(
        "The compiler it was built with ({compiler}) may be too old for that.",
        compiler=report.compiler,
    )


def repacking_check(engine: EngineFacts, *, crashes: bool) -> CheckView | None:
    """Whether weight repacking is in use; None when the engine can't be asked."""
    if engine.described is None:
        return None
    if crashes:
        detail = tr("Left out\nIt crashed this engine build on this processor before")
        advice = tr("Nothing needs doing; a newer engine build tries it again.")
        return CheckView(_REPACKING, "info", detail, advice)
    if "REPACK" not in engine.described.features:
        return CheckView(_REPACKING, "info", tr("Not in this engine build"), _mended(_BUILD_AGAIN))
    return CheckView(_REPACKING, "ok", tr("In use\nWeights are laid out for this processor"))


def start_check(trial: Trial | None) -> CheckView:
    """Whether a worker really loaded a model and evaluated a token."""
    if trial is None:
        detail = tr("Not tried\nNo model below 1 GiB is here")
        advice = tr("make run makes a small starter model.")
        if is_bundled():
            advice = tr("Get a small model under Models.")
        return CheckView(_TEST, "info", detail, advice)
    if trial.problem is not None:
        detail = f"{trial.problem.title}\n{trial.model_id}: {trial.problem.message}"
        return CheckView(_TEST, "problem", detail, trial.problem.remedy)
    detail = tr(
        "{model} answered\n{duration} after the start of the engine",
        model=trial.model_id,
        duration=duration(trial.elapsed_s),
    )
    return CheckView(_TEST, "ok", detail)


def _list(names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return names[0]
    return tr("{first} and {last}", first=", ".join(names[:-1]), last=names[-1])
