"""A healthy computer with a healthy engine, for tests to change one thing at a time."""

from __future__ import annotations

from pathlib import Path

from app.doctor import Findings
from app.doctor_files import UserFiles
from app.engine_build import BuildReport, InstalledEngine
from app.engine_probe import Described, EngineDevice, EngineFacts
from app.engine_trial import Trial
from app.gpu_probe import Gpu, Gpus
from app.local_models import LocalModel
from app.machine import Disk, Machine, Memory
from app.prices import Price, PriceBook
from app.processor import Processor
from app.settings import Settings
from runtime.cores import Cores

GIB = 1024**3
X86_FEATURES = ("AVX", "AVX2", "AVX512", "BMI2", "F16C", "FMA", "SSE3", "SSSE3")
RYZEN = Processor("AMD Ryzen 7 7700", "x86_64", X86_FEATURES)
CORES = Cores(8, 16, 8, 8)
GEFORCE = Gpu("NVIDIA GeForce RTX 4070", "NVIDIA", "560.35.03", True, 12 * GIB, 11 * GIB, "8.9")
RADEON = Gpu("AMD graphics 0x744c", "AMD", "amdgpu", False, 24 * GIB, 23 * GIB)
NOUVEAU = Gpu("NVIDIA graphics 0x2786", "NVIDIA", "nouveau", False)
CPU_DEVICE = EngineDevice("CPU", "AMD Ryzen 7 7700", "cpu", 30 * GIB, 32 * GIB)
GPU_DEVICE = EngineDevice("CUDA0", "NVIDIA GeForce RTX 4070", "gpu", 11 * GIB, 12 * GIB)
REPORT = BuildReport(
    "0.3.36",
    "a8a5aa49858516d7fd8c",
    ("-DGGML_NATIVE=ON",),
    "c++ 12.2.0",
    cuda_reason="NVIDIA GeForce RTX 4070 found, but no CUDA toolkit (nvcc)",
)
INSTALLED = InstalledEngine("0.3.36", REPORT.key, REPORT)
MODEL = LocalModel(
    id="smollm2-135m-moe",
    name="SmolLM2 135M MoE",
    path=Path("/models/smollm2-135m-moe.gguf"),
    architecture="llama",
    quantisation="Q4_1",
    file_bytes=447_000_000,
    parameters_total=690_000_000,
    parameters_active=200_000_000,
    expert_count=8,
    expert_used_count=2,
    n_ctx_train=8192,
)


def described(
    *devices: EngineDevice,
    features: tuple[str, ...] = (*X86_FEATURES, "OPENMP", "REPACK"),
    gpu_offload: bool = False,
) -> Described:
    return Described(
        "0.3.36",
        dict.fromkeys(features, True),
        ("CUDA", "CPU") if gpu_offload else ("CPU",),
        gpu_offload,
        True,
        (CPU_DEVICE, *devices),
    )


CPU_ENGINE = EngineFacts(INSTALLED, described())
CUDA_ENGINE = EngineFacts(INSTALLED, described(GPU_DEVICE, gpu_offload=True))
BLIND_CUDA_ENGINE = EngineFacts(INSTALLED, described(gpu_offload=True))
MACHINE = Machine(
    processor=RYZEN,
    cores=CORES,
    memory=Memory(32 * GIB, 22 * GIB, 32 * GIB),
    gpus=Gpus((GEFORCE,)),
    disk=Disk(Path("/models"), 1000 * GIB, 412 * GIB),
    system="Debian GNU/Linux 12 (6.1, x86_64)",
    display=True,
)
FILES = UserFiles(
    models_dir=Path("/models"),
    models=(MODEL,),
    model_problems=(),
    settings=Settings(reference_price="a"),
    settings_problem=None,
    prices=PriceBook((Price("a", "A", output_usd_per_million=1.0, kind="list"),)),
    prices_problem=None,
)
HEALTHY = Findings(MACHINE, CUDA_ENGINE, False, Trial(MODEL.id, 0.62), FILES)
