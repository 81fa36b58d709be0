"""Answers on their way to the store: begun, kept up to date, ended, dropped."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from app.answer_record import AnswerRecord
from app.dashboard.run import Run, RunFacts
from app.dashboard.run_facts import run_of
from app.session_state import Conversation, MessageStatus, MessageView
from app.store import ConversationStore
from runtime.errors import CoterieError, Problem
from runtime.protocol.messages import GenerationStats

NO_FACTS = RunFacts()


class AnswerKeeping:
    """One answer runs at a time. An end that the store refuses is told and waits for `save`."""

    def __init__(self, store: ConversationStore, tell: Callable[[Problem], None]) -> None:
        self._store = store
        self._tell = tell
        self._record: AnswerRecord | None = None
        self._facts = NO_FACTS
        self._refused: dict[int, tuple[MessageView, Run | None]] = {}
        self._left: dict[int, tuple[MessageView, RunFacts]] = {}

    def begin(
        self,
        conversation_id: int,
        model_id: str | None,
        continuing: MessageView | None = None,
        beside: MessageView | None = None,
        facts: RunFacts = NO_FACTS,
    ) -> None:
        """A new answer, one that goes on, or another beside one. CoterieError as the store's.

        `facts` are kept with what it took.
        """
        if beside is not None:
            self.save()
            row = self._store.add_sibling(beside.id, "", model_id=model_id, running=True)
        elif continuing is None:
            row = self._store.add_message(conversation_id, "assistant", "", model_id=model_id)
        else:
            row = continuing.id
            self._forget(row)
        self._record = AnswerRecord(self._store, row, model_id, time.monotonic())
        self._facts = facts

    def since_sent_s(self) -> float:
        """Seconds since the running answer was asked for."""
        return time.monotonic() - self._running().sent_at_s

    def went_on(self, text: str, reasoning: str = "") -> None:
        refused = self._running().went_on(text, reasoning, time.monotonic())
        if refused is not None:
            self._tell(refused)

    def end(
        self,
        text: str,
        status: MessageStatus,
        stats: GenerationStats | None = None,
        problem: Problem | None = None,
        reasoning: str = "",
    ) -> MessageView:
        """The finished answer, as it is shown whether it could be saved or not."""
        answer = self._running().ended(text, status, stats, problem, reasoning)
        self._record = None
        self._keep(answer, self._facts)
        refused = self.save()
        if refused is not None:
            self._tell(refused)
        return answer

    def leave(self, request_id: int, answer: MessageView) -> None:
        """`answer` was ended before the engine could say what it took."""
        self._left[request_id] = answer, self._facts

    def numbers_came(self, request_id: int, stats: GenerationStats) -> MessageView | None:
        """The answer left at `request_id` with its numbers; None for any other."""
        left = self._left.pop(request_id, None)
        if left is None:
            return None
        answer, facts = replace(left[0], stats=stats), left[1]
        self._keep(answer, facts)
        self.save()
        return answer

    def drop(self, answer: MessageView) -> None:
        """Another is wanted in its place. CoterieError as the store raises it."""
        self._forget(answer.id)
        self._store.delete_message(answer.id)

    def fail(self, conversation_id: int, problem: Problem) -> MessageView:
        """An answer that could not even be asked for. CoterieError as the store raises it."""
        self.begin(conversation_id, None, None)
        return self.end("", "failed", None, problem)

    def save(self) -> Problem | None:
        """Save the ends that were refused. What to tell when the store refuses still."""
        try:
            for a, run in tuple(self._refused.values()):
                self._store.update_answer(
                    *(a.id, a.text, a.status, a.stats, a.problem, a.reasoning, run)
                )
                del self._refused[a.id]
        except CoterieError as error:
            return error.problem
        return None

    def with_unsaved(self, stored: Conversation) -> Conversation:
        """What was stored, its answers as they ended."""
        for answer, _ in self._refused.values():
            stored = stored.with_answer(answer)
        return stored

    def _forget(self, row: int) -> None:
        """Its earlier end must not be saved over what comes now."""
        self.save()
        self._refused.pop(row, None)
        self._left = {at: left for at, left in self._left.items() if left[0].id != row}

    def _keep(self, answer: MessageView, facts: RunFacts) -> None:
        """As one to be saved, with what it took."""
        self._refused[answer.id] = answer, run_of(answer.model_id, answer.stats, facts, time.time())

    def _running(self) -> AnswerRecord:
        assert self._record is not None
        return self._record
