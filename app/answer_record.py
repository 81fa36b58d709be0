"""The stored row of the answer being written: kept up to date now and then, until it ends."""

from __future__ import annotations

from app.session_state import MessageStatus, MessageView
from app.store import ConversationStore
from runtime.errors import CoterieError, Problem
from runtime.protocol.messages import GenerationStats

# A crash of the window costs this much of an answer, one frame of the engine's text and the time
# a commit takes: 250 ms together, also on a busy machine (benchmarks/window_kills.py).
SAVE_EVERY_S = 0.12
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 8.0


class AnswerRecord:
    """One answer from its beginning. Times are monotonic seconds."""

    def __init__(
        self, store: ConversationStore, row: int, model_id: str | None, now_s: float
    ) -> None:
        self._store = store
        self._row = row
        self._model_id = model_id
        self._tried_at_s = now_s
        self._pause_s = SAVE_EVERY_S
        self._has_failed = False
        self.sent_at_s = now_s

    def went_on(self, text: str, reasoning: str, now_s: float) -> Problem | None:
        """Save what came when it is time to. The first time the store refuses, what to tell."""
        if now_s - self._tried_at_s < self._pause_s:
            return None
        self._tried_at_s = now_s
        try:
            self._store.update_answer(self._row, text, "running", None, None, reasoning)
        except CoterieError as error:
            return self._failed(error.problem)
        self._pause_s = SAVE_EVERY_S
        return None

    def _failed(self, problem: Problem) -> Problem | None:
        # A try may hold the window up for a moment: they come ever more seldom.
        self._pause_s = min(max(2 * self._pause_s, FIRST_PAUSE_S), LONGEST_PAUSE_S)
        is_first, self._has_failed = not self._has_failed, True
        return problem if is_first else None

    def ended(
        self,
        text: str,
        status: MessageStatus,
        stats: GenerationStats | None,
        problem: Problem | None,
        reasoning: str = "",
    ) -> MessageView:
        """The finished answer, as it is shown and saved."""
        return MessageView(
            *(self._row, "assistant", text, status, self._model_id, stats, problem, reasoning)
        )
