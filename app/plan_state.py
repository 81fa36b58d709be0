"""What the Plan view shows, as frozen values, and what it may ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from app.local_models import LocalModel
from runtime.errors import Problem
from runtime.placement.memory import DeviceUse
from runtime.placement.model_layout import ModelLayout
from runtime.placement.objective import ObjectiveName
from runtime.placement.plan import Plan
from runtime.protocol.placement import KvType

PlanPhase = Literal["reading", "ready", "failed"]
TunePhase = Literal["idle", "running", "done"]


@dataclass(frozen=True)
class Choices:
    """What the person set. None leaves the choice to the plan."""

    n_ctx: int
    kv_type: KvType | None = None
    expert_layers_on_cpu: int | None = None
    objective: ObjectiveName = "chat"


@dataclass(frozen=True)
class TuneRow:
    """One plan that was tried. Speeds are None while it runs and when it did not fit or failed;
    `problem` says why then. `kept` marks the fastest.
    """

    plan: Plan
    prompt_tokens_per_s: float | None = None
    decode_tokens_per_s: float | None = None
    problem: Problem | None = None
    kept: bool = False
    label: str = ""


@dataclass(frozen=True)
class TuneView:
    """`finished_at_s` is Unix time, 0 without a result; `expected_s` is how long it takes."""

    phase: TunePhase = "idle"
    rows: tuple[TuneRow, ...] = ()
    expected_s: float = 60.0
    finished_at_s: float = 0.0
    problem: Problem | None = None


@dataclass(frozen=True)
class ActualLoad:
    """What the engine really took, beside the plan it was loaded with."""

    plan: Plan
    devices: tuple[tuple[str, int, int], ...]
    """(device, planned bytes, actual bytes), GPUs first."""


@dataclass(frozen=True)
class PlanView:
    """The open plan. `plan` follows `choices`; `suggested` is what we would choose.

    `least_expert_layers` is the fewest layers whose experts must be on the CPU for a plan to fit,
    None when no number fits. `notes` are sentences about the machine that a person should know.
    """

    model: LocalModel
    phase: PlanPhase = "reading"
    choices: Choices = field(default_factory=lambda: Choices(8192))
    layout: ModelLayout | None = None
    plan: Plan | None = None
    suggested: Plan | None = None
    least_expert_layers: int | None = 0
    load_s: float | None = None
    command: str = ""
    measured: TuneRow | None = None
    actual: ActualLoad | None = None
    tune: TuneView = field(default_factory=TuneView)
    problem: Problem | None = None
    notes: tuple[str, ...] = ()

    @property
    def gpus(self) -> tuple[DeviceUse, ...]:
        return self.plan.devices[:-1] if self.plan else ()

    @property
    def is_suggested(self) -> bool:
        """Whether the plan shown is the one we would choose."""
        return (
            self.plan is not None
            and self.suggested is not None
            and self.plan.placement == self.suggested.placement
        )


class PlanCommands(Protocol):
    """What the Plan view may ask for. Each answers with a new `PlanView`, never a return value."""

    def open_plan(self, model_id: str) -> None: ...
    def close_plan(self) -> None: ...
    def choose(self, choices: Choices) -> None: ...
    def back_to_suggested(self) -> None: ...
    def tune(self) -> None: ...
    def stop_tuning(self) -> None: ...
    def load_plan(self) -> None: ...
