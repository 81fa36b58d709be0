"""The session behind the window: takes its commands, drives the engine, keeps what was said."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from msgspec.structs import replace as replace_settings
from PySide6.QtCore import QObject, QTimer, Signal

from app import chat_history, session_drafts, session_events, session_problems, system_memory
from app.answer_keeping import AnswerKeeping
from app.check_view import CheckView
from app.engine_host import Arrival, EngineHost, HostEvent, RepackingMemory, Retrying
from app.event_inbox import EventInbox
from app.local_models import LocalModel
from app.model_loading import ModelLoading
from app.placer import GPU_SHORT, Placer
from app.session_parts import Accountant, ModelShelf
from app.session_state import (
    Conversation,
    EngineState,
    MessageStatus,
    MessageView,
    RunningAnswer,
    SessionState,
)
from app.settings import Settings
from app.store import ConversationStore
from runtime.engine_process import Engine, Exited
from runtime.errors import CoterieError, Problem
from runtime.exit_reasons import why
from runtime.protocol.frames import (
    Failed,
    Finished,
    Loaded,
    LoadProgress,
    PromptProgress,
    Text,
)
from runtime.protocol.messages import GenerationStats, Sampling

REPAINT_MS = 33
MEMORY_EVERY_MS = 1_000
DRAFT_AFTER_MS = 500


class ChatSession(QObject):
    """Implements `SessionCommands`. `changed` carries the new `SessionState`, at most 30 times a
    second; everything else about it is in that state.
    """

    changed = Signal(object)

    def __init__(
        self,
        *,
        settings: Settings,
        save_settings: Callable[[Settings], None],
        shelf: ModelShelf,
        store: ConversationStore,
        accountant: Accountant,
        new_engine: Callable[[], Engine],
        repacking: RepackingMemory,
        placer: Placer | None = None,
        notices: tuple[Problem, ...] = (),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._save_settings = save_settings
        self._shelf = shelf
        self._store = store
        self._accountant = accountant
        self._inbox = EventInbox(self._arrived, self)
        self._host = EngineHost(new_engine, repacking, self._inbox.post)
        self._loading = ModelLoading(self._host, placer, self.tell, self._load_failed)
        self._answer_id = 0
        self._answers = AnswerKeeping(store, self.tell)
        self._may_drop_oldest: set[int] = set()
        self._closed = False
        self._state = SessionState(
            settings=settings,
            models_dir=str(shelf.folder),
            notices=notices,
            first_run=not settings.first_run_done,
        )
        self._repaint = self._timer(REPAINT_MS, lambda: self.changed.emit(self._state))
        self._draft = self._timer(DRAFT_AFTER_MS, self._write_draft)
        self._memory = QTimer(self, interval=MEMORY_EVERY_MS)
        self._memory.timeout.connect(self._sample_memory)

    @property
    def state(self) -> SessionState:
        return self._state

    def start(self) -> None:
        """Read the models and conversations, and load the model used last (or the only one)."""
        self._change(
            conversations=self._store.summaries(),
            conversation=Conversation(draft=self._store.draft_of_new_chat()),
        )
        self.refresh_models()
        models = self._state.models
        self._memory.start()
        self._sample_memory()
        wanted = next((m for m in models if m.id == self._state.settings.model_id), None)
        chosen = wanted or next(iter(models), None)
        if chosen is not None:
            self.load_model(chosen.id)

    def close(self) -> None:
        """Stop the engine, keeping the answer as far as it has come. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._memory.stop()
        self._draft.stop()
        self._leave_chat()
        self._inbox.close()
        self._loading.close()
        self._host.stop()
        self._store.close()

    # Models

    def refresh_models(self) -> None:
        """Look again at what lies in the models folder."""
        models, folder = self._shelf.scan(), str(self._shelf.folder)
        self._change(models=models, model_problems=self._shelf.problems, models_dir=folder)

    def load_model(self, model_id: str) -> None:
        model = next((m for m in self._state.models if m.id == model_id), None)
        if model is None:
            return
        self._end_running()
        if model_id != self._state.settings.model_id:
            self.change_settings(replace_settings(self._state.settings, model_id=model_id))
        self._change(model=model)
        self._load(model)

    def cancel_load(self) -> None:
        if self._state.engine.phase == "loading" and self._loading.cancel():
            self._change(engine=EngineState())

    def restart_engine(self) -> None:
        if self._state.model is not None:
            self._load(self._state.model)

    def _load(self, model: LocalModel) -> None:
        self._state = session_events.loading(self._state, time.monotonic())
        self._changed()
        self._loading.load(model, self._state.settings.n_ctx)

    def gpu_has_left(self, free_bytes: int) -> None:
        self._loading.offer(free_bytes, self._state.notices)

    def relieve_gpu(self) -> None:
        self.stop()
        if self._loading.relieve():
            state = session_events.without_notices(self._state, GPU_SHORT)
            self._state = session_events.loading(state, time.monotonic())
            self._changed()

    def _end_running(self) -> None:
        self.stop()
        if self._state.answer is not None:
            self._end_answer("stopped")

    def unload(self) -> None:
        """End the engine and free its memory; the model stays chosen."""
        self._end_running()
        self._loading.close()
        self._host.stop()
        self._change(engine=EngineState())

    # Conversations

    def new_chat(self) -> None:
        """An empty chat, with what was typed in it before; one that is empty already stays."""
        if self._state.conversation.id is None:
            return
        self.stop()
        self._leave_chat()
        self._change(
            conversation=Conversation(draft=self._store.draft_of_new_chat()),
            savings=None,
            context_used=0,
            last_speeds=(),
        )

    def open_chat(self, conversation_id: int) -> None:
        if conversation_id == self._state.conversation.id:
            return
        self.stop()
        self._leave_chat()
        self._change(last_speeds=(), context_used=0)
        stored = self._store.conversation(conversation_id)
        self._show(self._answers.with_unsaved(stored))

    def rename_chat(self, conversation_id: int, title: str) -> None:
        if not title.strip():
            return
        self._store.rename(conversation_id, title.strip())
        if conversation_id == self._state.conversation.id:
            self._change(conversation=replace(self._state.conversation, title=title.strip()))
        self._change(conversations=self._store.summaries())

    def delete_chat(self, conversation_id: int) -> None:
        if conversation_id == self._state.conversation.id:
            self.new_chat()
        self._store.delete(conversation_id)
        self._change(conversations=self._store.summaries())

    def keep_draft(self, text: str) -> None:
        conversation = self._state.conversation
        if text != conversation.draft:
            self._state = replace(self._state, conversation=replace(conversation, draft=text))
            self._write_draft_soon()

    def _write_draft_soon(self) -> None:
        """Not put off by further typing: a kill costs no more than this moment."""
        if not self._draft.isActive():
            self._draft.start()

    def _write_draft(self) -> None:
        self._set_draft(self._state.conversation.id, session_drafts.unsent(self._state))

    def _set_draft(self, conversation_id: int | None, draft: str) -> None:
        try:
            self._store.set_draft(conversation_id, draft)
        except CoterieError as error:
            self.tell(error.problem)

    def _leave_chat(self) -> None:
        """Stop and keep the running answer; a message that waits becomes the chat's draft."""
        self._state = session_drafts.given_up_waiting(self._state)
        self._write_draft()
        if self._state.answer is not None:
            self._end_answer("stopped")
        self._answers.save()

    def _show(self, conversation: Conversation) -> None:
        savings = self._accountant.of(conversation, self._state.settings)
        self._change(conversation=conversation, savings=savings)

    def _refresh_chats(self) -> None:
        try:
            self._change(conversations=self._store.summaries())
        except CoterieError as error:
            self.tell(error.problem)

    # Answers

    def send(self, text: str) -> None:
        text = text.strip()
        if not text:
            return
        if self._state.answer is not None or self._state.engine.phase == "loading":
            self._change(queued_text=session_drafts.joined(self._state.queued_text, text))
            self._write_draft_soon()
            return
        self._answers.save()
        try:
            stored = self._store_message(text)
        except CoterieError as error:
            # Not sent: what was typed goes back to where it was.
            self.tell(error.problem)
            self._state = session_drafts.put_back(self._state, text)
            self._write_draft_soon()
            return
        draft = self._state.conversation.draft
        if self._state.conversation.id is None:
            self._set_draft(None, "")
        self._set_draft(stored.id, draft)
        self._show(replace(stored, draft=draft))
        self._refresh_chats()
        self._ask()

    def stop(self) -> None:
        """Stop the running answer; what was sent meanwhile goes out next."""
        if self._state.answer is not None:
            self._host.cancel(self._answer_id)

    def retry(self) -> None:
        """Answer the last message again in place of the last answer.

        Without an engine nothing happens: the answer that is there must not go for nothing.
        """
        if self._busy() or self._state.engine.phase != "ready":
            return
        self._drop_last_answer()
        self._ask()

    def continue_answer(self) -> None:
        """Go on with the last answer where it stopped."""
        last = self._state.conversation.last_answer
        if self._busy() or last is None:
            return
        if not last.text:
            self.retry()
            return
        self._ask(continuing=last)

    def continue_without_oldest(self) -> None:
        """The person agrees that the oldest turns of this chat are no longer read."""
        conversation_id = self._state.conversation.id
        if conversation_id is not None:
            self._may_drop_oldest.add(conversation_id)
        self.continue_answer()

    def _busy(self) -> bool:
        return self._state.answer is not None or self._state.conversation.id is None

    def _store_message(self, text: str) -> Conversation:
        """The conversation with the person's message in it."""
        conversation_id = self._state.conversation.id
        if conversation_id is None:
            conversation_id = self._store.create(chat_history.title_from(text), text)
        else:
            self._store.add_message(conversation_id, "user", text)
        return self._answers.with_unsaved(self._store.conversation(conversation_id))

    def _drop_last_answer(self) -> None:
        last = self._state.conversation.last_answer
        if last is not None:
            self._answers.drop(last)
            self._show(self._state.conversation.without_last_answer())

    def _ask(self, continuing: MessageView | None = None) -> None:
        conversation = self._state.conversation
        assert conversation.id is not None
        if self._state.engine.phase != "ready":
            if continuing is None:
                problem = self._state.engine.problem or session_problems.NO_MODEL
                self._show_ended(self._answers.fail(conversation.id, problem))
            return
        model_id = self._state.model.id if self._state.model else None
        try:
            self._answers.begin(conversation.id, model_id, continuing)
        except CoterieError as error:
            self.tell(error.problem)
            return
        if continuing is not None:
            self._change(conversation=conversation.without_last_answer())
        start = continuing.text if continuing else ""
        self._change(answer=RunningAnswer(phase="queued", text=start))
        try:
            self._answer_id = self._host.generate(
                chat_history.for_model(conversation.messages),
                Sampling(temperature=self._state.settings.temperature),
                drop_oldest=conversation.id in self._may_drop_oldest,
            )
        except CoterieError as error:
            self._end_answer("failed", problem=error.problem)

    def _end_answer(
        self,
        status: MessageStatus,
        *,
        stats: GenerationStats | None = None,
        problem: Problem | None = None,
    ) -> None:
        answer = self._state.answer
        assert answer is not None
        message = self._answers.end(answer.text, status, stats, problem)
        if stats is None and status == "stopped":
            self._answers.leave(self._answer_id, message)
        self._answer_id = 0
        self._change(answer=None, last_speeds=answer.speeds)
        self._show_ended(message)
        self._refresh_chats()

    def _show_ended(self, answer: MessageView) -> None:
        conversation = self._state.conversation
        self._show(replace(conversation, messages=(*conversation.messages, answer)))

    def _send_queued(self) -> None:
        text = self._state.queued_text
        if text is not None and self._state.answer is None:
            self._change(queued_text=None)
            self.send(text)

    # Settings, checks and notices

    def show_checks(self, checks: tuple[CheckView, ...]) -> None:
        """What was found out about this machine, for the first-run page."""
        self._change(checks=checks)

    def change_settings(self, settings: Settings) -> None:
        try:
            self._save_settings(settings)
        except CoterieError as error:
            self.tell(error.problem)
        self._change(settings=settings)
        self._show(self._state.conversation)

    def finish_first_run(self) -> None:
        self.change_settings(replace_settings(self._state.settings, first_run_done=True))
        self._change(first_run=False)

    def dismiss_notice(self, notice: Problem) -> None:
        self._change(notices=tuple(n for n in self._state.notices if n != notice))

    def tell(self, problem: Problem) -> None:
        """Show a notice until it is dismissed."""
        self._change(notices=session_events.with_notices(self._state, (problem,)))

    # Events

    def _arrived(self, arrival: Arrival) -> None:
        event = self._host.handle(arrival)
        if event is not None:
            self._act(event)
            self._changed()

    def _act(self, event: HostEvent) -> None:
        match event:
            case LoadProgress() | Loaded():
                self._load_went_on(event)
            case Failed(request_id=request_id) if request_id == self._loading.load_id:
                if not self._loading.try_safer(event.problem):
                    self._load_failed(event.problem)
            case Failed(request_id=request_id) if request_id == self._answer_id:
                self._end_answer("failed", problem=event.problem)
                self._send_queued()
            case PromptProgress() | Text() | Finished():
                if self._state.answer is not None and event.request_id == self._answer_id:
                    self._answer_went_on(self._state.answer, event)
                elif isinstance(event, Finished):
                    self._numbers_came(event)
            case Retrying():
                self.tell(session_problems.REPACKING_CRASHED)
            case Exited():
                self._engine_gone(event)

    def _load_went_on(self, event: LoadProgress | Loaded) -> None:
        if isinstance(event, LoadProgress):
            self._state = session_events.load_progressed(self._state, event)
            return
        self._state = session_events.loaded(self._state, event, self._host.pid)
        self._loading.loaded(event.memory)
        self._send_queued()

    def _load_failed(self, problem: Problem) -> None:
        self._state = session_events.load_failed(self._state, problem)
        self._changed()

    def _answer_went_on(
        self, answer: RunningAnswer, event: PromptProgress | Text | Finished
    ) -> None:
        match event:
            case PromptProgress():
                answer = session_events.prompt_progressed(answer, event)
            case Text():
                answer = session_events.text_arrived(answer, event, self._answers.since_sent_s())
            case Finished(stats=stats):
                self._finished(stats)
                return
        self._state = replace(self._state, answer=answer)
        self._answers.went_on(answer.text)

    def _finished(self, stats: GenerationStats) -> None:
        status, problem = session_events.outcome(stats)
        self._end_answer(status, stats=stats, problem=problem)
        self._change(
            context_used=stats.context_used,
            engine=replace(self._state.engine, memory=stats.memory, n_threads=stats.n_threads),
        )
        self._send_queued()

    def _numbers_came(self, event: Finished) -> None:
        """Of an answer that was left while it ran; its chat may be the open one again."""
        answer = self._answers.numbers_came(event.request_id, event.stats)
        if answer is not None and answer.id in (m.id for m in self._state.conversation.messages):
            self._show(self._state.conversation.with_answer(answer))

    def _engine_gone(self, event: Exited) -> None:
        problem = why(event)
        self._state = session_events.engine_lost(self._state, problem, event.log_tail)
        if self._state.answer is not None:
            self._end_answer("failed", problem=problem)

    # Change

    def _change(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]
        self._changed()

    def _changed(self) -> None:
        if not self._repaint.isActive():
            self._repaint.start()

    def _sample_memory(self) -> None:
        self._change(system_memory=system_memory.sample(self._host.pid))

    def _timer(self, interval_ms: int, act: Callable[[], object]) -> QTimer:
        timer = QTimer(self, interval=interval_ms, singleShot=True)
        timer.timeout.connect(act)
        return timer
