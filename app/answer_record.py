"""The stored row of the answer being written: kept up to date now and then, and ended once."""

from __future__ import annotations

from app.session_state import MessageStatus, MessageView
from app.store import ConversationStore
from runtime.errors import Problem
from runtime.protocol.messages import GenerationStats

# A commit takes milliseconds of the window's thread; a crash of the window costs this much answer.
SAVE_EVERY_S = 1.0


class AnswerRecord:
    """One answer from its beginning. Times are monotonic seconds."""

    def __init__(
        self, store: ConversationStore, row: int, model_id: str | None, now_s: float
    ) -> None:
        self._store = store
        self._row = row
        self._model_id = model_id
        self._saved_at_s = now_s
        self.sent_at_s = now_s

    def went_on(self, text: str, now_s: float) -> None:
        """Save `text` when it is time to. CoterieError as the store raises it."""
        if now_s - self._saved_at_s >= SAVE_EVERY_S:
            self._saved_at_s = now_s
            self._store.update_answer(self._row, text, "running", None, None)

    def end(
        self,
        text: str,
        status: MessageStatus,
        stats: GenerationStats | None,
        problem: Problem | None,
    ) -> MessageView:
        """Save the finished answer. CoterieError as the store raises it."""
        self._store.update_answer(self._row, text, status, stats, problem)
        return self.unsaved(text, status, stats, problem)

    def unsaved(
        self,
        text: str,
        status: MessageStatus,
        stats: GenerationStats | None,
        problem: Problem | None,
    ) -> MessageView:
        """The finished answer as it is shown where it could not be saved."""
        return MessageView(self._row, "assistant", text, status, self._model_id, stats, problem)
