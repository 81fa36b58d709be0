"""Stands in for the session: keeps what the window asked for and answers nothing."""

from __future__ import annotations

from app.chat_settings import ChatSettings
from app.session_state import ExportFormat, SearchHit
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

    def edit_message(self, message_id: int, text: str) -> None:
        self.calls.append(("edit_message", message_id, text))

    def regenerate(self, message_id: int) -> None:
        self.calls.append(("regenerate", message_id))

    def show_branch(self, message_id: int, step: int) -> None:
        self.calls.append(("show_branch", message_id, step))

    def delete_message(self, message_id: int) -> None:
        self.calls.append(("delete_message", message_id))

    def pin_chat(self, conversation_id: int, pinned: bool) -> None:
        self.calls.append(("pin_chat", conversation_id, pinned))

    def move_chat(self, conversation_id: int, folder_id: int | None) -> None:
        self.calls.append(("move_chat", conversation_id, folder_id))

    def new_folder(self, name: str) -> None:
        self.calls.append(("new_folder", name))

    def rename_folder(self, folder_id: int, name: str) -> None:
        self.calls.append(("rename_folder", folder_id, name))

    def delete_folder(self, folder_id: int) -> None:
        self.calls.append(("delete_folder", folder_id))

    def undo_delete(self) -> None:
        self.calls.append(("undo_delete",))

    def search_chats(self, text: str) -> None:
        self.calls.append(("search_chats", text))

    def open_hit(self, hit: SearchHit) -> None:
        self.calls.append(("open_hit", hit))

    def export_chats(
        self, path: str, file_format: ExportFormat, conversation_id: int | None
    ) -> None:
        self.calls.append(("export_chats", path, file_format, conversation_id))

    def import_chats(self, paths: tuple[str, ...]) -> None:
        self.calls.append(("import_chats", paths))

    def attach(self, paths: tuple[str, ...]) -> None:
        self.calls.append(("attach", paths))

    def attach_text(self, name: str, text: str) -> None:
        self.calls.append(("attach_text", name, text))

    def detach(self, index: int) -> None:
        self.calls.append(("detach", index))

    def change_chat(self, settings: ChatSettings) -> None:
        self.calls.append(("change_chat", settings))

    def save_preset(self, name: str) -> None:
        self.calls.append(("save_preset", name))

    def delete_preset(self, name: str) -> None:
        self.calls.append(("delete_preset", name))
