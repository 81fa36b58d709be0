"""Stands in for what keeps the numbers: notes what the dashboard asked for and answers nothing."""

from __future__ import annotations

from typing import Literal

from app.dashboard.state import Remedy


class RecordingDashboardCommands:
    """`calls` are (command, arguments...) in order."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def show_model(self, model_id: str) -> None:
        self.calls.append(("show_model", model_id))

    def compare_with(self, price_id: str) -> None:
        self.calls.append(("compare_with", price_id))

    def capture_experts(self, wanted: bool) -> None:
        self.calls.append(("capture_experts", wanted))

    def forget_experts(self) -> None:
        self.calls.append(("forget_experts",))

    def relieve(self, remedy: Remedy) -> None:
        self.calls.append(("relieve", remedy))

    def export_runs(self, path: str, file_format: Literal["csv", "json"]) -> None:
        self.calls.append(("export_runs", path, file_format))

    def export_experts(self, path: str) -> None:
        self.calls.append(("export_experts", path))

    def set_hardware(self, price_usd: float, years: float) -> None:
        self.calls.append(("set_hardware", price_usd, years))

    def set_energy(self, grams_per_kwh: float, subtract_idle: bool, idle_w: float) -> None:
        self.calls.append(("set_energy", grams_per_kwh, subtract_idle, idle_w))
