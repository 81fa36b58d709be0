"""Everything the dashboard shows, as frozen values; None stands for what is not known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from app.dashboard.card_values import CardValues
from app.savings import Savings
from runtime.errors import Problem
from runtime.protocol.messages import ExpertUse

MemoryClass = Literal["dense", "shared", "routed", "kv", "compute", "other", "free"]
# The order of the classes never changes.
MEMORY_CLASSES: tuple[MemoryClass, ...] = (
    "dense",
    "shared",
    "routed",
    "kv",
    "compute",
    "other",
    "free",
)
DeviceKind = Literal["gpu", "ram", "disk"]
Remedy = Literal["", "relieve_gpu", "plan", "smaller_context", "q8_kv"]
PeriodName = Literal["answer", "chat", "today", "month", "ever"]
CostSource = Literal["published", "measured", "predicted"]


@dataclass(frozen=True)
class Explained:
    """How a number came about: `formula` in words, its inputs and where they are from."""

    title: str
    formula: str
    inputs: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()


# Speed


@dataclass(frozen=True)
class SpeedPoint:
    """One run. `predicted` is (low, high) in tokens/s; `cause` says why it lies outside."""

    run_id: int
    at_s: float
    tokens_per_s: float
    context_used: int
    predicted: tuple[float, float] | None = None
    cause: str = ""


@dataclass(frozen=True)
class SpeedMark:
    """A change before point `index`: another plan, another engine. `is_slower` by over 10 %."""

    index: int
    label: str
    is_slower: bool = False


@dataclass(frozen=True)
class SpeedHistory:
    """The runs of one model, oldest first; `inside` of `predicted` runs lie in their band."""

    label: str = ""
    points: tuple[SpeedPoint, ...] = ()
    marks: tuple[SpeedMark, ...] = ()
    inside: int = 0
    predicted: int = 0
    explained: Explained | None = None


@dataclass(frozen=True)
class AnswerSpeed:
    """The running or last answer: each speed with its definition, and the sparkline.

    `samples` are (seconds, tokens/s); `context_used` is the context length at their end.
    """

    is_live: bool = False
    decode_tokens_per_s: float | None = None
    prompt_tokens_per_s: float | None = None
    end_to_end_tokens_per_s: float | None = None
    ttft_s: float | None = None
    cached_tokens: int = 0
    predicted: tuple[float, float] | None = None
    samples: tuple[tuple[float, float], ...] = ()
    context_used: int = 0


# Memory


@dataclass(frozen=True)
class MemoryPart:
    """One class on one device. `planned_bytes` is None where nothing was planned."""

    memory_class: MemoryClass
    actual_bytes: int
    planned_bytes: int | None = None


@dataclass(frozen=True)
class DeviceMap:
    """One device: `parts` in the order of the classes, free last. `layers` says in words which
    layers are there, for a click on it.
    """

    name: str
    kind: DeviceKind
    total_bytes: int
    parts: tuple[MemoryPart, ...]
    layers: tuple[str, ...] = ()

    @property
    def used_bytes(self) -> int:
        return sum(p.actual_bytes for p in self.parts if p.memory_class != "free")


@dataclass(frozen=True)
class MemoryWarning:
    """What is about to hurt, and the remedy one click away ("" where there is none)."""

    problem: Problem
    remedy: Remedy = ""
    button: str = ""


@dataclass(frozen=True)
class MemoryMap:
    devices: tuple[DeviceMap, ...] = ()
    warnings: tuple[MemoryWarning, ...] = ()
    explained: Explained | None = None


# Experts


@dataclass(frozen=True)
class ExpertsView:
    """`use` is what was counted, for this answer or summed over time; None where nothing was.

    `cost_percent` is how much slower decoding was measured to be while counting. `places` are
    (first row, last row, where those layers' experts are), rows as `use` has its layers.
    """

    enabled: bool = False
    use: ExpertUse | None = None
    summed: ExpertUse | None = None
    cost_percent: float | None = None
    supported: bool = True
    explained: Explained | None = None
    places: tuple[tuple[int, int, str], ...] = ()


# Energy


@dataclass(frozen=True)
class DayAmount:
    """Something of one day; `day_s` is Unix time of its midnight here."""

    day_s: float
    amount: float


@dataclass(frozen=True)
class EnergyView:
    """`power_w` and the others are None when nothing was measured or estimated yet.

    `estimated_share` of the joules is an estimate, 0 to 1. `source` says in a sentence where the
    figures come from and how to enable a counter.
    """

    power_w: float | None = None
    joules_per_token: float | None = None
    kwh_per_million_tokens: float | None = None
    today_kwh: float = 0.0
    today_usd: float = 0.0
    month_kwh: float = 0.0
    month_co2_kg: float | None = None
    by_day: tuple[DayAmount, ...] = ()
    estimated_share: float = 0.0
    source: str = ""
    explained: Explained | None = None


# Money


@dataclass(frozen=True)
class PeriodSaving:
    """What was saved in a period; `since_s` is its beginning, None before the first run."""

    name: PeriodName
    label: str
    savings: Savings
    tokens: int
    since_s: float | None = None


@dataclass(frozen=True)
class ElsewhereRow:
    """This month's tokens at another price. Prices are dollars per million, None if not given."""

    name: str
    vendor: str
    prompt_usd: float | None
    answer_usd: float | None
    month_usd: float | None
    is_here: bool = False
    explained: Explained | None = None


@dataclass(frozen=True)
class MonthRow:
    """One way to serve a month's requests. `note` stands beside it: what it would really take."""

    name: str
    paid_for: str
    source: CostSource
    usd: float | None
    at_least: bool = False
    is_here: bool = False
    note: str = ""
    explained: Explained | None = None


@dataclass(frozen=True)
class MonthView:
    """The month of the article: `requests` of so many tokens each."""

    requests: int = 0
    prompt_tokens: int = 0
    answer_tokens: int = 0
    seconds_per_request: float | None = None
    rows: tuple[MonthRow, ...] = ()
    explained: Explained | None = None


@dataclass(frozen=True)
class Hardware:
    """A bought computer: what is left to earn back. `day_s` is the break-even day, None if never
    at this rate; `written_off_usd` is what counts against this month.
    """

    price_usd: float = 0.0
    years: float = 0.0
    written_off_usd: float = 0.0
    saved_usd: float = 0.0
    day_s: float | None = None
    explained: Explained | None = None


@dataclass(frozen=True)
class MoneyView:
    reference_id: str = ""
    reference_label: str = ""
    prices_checked: str = ""
    prices_are_old: bool = False
    periods: tuple[PeriodSaving, ...] = ()
    by_day: tuple[DayAmount, ...] = ()
    elsewhere: tuple[ElsewhereRow, ...] = ()
    month: MonthView = field(default_factory=MonthView)
    hardware: Hardware = field(default_factory=Hardware)
    explained: Explained | None = None


@dataclass(frozen=True)
class DashboardView:
    """`now_s` is Unix time of this view. `runs` counts all stored runs, 0 before the first.

    `models` are the (id, label) of those that answered, the newest first; `model_id` is the one
    whose speed and energy are shown. `card` is what a picture of its last run would say.
    """

    now_s: float = 0.0
    runs: int = 0
    model_label: str = ""
    model_id: str = ""
    models: tuple[tuple[str, str], ...] = ()
    card: CardValues | None = None
    speed: SpeedHistory = field(default_factory=SpeedHistory)
    answer: AnswerSpeed = field(default_factory=AnswerSpeed)
    memory: MemoryMap = field(default_factory=MemoryMap)
    experts: ExpertsView = field(default_factory=ExpertsView)
    energy: EnergyView = field(default_factory=EnergyView)
    money: MoneyView = field(default_factory=MoneyView)
    problem: Problem | None = None


class DashboardCommands(Protocol):
    """What the dashboard may ask for; each answers with a new view."""

    def show_model(self, model_id: str) -> None: ...
    def compare_with(self, price_id: str) -> None: ...
    def capture_experts(self, wanted: bool) -> None: ...
    def forget_experts(self) -> None: ...
    def relieve(self, remedy: Remedy) -> None: ...
    def export_runs(self, path: str, file_format: Literal["csv", "json"]) -> None: ...
    def export_experts(self, path: str) -> None: ...
    def set_hardware(self, price_usd: float, years: float) -> None: ...
    def set_energy(self, grams_per_kwh: float, subtract_idle: bool, idle_w: float) -> None: ...
