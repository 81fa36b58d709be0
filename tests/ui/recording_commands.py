"""Stands in for the session: keeps what the window asked for and answers nothing."""

from __future__ import annotations

from app.settings import Settings
from runtime.errors import Problem


class RecordingCommands:
    """`calls` are (command, arguments...) in order; drafts are kept apart, one per keystroke."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.drafts: list[str] = []

    @property
    def settings(self) -> list[Settings]:
        """What `change_settings` was given, oldest first."""
        return [call[1] for call in self.calls if isinstance(call[-1], Settings)]

    def send(self, text: str) -> None:
        self.calls.append(("send", text))

    def stop(self) -> None:
        self.calls.append(("stop",))

    def relieve_gpu(self) -> None:
        self.calls.append(("relieve_gpu",))

    def retry(self) -> None:
        self.calls.append(("retry",))

    def continue_answer(self) -> None:
        self.calls.append(("continue_answer",))

    def continue_without_oldest(self) -> None:
        self.calls.append(("continue_without_oldest",))

    def new_chat(self) -> None:
        self.calls.append(("new_chat",))

    def open_chat(self, conversation_id: int) -> None:
        self.calls.append(("open_chat", conversation_id))

    def rename_chat(self, conversation_id: int, title: str) -> None:
        self.calls.append(("rename_chat", conversation_id, title))

    def delete_chat(self, conversation_id: int) -> None:
        self.calls.append(("delete_chat", conversation_id))

    def keep_draft(self, text: str) -> None:
        self.drafts.append(text)

    def refresh_models(self) -> None:
        self.calls.append(("refresh_models",))

    def load_model(self, model_id: str) -> None:
        self.calls.append(("load_model", model_id))

    def cancel_load(self) -> None:
        self.calls.append(("cancel_load",))

    def restart_engine(self) -> None:
        self.calls.append(("restart_engine",))

    def change_settings(self, settings: Settings) -> None:
        self.calls.append(("change_settings", settings))

    def dismiss_notice(self, notice: Problem) -> None:
        self.calls.append(("dismiss_notice", notice))

    def finish_first_run(self) -> None:
        self.calls.append(("finish_first_run",))
