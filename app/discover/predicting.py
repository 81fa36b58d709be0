"""How fast a model that is not here yet would be on this machine, from its layout alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.discover.state import Fit, MachineLine, Prediction
from app.planner import Planner
from runtime.placement.calibration import Calibration
from runtime.placement.hardware import Hardware
from runtime.placement.model_layout import ModelLayout
from runtime.placement.objective import OBJECTIVES
from runtime.placement.plan import GPU_MARGIN_BYTES, HOST_MARGIN_BYTES, Plan
from runtime.placement.search import Wishes

DEFAULT_N_CTX = 8192
# Slower than a patient reader; one answer takes minutes.
VERY_SLOW_TOKENS_PER_S = 2.0


@dataclass(frozen=True)
class PredictingMachine:
    """What predictions are made for; `n_ctx` 0 leaves the context to us."""

    hardware: Hardware
    calibration: Calibration
    disk_free_bytes: int
    n_ctx: int = 0

    @property
    def memory_bytes(self) -> int:
        """What weights and all else have room in, on the GPUs and in RAM together."""
        gpus = sum(max(0, gpu.free_bytes - GPU_MARGIN_BYTES) for gpu in self.hardware.gpus)
        return gpus + max(0, self.hardware.host.free_bytes - HOST_MARGIN_BYTES)

    @property
    def line(self) -> MachineLine:
        hardware = self.hardware
        gpus = tuple((gpu.label, gpu.total_bytes) for gpu in hardware.gpus)
        return MachineLine(gpus, hardware.host.total_bytes, self.disk_free_bytes)


def predicted(layout: ModelLayout, machine: PredictingMachine) -> Prediction:
    """The best plan of our search, on estimates: no engine is asked."""
    n_ctx = machine.n_ctx or min(layout.shape.n_ctx_train, DEFAULT_N_CTX)
    planner = Planner(layout, machine.hardware, OBJECTIVES["chat"], machine.calibration)
    return prediction_of(planner.quick(Wishes(n_ctx)), calibrated=machine.calibration.runs > 0)


def prediction_of(plan: Plan, *, calibrated: bool) -> Prediction:
    """What `plan` says to somebody who has not downloaded the model yet."""
    *gpus, host = plan.devices
    disk_bytes = round(plan.disk_share * host.weights.total)
    spare = (
        host.left_bytes - HOST_MARGIN_BYTES,
        *(gpu.left_bytes - GPU_MARGIN_BYTES for gpu in gpus),
    )
    return Prediction(
        fit=_fit(plan),
        gpu_bytes=sum(gpu.used_bytes for gpu in gpus),
        ram_bytes=host.used_bytes - disk_bytes,
        disk_bytes=disk_bytes,
        spare_bytes=0 if disk_bytes else sum(max(0, left) for left in spare),
        prompt_tokens_per_s=plan.speed.prompt_tokens_per_s,
        decode_tokens_per_s=plan.speed.decode_tokens_per_s,
        decode_low=plan.speed.decode_low,
        decode_high=plan.speed.decode_high,
        n_ctx=plan.placement.n_ctx,
        calibrated=calibrated,
    )


def _fit(plan: Plan) -> Fit:
    if not plan.fits:
        return "no"
    if plan.disk_share <= 0:
        return "memory"
    slow = plan.speed.decode_tokens_per_s < VERY_SLOW_TOKENS_PER_S
    return "disk_very_slow" if slow else "disk"


def largest_scale(predictions: Iterable[Prediction]) -> int:
    """The bytes of the largest of them: what bars are drawn against."""
    return max((p.gpu_bytes + p.ram_bytes + p.disk_bytes for p in predictions), default=0)
