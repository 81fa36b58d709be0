"""Everything the window shows, as frozen values: a new state replaces the old one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from app.chat_settings import ChatSettings, Preset
from app.check_view import CheckView
from app.local_models import LocalModel
from app.placed_load import PlacedLoad
from app.savings import Savings
from app.settings import Settings
from runtime.errors import Problem
from runtime.protocol.messages import ExpertUse, GenerationStats, MemoryUse, ModelFacts, Role

EnginePhase = Literal["none", "loading", "ready", "failed", "crashed"]
AnswerPhase = Literal["queued", "prompt", "streaming"]
MessageStatus = Literal["complete", "stopped", "failed"]
ExportFormat = Literal["markdown", "json"]


@dataclass(frozen=True)
class Attachment:
    """A file whose text goes to the model with a message. `kind` is "text", "code", "markdown" or
    "pdf". `tokens` is None until the engine has counted them.

    `problem` says why a file can't be sent; its `text` is then empty. `note` is what to know
    of one that can.
    """

    name: str
    kind: str
    text: str
    file_bytes: int
    tokens: int | None = None
    problem: Problem | None = None
    note: str = ""


@dataclass(frozen=True)
class MessageView:
    """One stored turn. `stats` and `model_id` are None for the person's own messages.

    `status` is "stopped" when the person stopped it, "failed" when `problem` cut it short; the
    partial text is kept in both cases. `reasoning` is what the model thought first. `branch` of
    `branches`, from 1, is which of the messages in this place it is. `created_at_s` is Unix time.
    """

    id: int
    role: Role
    text: str
    status: MessageStatus = "complete"
    model_id: str | None = None
    stats: GenerationStats | None = None
    problem: Problem | None = None
    reasoning: str = ""
    branch: int = 1
    branches: int = 1
    attachments: tuple[Attachment, ...] = ()
    created_at_s: float = 0.0


@dataclass(frozen=True)
class ConversationSummary:
    """A row of the conversation list. `updated_at_s` is Unix time."""

    id: int
    title: str
    updated_at_s: float
    pinned: bool = False
    folder_id: int | None = None


@dataclass(frozen=True)
class Folder:
    """A folder of the conversation list, with how many chats it holds."""

    id: int
    name: str
    count: int = 0


@dataclass(frozen=True)
class SearchHit:
    """A message in which all words were found. `snippet` has each found word between \x02 and \x03.

    `message_id` is None where only the title has them.
    """

    conversation_id: int
    title: str
    message_id: int | None
    snippet: str
    updated_at_s: float


@dataclass(frozen=True)
class Conversation:
    """The open conversation. `id` is None for a new chat nothing was sent in yet.

    `spent` are the numbers of answers that were replaced, and of all but the last run of those that
    were continued.
    """

    id: int | None = None
    title: str = ""
    messages: tuple[MessageView, ...] = ()
    draft: str = ""
    spent: tuple[GenerationStats, ...] = ()
    settings: ChatSettings = field(default_factory=ChatSettings)
    pinned: bool = False
    folder_id: int | None = None

    @property
    def every_run(self) -> tuple[GenerationStats, ...]:
        """The numbers of all that was answered here, shown or not."""
        return (*self.spent, *(m.stats for m in self.messages if m.stats is not None))

    def before(self, message: MessageView | None) -> Conversation:
        """As far as `message`, all of it where that is not in here; the rest goes on counting."""
        ids = [m.id for m in self.messages]
        if message is None or message.id not in ids:
            return self
        at = ids.index(message.id)
        cut = (m.stats for m in self.messages[at:] if m.stats is not None)
        return replace(self, messages=self.messages[:at], spent=(*self.spent, *cut))

    def with_answer(self, answer: MessageView) -> Conversation:
        """`answer` in place of the same one as it was before, if that is in here."""
        messages = tuple(answer if m.id == answer.id else m for m in self.messages)
        return replace(self, messages=messages)

    @property
    def last_answer(self) -> MessageView | None:
        """The answer it ends with, None when it ends with a question."""
        last = self.messages[-1] if self.messages else None
        return last if last is not None and last.role == "assistant" else None


@dataclass(frozen=True)
class EngineState:
    """The engine worker as last heard. `load_fraction` is 0 to 1 while loading.

    `engine` is the version of the engine's build, "" until a model is loaded.
    """

    phase: EnginePhase = "none"
    load_fraction: float = 0.0
    load_started_at_s: float = 0.0
    problem: Problem | None = None
    log_tail: str = ""
    facts: ModelFacts | None = None
    memory: MemoryUse | None = None
    n_ctx: int = 0
    n_threads: int = 0
    pid: int | None = None
    engine: str = ""
    placed: PlacedLoad = field(default_factory=PlacedLoad)


@dataclass(frozen=True)
class RunningAnswer:
    """The answer being written. `text` only ever grows by appending.

    `speeds` are (seconds since send, tokens/s) samples of the live window, for the sparkline.
    `experts` are the router's picks so far, None unless they are counted.
    """

    phase: AnswerPhase
    text: str = ""
    reasoning: str = ""
    reasoning_tokens: int = 0
    reasoning_s: float = 0.0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    evaluated_tokens: int = 0
    completion_tokens: int = 0
    tokens_per_s: float | None = None
    prompt_tokens_per_s: float | None = None
    ttft_s: float | None = None
    n_threads: int = 0
    speeds: tuple[tuple[float, float], ...] = ()
    experts: ExpertUse | None = None


@dataclass(frozen=True)
class SystemMemory:
    """Host memory now. `engine_rss_bytes` is the worker process's resident set, 0 without one."""

    total_bytes: int
    available_bytes: int
    engine_rss_bytes: int


@dataclass(frozen=True)
class SessionState:
    """The whole truth the views draw from.

    `answer` is the answer in progress, None when idle. `last_answer` is the newest finished one of
    this conversation, for the panel's "Last answer"; `last_speeds` and `last_experts` are those of
    the answer that ended last. `queued_text` is what the person sent while a
    model loads or answers; it goes out by itself. `notices` wait until dismissed. `model_problems`
    tell why files in `models_dir` are left out of `models`. `deleted` is the chat that can still be
    brought back. `hits` are for `search`; `shown_message` is the one a hit led to. `attachments`
    wait to be sent with the next message.
    """

    settings: Settings
    models: tuple[LocalModel, ...] = ()
    model_problems: tuple[Problem, ...] = ()
    models_dir: str = ""
    model: LocalModel | None = None
    engine: EngineState = field(default_factory=EngineState)
    conversations: tuple[ConversationSummary, ...] = ()
    conversation: Conversation = field(default_factory=Conversation)
    answer: RunningAnswer | None = None
    last_speeds: tuple[tuple[float, float], ...] = ()
    last_experts: ExpertUse | None = None
    queued_text: str | None = None
    context_used: int = 0
    savings: Savings | None = None
    system_memory: SystemMemory | None = None
    notices: tuple[Problem, ...] = ()
    first_run: bool = False
    checks: tuple[CheckView, ...] = ()
    folders: tuple[Folder, ...] = ()
    deleted: ConversationSummary | None = None
    search: str = ""
    hits: tuple[SearchHit, ...] = ()
    shown_message: int | None = None
    attachments: tuple[Attachment, ...] = ()
    presets: tuple[Preset, ...] = ()

    @property
    def last_answer(self) -> MessageView | None:
        answers = (m for m in reversed(self.conversation.messages) if m.stats is not None)
        return next(answers, None)


class SessionCommands(Protocol):
    """What a view may ask for. Each answers with a new state, never with a return value."""

    def send(self, text: str) -> None: ...
    def stop(self) -> None: ...
    def retry(self) -> None: ...
    def continue_answer(self) -> None: ...
    def continue_without_oldest(self) -> None: ...
    def new_chat(self) -> None: ...
    def open_chat(self, conversation_id: int) -> None: ...
    def rename_chat(self, conversation_id: int, title: str) -> None: ...
    def delete_chat(self, conversation_id: int) -> None: ...
    def keep_draft(self, text: str) -> None: ...
    def refresh_models(self) -> None: ...
    def load_model(self, model_id: str) -> None: ...
    def cancel_load(self) -> None: ...
    def restart_engine(self) -> None: ...
    def relieve_gpu(self) -> None: ...
    def change_settings(self, settings: Settings) -> None: ...
    def dismiss_notice(self, notice: Problem) -> None: ...
    def edit_message(self, message_id: int, text: str) -> None: ...
    def regenerate(self, message_id: int) -> None: ...
    def show_branch(self, message_id: int, step: int) -> None: ...
    def delete_message(self, message_id: int) -> None: ...
    def pin_chat(self, conversation_id: int, pinned: bool) -> None: ...
    def move_chat(self, conversation_id: int, folder_id: int | None) -> None: ...
    def new_folder(self, name: str) -> None: ...
    def rename_folder(self, folder_id: int, name: str) -> None: ...
    def delete_folder(self, folder_id: int) -> None: ...
    def undo_delete(self) -> None: ...
    def search_chats(self, text: str) -> None: ...
    def open_hit(self, hit: SearchHit) -> None: ...
    def export_chats(
        self, path: str, file_format: ExportFormat, conversation_id: int | None
    ) -> None: ...
    def import_chats(self, paths: tuple[str, ...]) -> None: ...
    def attach(self, paths: tuple[str, ...]) -> None: ...
    def attach_text(self, name: str, text: str) -> None: ...
    def detach(self, index: int) -> None: ...
    def change_chat(self, settings: ChatSettings) -> None: ...
    def save_preset(self, name: str) -> None: ...
    def delete_preset(self, name: str) -> None: ...
    def finish_first_run(self) -> None: ...
