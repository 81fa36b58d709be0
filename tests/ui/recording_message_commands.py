"""The commands of messages, recorded."""

from __future__ import annotations

from tests.ui.recording_commands import RecordingCommands


class RecordingMessageCommands(RecordingCommands):
    def edit_message(self, message_id: int, text: str) -> None:
        self.calls.append(("edit_message", message_id, text))

    def regenerate(self, message_id: int) -> None:
        self.calls.append(("regenerate", message_id))

    def show_branch(self, message_id: int, step: int) -> None:
        self.calls.append(("show_branch", message_id, step))

    def delete_message(self, message_id: int) -> None:
        self.calls.append(("delete_message", message_id))
