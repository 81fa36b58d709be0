"""Keeps what the model has read of a chat, so that going on with it need not read it all again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer

from app.engine_host import EngineHost
from app.kv_files import KvFiles
from app.session_board import SessionBoard
from runtime.protocol.frames import StateSaved

# An answer is often followed by the next question at once: no reason to write in between.
SAVE_AFTER_MS = 2_000
# Less than this more is read again as quickly as it is written.
LEAST_NEW_TOKENS = 256


class SessionKv:
    """Saves when a chat rests after an answer; a disk that refuses costs only time later."""

    def __init__(self, board: SessionBoard, host: EngineHost, files: KvFiles) -> None:
        self._board, self._host, self._files = board, host, files
        self._saved_tokens: dict[int, int] = {}
        self._asked: dict[int, str] = {}
        self._timer = QTimer(board, interval=SAVE_AFTER_MS, singleShot=True)
        self._timer.timeout.connect(self._save)

    def path_to_restore(self, conversation_id: int) -> str:
        """The file that a prompt of this chat may be taken up from, "" for none."""
        model = self._board.state.model
        found = self._files.existing(conversation_id, model) if model else None
        return str(found) if found else ""

    def answered(self) -> None:
        """An answer ended: save what was read when the chat rests."""
        self._timer.start()

    def asked(self) -> None:
        self._timer.stop()

    def saved(self, event: StateSaved) -> None:
        path = self._asked.pop(event.request_id, "")
        if path and event.n_tokens:
            self._files.saved(Path(path))

    def forget(self, conversation_id: int) -> None:
        self._saved_tokens.pop(conversation_id, None)
        self._files.forget(conversation_id)

    def close(self) -> None:
        self._timer.stop()

    def _save(self) -> None:
        state = self._board.state
        chat_id, model = state.conversation.id, state.model
        if chat_id is None or model is None or state.answer or state.engine.phase != "ready":
            return
        used, memory = state.context_used, state.engine.memory
        per_token = memory.kv_bytes // state.engine.n_ctx if memory and state.engine.n_ctx else 0
        if used - self._saved_tokens.get(chat_id, 0) < LEAST_NEW_TOKENS:
            return
        if not self._files.wanted(used, per_token):
            return
        path = str(self._files.path_for(chat_id, model))
        self._saved_tokens[chat_id] = used
        self._asked[self._host.save_state(path)] = path
