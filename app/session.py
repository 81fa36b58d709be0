"""The session behind the window: takes its commands, drives the engine, keeps what was said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from msgspec.structs import replace as replace_settings
from PySide6.QtCore import QObject, QTimer, Signal

from app import chat_history, session_drafts, session_events, session_problems, system_memory
from app.chat_settings import ChatSettings, Preset
from app.check_view import CheckView
from app.engine_host import Arrival, EngineHost, HostEvent, RepackingMemory, Retrying
from app.event_inbox import EventInbox
from app.placed_load import PlacedLoad
from app.placer import Placer
from app.session_answers import SessionAnswers
from app.session_attachments import SessionAttachments
from app.session_board import SessionBoard
from app.session_chats import SessionChats
from app.session_guard import SessionGuard
from app.session_kv import SessionKv
from app.session_models import SessionModels
from app.session_parts import Accountant, ModelShelf, NoPresets, PresetShelf
from app.session_state import (
    Attachment,
    Conversation,
    ExportFormat,
    SearchHit,
    SessionState,
)
from app.settings import Settings
from app.store import ConversationStore
from runtime.engine_process import Engine, Exited
from runtime.errors import CoterieError, Problem
from runtime.exit_reasons import why
from runtime.protocol.frames import (
    ExpertsPicked,
    Failed,
    Finished,
    Loaded,
    LoadProgress,
    PromptProgress,
    StateSaved,
    Text,
    TokenCounts,
)

MEMORY_EVERY_MS = 1_000
DRAFT_AFTER_MS = 500
# Of an answer that nobody reads; a crash of the window loses no more than this of it.
UNREAD_GATHER_S = 0.12


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
        presets: PresetShelf | None = None,
        new_kv: Callable[[SessionBoard, EngineHost], SessionKv] | None = None,
        notices: tuple[Problem, ...] = (),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._save_settings, self._store, self._accountant = save_settings, store, accountant
        self._presets = presets or NoPresets()
        state = SessionState(
            settings=settings,
            models_dir=str(shelf.folder),
            notices=notices,
            first_run=not settings.first_run_done,
        )
        self._board = board = SessionBoard(state, self)
        board.changed.connect(self.changed)
        self._inbox = EventInbox(self._arrived, self)
        self._host = EngineHost(new_engine, repacking, self._inbox.post)
        self._kv = new_kv(board, self._host) if new_kv else None
        self._chats = SessionChats(board, store, self.new_chat, self.open_chat)
        self._guard = SessionGuard(board, new_engine)
        self._answers = SessionAnswers(
            *(board, self._host, store, self._kv, self._guard),
            *(self._show, self._chats.refresh, self._send_queued),
        )
        self._models = SessionModels(
            *(board, self._host, placer, shelf),
            *(self._answers.end_now, self.change_settings),
        )
        self._attachments = SessionAttachments(board, self._host)
        self._closed = False
        self._draft = QTimer(self, interval=DRAFT_AFTER_MS, singleShot=True)
        self._draft.timeout.connect(self._write_draft)
        self._memory = QTimer(self, interval=MEMORY_EVERY_MS)
        self._memory.timeout.connect(self._sample_memory)

    @property
    def state(self) -> SessionState:
        return self._board.state

    def start(self) -> None:
        """Read the models and conversations, and load the model used last (or the only one)."""
        self._board.change(conversation=self._empty_chat(), presets=self._presets.all())
        self._chats.refresh()
        self._models.refresh()
        self._memory.start()
        self._sample_memory()
        self._models.load_first()

    def close(self) -> None:
        """Stop the engine, keeping the answer as far as it has come. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._memory.stop()
        self._draft.stop()
        self._attachments.close()
        self._guard.close()
        self._chats.close()
        if self._kv is not None:
            self._kv.close()
        self._leave_chat()
        self._inbox.close()
        self._models.close()
        self._host.stop()
        self._store.close()

    # Models

    def refresh_models(self) -> None:
        """Look again at what lies in the models folder."""
        self._models.refresh()

    def load_model(self, model_id: str) -> None:
        self._models.load(model_id)

    def cancel_load(self) -> None:
        self._models.cancel()

    def restart_engine(self) -> None:
        self._models.restart()

    def unload(self) -> None:
        """End the engine and free its memory; the model stays chosen."""
        self._models.unload()

    def gpu_has_left(self, free_bytes: int) -> None:
        self._models.gpu_has_left(free_bytes)

    def was_predicted(self, pid: int, placed: PlacedLoad) -> None:
        """What was worked out of worker `pid` after it had loaded."""
        engine = self.state.engine
        if engine.pid == pid and engine.phase == "ready":
            self._board.change(engine=replace(engine, placed=placed))

    def relieve_gpu(self) -> None:
        self.stop()
        self._models.relieve_gpu()

    # The open conversation

    def new_chat(self) -> None:
        """An empty chat, with what was typed in it before; one that is empty already stays."""
        if self._board.conversation.id is None:
            return
        self.stop()
        self._leave_chat()
        self._board.change(
            conversation=self._empty_chat(),
            savings=None,
            context_used=0,
            last_speeds=(),
            last_experts=None,
        )

    def open_chat(self, conversation_id: int) -> None:
        if conversation_id == self._board.conversation.id:
            return
        self.stop()
        self._leave_chat()
        self._board.change(last_speeds=(), last_experts=None, context_used=0, shown_message=None)
        stored = self._store.conversation(conversation_id)
        self._show(self._answers.with_unsaved(stored))

    def change_chat(self, settings: ChatSettings) -> None:
        conversation = self._board.conversation
        self._store.set_settings(conversation.id, settings)
        self._board.change(conversation=replace(conversation, settings=settings))

    def keep_draft(self, text: str) -> None:
        conversation = self._board.conversation
        if text != conversation.draft:
            conversation = replace(conversation, draft=text)
            self._board.put_silently(replace(self.state, conversation=conversation))
            self._write_draft_soon()

    def _empty_chat(self) -> Conversation:
        """What was typed and set for it before."""
        draft, settings = self._store.draft_of_new_chat(), self._store.settings(None)
        return Conversation(draft=draft, settings=settings)

    def _write_draft_soon(self) -> None:
        """Not put off by further typing: a kill costs no more than this moment."""
        if not self._draft.isActive():
            self._draft.start()

    def _write_draft(self) -> None:
        self._set_draft(self._board.conversation.id, session_drafts.unsent(self.state))

    def _set_draft(self, conversation_id: int | None, draft: str) -> None:
        try:
            self._store.set_draft(conversation_id, draft)
        except CoterieError as error:
            self.tell(error.problem)

    def _leave_chat(self) -> None:
        """Stop and keep the running answer; a message that waits becomes the chat's draft."""
        self._board.put(session_drafts.given_up_waiting(self.state))
        self._write_draft()
        self._answers.leave()

    def _show(self, conversation: Conversation) -> None:
        savings = self._accountant.of(conversation, self.state.settings)
        self._board.change(conversation=conversation, savings=savings)

    # Messages

    def send(self, text: str) -> None:
        text, state = text.strip(), self.state
        if not text and not state.attachments:
            return
        if state.answer is not None or state.engine.phase == "loading":
            self._board.change(queued_text=session_drafts.joined(state.queued_text, text))
            self._write_draft_soon()
            return
        self._answers.save()
        attachments = self._attachments.take()
        try:
            stored = self._store_message(text, attachments)
        except CoterieError as error:
            # Not sent: what was typed goes back to where it was.
            self.tell(error.problem)
            self._attachments.put_back(attachments)
            self._board.put(session_drafts.put_back(self.state, text))
            self._write_draft_soon()
            return
        draft = self._board.conversation.draft
        if self._board.conversation.id is None:
            self._set_draft(None, "")
        self._set_draft(stored.id, draft)
        self._show(replace(stored, draft=draft))
        self._chats.refresh()
        self._answers.ask()

    def _store_message(self, text: str, attachments: tuple[Attachment, ...]) -> Conversation:
        """The conversation with the person's message in it."""
        conversation_id = self._board.conversation.id
        if conversation_id is None:
            named = text or attachments[0].name
            title = chat_history.title_from(named)
            conversation_id = self._store.create(title, text, attachments=attachments)
        else:
            self._store.add_message(conversation_id, "user", text, attachments=attachments)
        return self._answers.with_unsaved(self._store.conversation(conversation_id))

    def _send_queued(self) -> None:
        text = self.state.queued_text
        if text is not None and self.state.answer is None:
            self._board.change(queued_text=None)
            self.send(text)

    def stop(self) -> None:
        """Stop the running answer; what was sent meanwhile goes out next."""
        self._answers.stop()

    def retry(self) -> None:
        """Answer the last message again. Without an engine nothing happens."""
        self._answers.retry()

    def regenerate(self, message_id: int) -> None:
        self._answers.regenerate(message_id)

    def continue_answer(self) -> None:
        """Go on with the last answer where it stopped."""
        self._answers.go_on()

    def continue_without_oldest(self) -> None:
        """The person agrees that the oldest turns of this chat are no longer read."""
        if self._board.conversation.id is not None:
            self._answers.allow_dropping(self._board.conversation.id)
        self._answers.go_on()

    def edit_message(self, message_id: int, text: str) -> None:
        self._answers.edit(message_id, text)

    def show_branch(self, message_id: int, step: int) -> None:
        self._answers.show_branch(message_id, step)

    def delete_message(self, message_id: int) -> None:
        self._answers.delete_message(message_id)

    def attach(self, paths: tuple[str, ...]) -> None:
        self._attachments.attach(paths)

    def attach_text(self, name: str, text: str) -> None:
        self._attachments.attach_text(name, text)

    def detach(self, index: int) -> None:
        self._attachments.detach(index)

    # The list of chats

    def rename_chat(self, conversation_id: int, title: str) -> None:
        self._chats.rename(conversation_id, title)

    def delete_chat(self, conversation_id: int) -> None:
        self._chats.delete(conversation_id)
        if self._kv is not None:
            self._kv.forget(conversation_id)

    def undo_delete(self) -> None:
        self._chats.undo_delete()

    def pin_chat(self, conversation_id: int, pinned: bool) -> None:
        self._chats.pin(conversation_id, pinned)

    def move_chat(self, conversation_id: int, folder_id: int | None) -> None:
        self._chats.move(conversation_id, folder_id)

    def new_folder(self, name: str) -> None:
        self._chats.new_folder(name)

    def rename_folder(self, folder_id: int, name: str) -> None:
        self._chats.rename_folder(folder_id, name)

    def delete_folder(self, folder_id: int) -> None:
        self._chats.delete_folder(folder_id)

    def search_chats(self, text: str) -> None:
        self._chats.search(text)

    def open_hit(self, hit: SearchHit) -> None:
        self._chats.open_hit(hit)

    def export_chats(
        self, path: str, file_format: ExportFormat, conversation_id: int | None
    ) -> None:
        self._chats.export(path, file_format, conversation_id)

    def import_chats(self, paths: tuple[str, ...]) -> None:
        self._chats.bring_in(paths)

    # Settings, checks and notices

    def save_preset(self, name: str) -> None:
        """What is set for this chat, under `name`."""
        settings = replace_settings(self._board.conversation.settings, preset=name)
        try:
            self._presets.save(Preset(name, settings))
        except CoterieError as error:
            self.tell(error.problem)
            return
        self._board.change(presets=self._presets.all())
        self.change_chat(settings)

    def delete_preset(self, name: str) -> None:
        try:
            self._presets.delete(name)
        except CoterieError as error:
            self.tell(error.problem)
        self._board.change(presets=self._presets.all())

    def show_checks(self, checks: tuple[CheckView, ...]) -> None:
        """What was found out about this machine, for the first-run page."""
        self._board.change(checks=checks)

    def change_settings(self, settings: Settings) -> None:
        try:
            self._save_settings(settings)
        except CoterieError as error:
            self.tell(error.problem)
        self._board.change(settings=settings)
        self._show(self._board.conversation)

    def finish_first_run(self) -> None:
        self.change_settings(replace_settings(self.state.settings, first_run_done=True))
        self._board.change(first_run=False)

    def dismiss_notice(self, notice: Problem) -> None:
        self._board.change(notices=tuple(n for n in self.state.notices if n != notice))

    def tell(self, problem: Problem) -> None:
        """Show a notice until it is dismissed."""
        self._board.tell(problem)

    def watch_answer(self, closely: bool) -> None:
        """Whether somebody reads the running answer, or sees no more of it than numbers."""
        self._board.unread = not closely
        self._host.gather(None if closely else UNREAD_GATHER_S)

    # Events

    def _arrived(self, arrival: Arrival) -> None:
        event = self._host.handle(arrival)
        if event is not None:
            self._act(event)

    def _act(self, event: HostEvent) -> None:
        match event:
            case LoadProgress() | Loaded():
                self._load_went_on(event)
            case Failed() if self._models.is_load(event):
                self._models.did_not_load(event.problem)
            case Failed() if self._answers.is_answer(event):
                self._answers.failed(event.problem)
            case PromptProgress() | Text() | ExpertsPicked() | Finished():
                self._answers.went_on(event)
            case TokenCounts():
                self._attachments.counted(event)
            case StateSaved() if self._kv is not None:
                self._kv.saved(event)
            case Retrying():
                self.tell(session_problems.repacking_crashed())
            case Exited():
                self._engine_gone(event)

    def _load_went_on(self, event: LoadProgress | Loaded) -> None:
        self._models.went_on(event)
        if isinstance(event, Loaded):
            self._attachments.count_again()
            self._send_queued()

    def _engine_gone(self, event: Exited) -> None:
        problem = why(event)
        self._board.put(session_events.engine_lost(self.state, problem, event.log_tail))
        self._answers.engine_gone(problem)

    def _sample_memory(self) -> None:
        self._board.change(system_memory=system_memory.sample(self._host.pid))
