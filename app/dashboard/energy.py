"""What the answers took of electricity: power, per token, by day, and where that is known from."""

from __future__ import annotations

from collections.abc import Iterable

from app.dashboard import explain
from app.dashboard.days import midnight_s, month_days
from app.dashboard.month_here import JOULES_PER_KWH
from app.dashboard.periods import Reckoning
from app.dashboard.power_counters import CpuCounter
from app.dashboard.state import DayAmount, EnergyView
from app.savings import MILLION, Usage
from runtime.language import number, tr
from runtime.worker.energy import ALL_COUNTED, COUNTED, ESTIMATED_GPU_MISSING, GPU_MISSING


def energy_view(
    reckoning: Reckoning, cpu_counter: CpuCounter = "absent", model_id: str = ""
) -> EnergyView:
    """Power and joules per token are of a model's latest runs, "" for the one that answered last;
    the rest is of all of them.
    """
    settings, today = reckoning.settings, reckoning.today
    recent = reckoning.sums.recent(model_id)
    usage = reckoning.usage(recent)
    per_token = _ratio(usage.joules, usage.completion_tokens)
    by_day = {day: reckoning.usage_of((day,)).joules for day in month_days(today)}
    month = reckoning.usage_of_month
    month_kwh = month.joules / JOULES_PER_KWH
    today_kwh = by_day[today] / JOULES_PER_KWH
    grams = settings.grams_co2_per_kwh
    shown = month if month.joules else usage
    return EnergyView(
        _ratio(usage.joules, recent.elapsed_s),
        per_token,
        None if per_token is None else per_token * MILLION / JOULES_PER_KWH,
        today_kwh,
        today_kwh * settings.electricity_usd_per_kwh,
        month_kwh,
        month_kwh * grams / 1000 if grams > 0 else None,
        tuple(DayAmount(midnight_s(day), j / JOULES_PER_KWH) for day, j in by_day.items()),
        shown.estimated_share,
        " ".join(_sentences(shown, cpu_counter)),
        explain.energy(settings, recent, usage, month),
    )


def _ratio(amount: float, by: float) -> float | None:
    """None for what was not measured: nothing takes no energy at all."""
    return amount / by if amount > 0 and by > 0 else None


def _sentences(usage: Usage, cpu_counter: CpuCounter) -> Iterable[str]:
    """Where the figures come from, and how to have them measured."""
    yield _origin(usage)
    notes = set(usage.energy_notes)
    if notes & {GPU_MISSING, ESTIMATED_GPU_MISSING}:
        yield tr("Of GPUs, only those show their energy that NVIDIA's driver (NVML) reads.")
    guessed = usage.estimated_joules and notes - {COUNTED, ALL_COUNTED, GPU_MISSING}
    if guessed or not usage.joules:
        yield _cpu_sentence(cpu_counter)


def _cpu_sentence(cpu_counter: CpuCounter) -> str:
    if cpu_counter == "readable":
        return tr("The processor's energy counter can be read: new answers are measured by it.")
    if cpu_counter == "absent":
        return tr("This system shows no energy counter of the processor to programs.")
    return tr(
        "This processor counts its energy, but only the administrator may read that. Until the "
        "next restart, this command lets every program read it: "
        "sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj"
    )


def _origin(usage: Usage) -> str:
    if usage.joules <= 0:
        return tr("Energy is not measured yet.")
    notes = "; ".join(tr(note) for note in usage.energy_notes)
    if not usage.estimated_joules:
        return tr("Measured: {notes}.", notes=notes)
    if usage.estimated_joules < usage.joules:
        share = number(usage.estimated_share, ".0%")
        return tr("Partly estimated ({share}): {notes}.", share=share, notes=notes)
    return tr("Estimated: {notes}.", notes=notes)
