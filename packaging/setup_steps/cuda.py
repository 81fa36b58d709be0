"""Whether the engine is built for NVIDIA GPUs: only with a GPU, a compiler and cuBLAS at hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from setup_steps.processes import Run

SWITCH = "COTERIE_CUDA"
_GPUS = Path("/proc/driver/nvidia/gpus")
_DEVICES = Path("/dev")
_USUAL_ROOTS = ("/usr/local/cuda", "/opt/cuda", "/usr/lib/cuda", "/usr")
_HEADERS = ("include/cublas_v2.h", "targets/*/include/cublas_v2.h")
_LIBRARIES = ("lib64/libcublas.so", "lib/libcublas.so", "lib/*/libcublas.so")
_TARGET_LIBRARIES = ("targets/*/lib/libcublas.so",)


@dataclass(frozen=True)
class CudaFacts:
    """What was found; `nvcc` is a path, "" when there is none that runs."""

    gpus: tuple[str, ...]
    nvcc: str
    nvcc_version: str
    cublas: bool
    switched_off: bool = False


@dataclass(frozen=True)
class CudaChoice:
    """The decision and the reason the user reads; `key` are the facts a build depends on."""

    use: bool
    reason: str
    nvcc: str = ""
    key: tuple[str, ...] = ()


def choose(facts: CudaFacts) -> CudaChoice:
    """CUDA only when nothing is missing for it."""
    if facts.switched_off:
        return CudaChoice(False, f"{SWITCH}=off")
    if not facts.gpus:
        return CudaChoice(False, "no NVIDIA GPU found")
    name = facts.gpus[0]
    if not facts.nvcc:
        return CudaChoice(False, f"{name} found, but no CUDA toolkit (nvcc)")
    if not facts.cublas:
        return CudaChoice(False, f"{name} found, but the CUDA toolkit has no cuBLAS")
    return CudaChoice(
        True,
        f"{name}, CUDA {facts.nvcc_version}",
        facts.nvcc,
        (facts.nvcc_version, *sorted(set(facts.gpus))),
    )


def look(environment: Mapping[str, str], run: Run, which: Callable[[str], str | None]) -> CudaFacts:
    """This machine's facts. nvidia-smi is slow to start, so the kernel is asked first."""
    off = environment.get(SWITCH, "").strip().lower() in {"0", "off", "no", "false"}
    if off:
        return CudaFacts((), "", "", False, switched_off=True)
    gpus = _gpus_of_kernel() or _gpus_of_tool(run, which)
    if not gpus:
        return CudaFacts((), "", "", False)
    roots = toolkit_roots(environment, which("nvcc"))
    nvcc, version = _nvcc(roots, which("nvcc"), run)
    return CudaFacts(gpus, nvcc, version, any(has_cublas(root) for root in roots))


def has_cublas(root: Path) -> bool:
    """Whether the toolkit at `root` has cuBLAS to compile and link against."""
    return _any(root, _HEADERS) and _any(root, _LIBRARIES + _TARGET_LIBRARIES)


def _any(root: Path, patterns: Iterable[str]) -> bool:
    return any(next(root.glob(pattern), None) for pattern in patterns)


def _gpus_of_kernel() -> tuple[str, ...]:
    # In a container the kernel lists GPUs that were not handed in; their device files were not.
    if next(_DEVICES.glob("nvidia[0-9]*"), None) is None:
        return ()
    try:
        texts = [file.read_text() for file in sorted(_GPUS.glob("*/information"))]
    except OSError:
        return ()
    return tuple(match[1] for text in texts if (match := re.search(r"Model:\s*(.+)", text)))


def _gpus_of_tool(run: Run, which: Callable[[str], str | None]) -> tuple[str, ...]:
    tool = which("nvidia-smi")
    if tool is None:
        return ()
    done = run((tool, "-L"))
    names = re.findall(r"^GPU \d+: (.+?)(?: \(UUID.*)?$", done.output, re.MULTILINE)
    return tuple(names) if done.code == 0 else ()


def toolkit_roots(environment: Mapping[str, str], nvcc: str | None) -> list[Path]:
    """The folders a CUDA toolkit may be in; `nvcc` is the one on the PATH."""
    named = [environment[name] for name in ("CUDA_HOME", "CUDA_PATH") if environment.get(name)]
    beside = [str(Path(nvcc).resolve().parent.parent)] if nvcc else []
    return [Path(root) for root in (*named, *beside, *_USUAL_ROOTS)]


def _nvcc(roots: Iterable[Path], on_path: str | None, run: Run) -> tuple[str, str]:
    candidates = [on_path] if on_path else []
    candidates += [str(root / "bin" / "nvcc") for root in roots]
    for candidate in candidates:
        done = run((candidate, "--version"))
        match = re.search(r"release ([\d.]+)", done.output)
        if done.code == 0 and match:
            return candidate, match[1]
    return "", ""
