"""What the doctor says of the engine: its build against this processor, and whether it works."""

from __future__ import annotations

from app.check_view import CheckView
from app.engine_build import BuildReport
from app.engine_probe import Described, EngineFacts
from app.engine_trial import Trial
from app.number_text import duration
from app.processor import KNOWN_FEATURES, Processor

# Decoding is several times slower without these.
NEEDED = ("AVX", "AVX2", "FMA", "F16C", "NEON")
# These make mostly prompts faster. AMX is not among them: it is left out on purpose, because it
# crashes on Q4_1 weights (ggml-org/llama.cpp#20824).
HELPFUL = (
    *("AVX512", "AVX512_VBMI", "AVX512_VNNI", "AVX512_BF16", "AVX_VNNI", "BMI2"),
    *("DOTPROD", "MATMUL_INT8", "FP16_VA", "SVE"),
)
_SHOWN = (*NEEDED[1:], *HELPFUL, "OPENMP", "REPACK")
_BUILD = "Run make run in Coterie's folder: it builds the engine for this computer."
_BUILD_AGAIN = "Run make clean run in Coterie's folder: it builds the engine for this computer."


def engine_check(engine: EngineFacts, processor: Processor, *, patient: bool = True) -> CheckView:
    """Which engine is installed, and whether its build suits this processor."""
    title = f"llama-cpp-python {engine.installed.version}"
    if engine.trouble == "not_installed":
        return CheckView("Engine", "problem", "Not installed", _BUILD)
    if engine.trouble == "no_answer" and not patient:
        return CheckView("Engine", "info", f"{title}\nStill starting")
    if engine.trouble == "no_answer":
        detail = f"{title}\nIt does not answer"
        advice = "Restart the computer, then try again: a GPU's driver may be stuck."
        return CheckView("Engine", "problem", detail, advice)
    if engine.described is None:
        detail = f"{title}\nIt does not load: {engine.detail}"
        return CheckView("Engine", "problem", detail, _BUILD_AGAIN)
    return _build_check(title, engine.described, engine.installed.report, processor)


def _build_check(
    title: str, described: Described, report: BuildReport | None, processor: Processor
) -> CheckView:
    kind = "for GPUs and the processor" if described.gpu_offload else "for the processor"
    detail = f"{title}, built {kind}\n{_features(described)}"
    if foreign := _foreign(described, processor):
        advice = f"It uses {_list(foreign)}, which this processor lacks, and may crash. "
        return CheckView("Engine", "problem", detail, advice + _BUILD_AGAIN)
    if lacking := unused(NEEDED, described, processor):
        advice = f"It leaves out {_list(lacking)}, which this processor has: answers are slow. "
        return CheckView("Engine", "problem", detail, advice + _rebuild(report))
    if lacking := unused(HELPFUL, described, processor):
        advice = f"Built without {_list(lacking)}, which would make prompts faster. "
        return CheckView("Engine", "info", detail, advice + _rebuild(report))
    return CheckView("Engine", "ok", detail)


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
    return ", ".join(shown) if shown else "no processor features in use"


def _rebuild(report: BuildReport | None) -> str:
    if report is None:
        return _BUILD_AGAIN
    if any(flag.startswith(("-DGGML_NATIVE=OFF", "-DGGML_AVX")) for flag in report.flags):
        return "Its CMAKE_ARGS turn that off: unset them, then run make clean run."
    return f"The compiler it was built with ({report.compiler}) may be too old for that."


def repacking_check(engine: EngineFacts, *, crashes: bool) -> CheckView | None:
    """Whether weight repacking is in use; None when the engine can't be asked."""
    if engine.described is None:
        return None
    if crashes:
        detail = "Left out\nIt crashed this engine build on this processor before"
        advice = "Nothing needs doing; a newer engine build tries it again."
        return CheckView("Weight repacking", "info", detail, advice)
    if "REPACK" not in engine.described.features:
        return CheckView("Weight repacking", "info", "Not in this engine build", _BUILD_AGAIN)
    return CheckView("Weight repacking", "ok", "In use\nWeights are laid out for this processor")


def start_check(trial: Trial | None) -> CheckView:
    """Whether a worker really loaded a model and evaluated a token."""
    if trial is None:
        detail = "Not tried\nNo model below 1 GiB is here"
        return CheckView("Engine test", "info", detail, "make run makes a small starter model.")
    if trial.problem is not None:
        detail = f"{trial.problem.title}\n{trial.model_id}: {trial.problem.message}"
        return CheckView("Engine test", "problem", detail, trial.problem.remedy)
    detail = f"{trial.model_id} answered\n{duration(trial.elapsed_s)} after the start of the engine"
    return CheckView("Engine test", "ok", detail)


def _list(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
