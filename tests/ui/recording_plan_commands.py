"""Stands in for what plans models: keeps what the Plan page asked for and answers nothing."""

from __future__ import annotations

from app.plan_state import Choices


class RecordingPlanCommands:
    """`calls` are (command, arguments...) in order."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    @property
    def choices(self) -> list[Choices]:
        return [call[1] for call in self.calls if isinstance(call[-1], Choices)]

    def open_plan(self, model_id: str) -> None:
        self.calls.append(("open_plan", model_id))

    def close_plan(self) -> None:
        self.calls.append(("close_plan",))

    def choose(self, choices: Choices) -> None:
        self.calls.append(("choose", choices))

    def back_to_suggested(self) -> None:
        self.calls.append(("back_to_suggested",))

    def tune(self) -> None:
        self.calls.append(("tune",))

    def stop_tuning(self) -> None:
        self.calls.append(("stop_tuning",))

    def load_plan(self) -> None:
        self.calls.append(("load_plan",))
