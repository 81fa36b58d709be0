"""What data sheets say of GPUs, found by loosely written names, and the rates to expect of them."""

from __future__ import annotations

import difflib
import functools
import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.json_file import Unreadable, read_json
from runtime.errors import CoterieError, Problem
from runtime.language import tr
from runtime.placement.hardware import Gpu

SHIPPED_GPUS = Path(__file__).resolve().parents[1] / "assets" / "gpus.json"

# llama.cpp reads weights at 0.7 to 0.8 of a data sheet's bandwidth (published decode speeds).
BANDWIDTH_SHARE = 0.75
# Prompts of quantised dense models reach 0.36 of the FP16 tensor rate on an RTX 2080 Ti
# (llama 13B Q4_K_M, geerlingguy/ai-benchmarks#46) and 0.40 on an RTX 3090 (llama 8B Q6_K,
# ggml-org/llama.cpp#7860). A start, until runs on the machine calibrate it.
MATMUL_SHARE = 0.35
# Out of pinned memory, published: 24 to 27 GB/s. Each generation doubles the one before.
PCIE_4_X16_BYTES_PER_S = 25e9
# What the driver, the CUDA context and a desktop hold of a GPU that isn't there to be asked.
DRIVER_BYTES = 600_000_000
# A driver reports up to this much less or more than the data sheet.
_MEMORY_TOLERANCE = 0.10
# Back ends with pinned host memory (get_host_buffer_type, llama.cpp v0.5.0); Metal and RPC have
# none.
_HOST_BUFFER_BACKENDS = ("CUDA", "ROCm", "MUSA", "Vulkan", "SYCL", "CANN")

_MAKERS = frozenset(("nvidia", "geforce", "tesla", "amd", "radeon"))
_IGNORED = _MAKERS | {"graphics", "gpu", "card", "tensor", "core", "gb"}
# NVIDIA's driver calls the H100 for SXM "NVIDIA H100 80GB HBM3".
_FORMS = {"pcie": "pcie", "sxm": "sxm", "sxm4": "sxm", "sxm5": "sxm", "hbm3": "sxm"}


class GpuSheet(msgspec.Struct, frozen=True):
    """One card's data sheet; `fp16_tensor_tflops` is without sparsity, with FP16 sums.

    `driver_bytes` is what the driver reports where error correction or firmware keep some back.
    """

    name: str
    memory_bytes: int
    bandwidth_gb_per_s: float
    fp16_tensor_tflops: float
    pcie_generation: int
    pcie_width: int
    source: str = ""
    driver_bytes: int | None = None

    @property
    def usable_bytes(self) -> int:
        return self.memory_bytes if self.driver_bytes is None else self.driver_bytes


class _GpuFile(msgspec.Struct, frozen=True):
    gpus: tuple[GpuSheet, ...]


@dataclass(frozen=True)
class _Wanted:
    """A name taken apart: "NVIDIA A100-SXM4-80GB" is a100, 80, sxm."""

    model: str
    memory_gb: int | None = None
    form: str = ""


class GpuCatalog:
    """The known GPUs, in the order of the file: of two equal matches the first is taken."""

    def __init__(self, sheets: tuple[GpuSheet, ...]) -> None:
        self.sheets = sheets
        self._parsed = tuple((_take_apart(sheet.name), sheet) for sheet in sheets)
        self._models = {known.model for known, _ in self._parsed}

    def find(self, text: str, memory_bytes: int | None = None) -> GpuSheet:
        """The GPU that `text` names; of several sizes the one of `memory_bytes`, else the largest.

        Raises CoterieError of kind "gpu_unknown".
        """
        wanted = self._known_model(_take_apart(text))
        fitting = [
            sheet
            for known, sheet in self._parsed
            if known.model == wanted.model
            and wanted.memory_gb in (None, known.memory_gb)
            and (not known.form or wanted.form in ("", known.form))
            and (memory_bytes is None or wanted.memory_gb is not None or _near(sheet, memory_bytes))
        ]
        if not fitting:
            raise CoterieError(self._unknown(text, wanted))
        return max(fitting, key=lambda sheet: sheet.memory_bytes)

    def generic(self, memory_bytes: int) -> GpuSheet:
        """A guess at an unknown GPU: the slowest known one with at least that memory."""
        largest = max(sheet.memory_bytes for sheet in self.sheets)
        least = min(memory_bytes, largest) * (1 - _MEMORY_TOLERANCE)
        roomy = (sheet for sheet in self.sheets if sheet.memory_bytes >= least)
        slowest = min(roomy, key=lambda sheet: sheet.bandwidth_gb_per_s)
        return msgspec.structs.replace(
            slowest,
            name="GPU",
            memory_bytes=memory_bytes,
            driver_bytes=None,
            source=f"as slow as an {slowest.name}",
        )

    def _known_model(self, wanted: _Wanted) -> _Wanted:
        """With what people leave out: "3060" is an RTX 3060, "2070s" an RTX 2070 Super."""
        spelt = [wanted.model]
        if wanted.model.endswith("s"):
            spelt.append(f"{wanted.model[:-1]}super")
        for model in (f"{series}{name}" for name in spelt for series in ("", "rtx", "rx")):
            if model in self._models:
                return _Wanted(model, wanted.memory_gb, wanted.form)
        return wanted

    def _unknown(self, text: str, wanted: _Wanted) -> Problem:
        near = difflib.get_close_matches(wanted.model, sorted(self._models), n=4, cutoff=0.5)
        names = [
            sheet.name for model in near for known, sheet in self._parsed if known.model == model
        ]
        message = (
            tr('"{name}" is not in the list: near it are {gpus}', name=text, gpus=", ".join(names))
            if names
            else tr('"{name}" is not in the list', name=text)
        )
        return Problem(
            "gpu_unknown",
            tr("That GPU is not known"),
            message,
            tr("Choose one of the list, or give only the memory, for example --vram 12GB."),
        )


def find_gpu(text: str) -> GpuSheet:
    """The shipped catalogue's GPU of that name. Raises CoterieError of kind "gpu_unknown"."""
    return shipped_catalog().find(text)


@functools.cache
def shipped_catalog() -> GpuCatalog:
    """Raises CoterieError of kind "gpus_missing" when the program's own file is damaged."""
    return load_catalog(SHIPPED_GPUS)


def load_catalog(path: Path) -> GpuCatalog:
    try:
        found = read_json(path, _GpuFile)
    except Unreadable as reason:
        message = tr("{file} is damaged: {reason}", file=path.name, reason=reason)
        raise CoterieError(_missing(message)) from reason
    if found is None or not found.gpus:
        raise CoterieError(_missing(tr("{file} has no GPUs", file=path)))
    return GpuCatalog(found.gpus)


def bandwidth_bytes_per_s(sheet: GpuSheet) -> float:
    """What reading weights reaches of its own memory."""
    return sheet.bandwidth_gb_per_s * 1e9 * BANDWIDTH_SHARE


def matmul_flops_per_s(sheet: GpuSheet) -> float:
    """What the products of a long prompt reach."""
    return sheet.fp16_tensor_tflops * 1e12 * MATMUL_SHARE


def pcie_bytes_per_s(generation: int, width: int) -> float:
    """What a copy from pinned host memory reaches."""
    return float(PCIE_4_X16_BYTES_PER_S * 2.0 ** (generation - 4) * width / 16)


def has_host_buffer(device_name: str) -> bool:
    """Whether the back end of ggml's device ("CUDA0") offers pinned host memory."""
    return device_name.startswith(_HOST_BUFFER_BACKENDS)


def as_gpu(
    sheet: GpuSheet,
    name: str = "CUDA0",
    total_bytes: int | None = None,
    free_bytes: int | None = None,
) -> Gpu:
    """The card as a placement sees it; what is not told is as on a computer that only has it."""
    total = sheet.usable_bytes if total_bytes is None else total_bytes
    return Gpu(
        name=name,
        label=sheet.name,
        total_bytes=total,
        free_bytes=max(0, total - DRIVER_BYTES) if free_bytes is None else free_bytes,
        bandwidth_bytes_per_s=bandwidth_bytes_per_s(sheet),
        matmul_flops_per_s=matmul_flops_per_s(sheet),
        pcie_bytes_per_s=pcie_bytes_per_s(sheet.pcie_generation, sheet.pcie_width),
        has_host_buffer=has_host_buffer(name),
    )


def _take_apart(text: str) -> _Wanted:
    spaced = re.sub(r"(\d+)\s*gi?b?\b", r" \1 gb ", text.lower())
    model, memory_gb, form = "", None, ""
    for word in re.findall(r"[a-z0-9]+", spaced):
        if word in _FORMS:
            form = _FORMS[word]
        elif model and re.fullmatch(r"\d{1,3}", word):
            memory_gb = int(word)
        elif word not in _IGNORED:
            model += word
    return _Wanted(model, memory_gb, form)


def _near(sheet: GpuSheet, memory_bytes: int) -> bool:
    return abs(memory_bytes / sheet.usable_bytes - 1) <= _MEMORY_TOLERANCE


def _missing(message: str) -> Problem:
    return Problem(
        "gpus_missing", tr("The list of GPUs is missing"), message, tr("Install Coterie again.")
    )
