"""The answers of a session: asked for, followed while they are written, ended, branched."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

from app import chat_history, session_events, session_problems
from app.answer_keeping import AnswerKeeping
from app.dashboard.run_facts import facts_of
from app.engine_host import EngineHost
from app.session_board import SessionBoard
from app.session_guard import SessionGuard
from app.session_kv import SessionKv
from app.session_state import Conversation, MessageStatus, MessageView, RunningAnswer
from app.store import ConversationStore
from runtime.errors import CoterieError, Problem
from runtime.protocol.frames import ExpertsPicked, Failed, Finished, PromptProgress, Text
from runtime.protocol.messages import GenerationStats, Sampling


class SessionAnswers:
    """One answer runs at a time. `show` draws a conversation with what it saved, `list_changed`
    reads the list of chats again, `free` is called when the next message may go out.
    """

    def __init__(
        self,
        board: SessionBoard,
        host: EngineHost,
        store: ConversationStore,
        kv: SessionKv | None,
        guard: SessionGuard,
        show: Callable[[Conversation], None],
        list_changed: Callable[[], None],
        free: Callable[[], None],
    ) -> None:
        self._board, self._host, self._store, self._kv = board, host, store, kv
        self._guard = guard
        self._show, self._list_changed, self._free = show, list_changed, free
        self._keeping = AnswerKeeping(store, board.tell)
        self._answer_id = 0
        self._may_drop_oldest: set[int] = set()

    # Asked for

    def ask(self, continuing: MessageView | None = None, beside: MessageView | None = None) -> None:
        """Answer the open conversation, go on with its last answer, or answer again beside one."""
        state, conversation = self._board.state, self._board.conversation
        assert conversation.id is not None
        if state.engine.phase != "ready":
            if continuing is None and beside is None:
                problem = state.engine.problem or session_problems.no_model()
                self._show_ended(self._keeping.fail(conversation.id, problem))
            return
        model_id = state.model.id if state.model else None
        try:
            self._keeping.begin(conversation.id, model_id, continuing, beside, facts_of(state))
        except CoterieError as error:
            self._board.tell(error.problem)
            return
        shown = conversation.before(continuing or beside)
        self._board.change(conversation=shown, shown_message=None)
        start = continuing or MessageView(0, "assistant", "")
        self._board.change(
            answer=RunningAnswer(phase="queued", text=start.text, reasoning=start.reasoning)
        )
        self._generate(conversation.before(beside))

    def _generate(self, conversation: Conversation) -> None:
        state, settings = self._board.state, conversation.settings
        assert conversation.id is not None
        if self._kv is not None:
            self._kv.asked()
        recommended = state.engine.facts.recommended if state.engine.facts else None
        ours = Sampling(temperature=state.settings.temperature)
        try:
            self._answer_id = self._host.generate(
                chat_history.for_model(conversation.messages, settings),
                settings.sampling or recommended or ours,
                max_tokens=settings.max_tokens,
                drop_oldest=conversation.id in self._may_drop_oldest,
                reasoning=settings.reasoning,
                state_path=self._kv.path_to_restore(conversation.id) if self._kv else "",
            )
        except CoterieError as error:
            self._end("failed", problem=error.problem)

    def stop(self) -> None:
        """Stop the running answer; what was sent meanwhile goes out next."""
        if self._board.state.answer is not None:
            self._host.cancel(self._answer_id)

    def end_now(self) -> None:
        """Stop it and keep it as far as it has come, without waiting for the engine."""
        self.stop()
        if self._board.state.answer is not None:
            self._end("stopped")

    def leave(self) -> None:
        """The conversation is left: keep the answer, and whatever could not be saved before."""
        if self._board.state.answer is not None:
            self._end("stopped")
        self._keeping.save()

    def save(self) -> None:
        self._keeping.save()

    def with_unsaved(self, stored: Conversation) -> Conversation:
        return self._keeping.with_unsaved(stored)

    def allow_dropping(self, conversation_id: int) -> None:
        """The person agrees that the oldest turns of this chat are no longer read."""
        self._may_drop_oldest.add(conversation_id)

    # Again, edited, turned to another branch

    def retry(self) -> None:
        """Answer the last message again. Without an engine nothing happens."""
        if self._busy() or self._board.state.engine.phase != "ready":
            return
        last = self._board.conversation.last_answer
        if last is None:
            self.ask()
        else:
            self._again(last)

    def regenerate(self, message_id: int) -> None:
        """Answer again what `message_id` answered, beside it."""
        message = self._message(message_id)
        if message is None or message.role != "assistant" or self._busy():
            return
        if self._board.state.engine.phase == "ready":
            self._again(message)

    def _again(self, answer: MessageView) -> None:
        if answer.text or answer.reasoning:
            self.ask(beside=answer)
            return
        # An answer that failed before its first word is nothing to walk back to.
        self._keeping.drop(answer)
        self._show(self._board.conversation.before(answer))
        self.ask()

    def go_on(self) -> None:
        """Go on with the last answer where it stopped."""
        last = self._board.conversation.last_answer
        if self._busy() or last is None:
            return
        if last.text:
            self.ask(continuing=last)
        else:
            self.retry()

    def edit(self, message_id: int, text: str) -> None:
        """Another message in its place; a person's is answered, an answer stands as edited."""
        message, text = self._message(message_id), text.strip()
        if message is None or not text or self._busy():
            return
        if text == message.text:
            return
        self._store.add_sibling(
            message_id, text, model_id=message.model_id, attachments=message.attachments
        )
        self._reload()
        if message.role == "user":
            self.ask()

    def show_branch(self, message_id: int, step: int) -> None:
        """Turn to the message before or after `message_id` in its place."""
        if self._message(message_id) is None or self._busy():
            return
        self._store.show_sibling(message_id, step)
        self._reload()

    def delete_message(self, message_id: int) -> None:
        """It goes; what was below it stays."""
        message = self._message(message_id)
        if message is None or self._busy():
            return
        self._keeping.drop(message)
        self._reload()

    def _reload(self) -> None:
        conversation = self._board.conversation
        assert conversation.id is not None
        stored = self._keeping.with_unsaved(self._store.conversation(conversation.id))
        self._show(replace(stored, draft=conversation.draft))
        self._list_changed()

    def _message(self, message_id: int) -> MessageView | None:
        messages = self._board.conversation.messages
        return next((message for message in messages if message.id == message_id), None)

    def _busy(self) -> bool:
        return self._board.state.answer is not None or self._board.conversation.id is None

    # Followed

    def is_answer(self, event: Failed) -> bool:
        return event.request_id == self._answer_id

    def failed(self, problem: Problem) -> None:
        self._end("failed", problem=problem)
        self._free()

    def went_on(self, event: PromptProgress | Text | ExpertsPicked | Finished) -> None:
        answer = self._board.state.answer
        if answer is None or event.request_id != self._answer_id:
            if isinstance(event, Finished):
                self._numbers_came(event)
            return
        match event:
            case PromptProgress():
                answer = session_events.prompt_progressed(answer, event)
            case Text():
                since_s = self._keeping.since_sent_s()
                answer = session_events.text_arrived(answer, event, since_s)
            case ExpertsPicked(use=use):
                answer = replace(answer, experts=use)
            case Finished(stats=stats):
                self._finished(stats)
                return
        self._board.put_part(replace(self._board.state, answer=answer))
        self._keeping.went_on(answer.text, answer.reasoning)

    def engine_gone(self, problem: Problem) -> None:
        if self._board.state.answer is not None:
            self._end("failed", problem=problem)

    def _finished(self, stats: GenerationStats) -> None:
        status, problem = session_events.outcome(stats)
        self._end(status, stats=stats, problem=problem)
        engine = self._board.state.engine
        self._board.change(
            context_used=stats.context_used,
            engine=replace(engine, memory=stats.memory, n_threads=stats.n_threads),
        )
        if self._kv is not None:
            self._kv.answered()
        if status == "complete":
            conversation = self._board.conversation
            self._guard.look_at(conversation, conversation.messages[-1])
        self._free()

    def _end(
        self,
        status: MessageStatus,
        *,
        stats: GenerationStats | None = None,
        problem: Problem | None = None,
    ) -> None:
        answer = self._board.state.answer
        assert answer is not None
        message = self._keeping.end(answer.text, status, stats, problem, answer.reasoning)
        if stats is None and status == "stopped":
            self._keeping.leave(self._answer_id, message)
        self._answer_id = 0
        self._board.change(answer=None, last_speeds=answer.speeds, last_experts=answer.experts)
        self._show_ended(message)
        self._list_changed()

    def _show_ended(self, answer: MessageView) -> None:
        conversation = self._board.conversation
        messages = (*conversation.messages, self._placed(answer))
        self._show(replace(conversation, messages=messages))

    def _numbers_came(self, event: Finished) -> None:
        """Of an answer that was left while it ran; its chat may be the open one again."""
        answer = self._keeping.numbers_came(event.request_id, event.stats)
        conversation = self._board.conversation
        if answer is not None and answer.id in (m.id for m in conversation.messages):
            self._show(conversation.with_answer(self._placed(answer)))

    def _placed(self, answer: MessageView) -> MessageView:
        # A store that refuses has said so when it could not keep the answer.
        with contextlib.suppress(CoterieError):
            return self._store.placed(answer)
        return answer
