"""Whether the next message and its files fit into the context, and what is said where not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app import number_text
from app.session_state import Attachment, SessionState
from runtime.language import tr, tr_n

# What English text has on average; the engine's own count replaces it where there is one.
CHARACTERS_PER_TOKEN = 4
NEARLY_FULL = 0.9
Level = Literal["roomy", "nearly_full", "over"]


@dataclass(frozen=True)
class Room:
    """Tokens against a context of `n_ctx`, 0 where none is loaded. `is_guess`: not all counted."""

    used: int = 0
    draft: int = 0
    attached: int = 0
    n_ctx: int = 0
    is_guess: bool = False

    @property
    def total(self) -> int:
        return self.used + self.draft + self.attached

    @property
    def free(self) -> int:
        """Of the context, before anything is added."""
        return max(0, self.n_ctx - self.used)

    @property
    def level(self) -> Level:
        """With nothing left for the answer it is over as well, once something is to be added."""
        if self.n_ctx and self.total > self.used and self.total >= self.n_ctx:
            return "over"
        return "nearly_full" if self.total > NEARLY_FULL * self.n_ctx else "roomy"


@dataclass(frozen=True)
class Note:
    """A sentence in the composer; a message is not sent while it `refuses`."""

    text: str = ""
    refuses: bool = False


def context_tokens(state: SessionState) -> int:
    """Tokens of context in use, counted along while an answer runs."""
    answer = state.answer
    if answer is None or not answer.prompt_tokens:
        return state.context_used
    return max(state.context_used, answer.prompt_tokens + answer.completion_tokens)


def guessed_tokens(text: str) -> int:
    return -(-len(text.strip()) // CHARACTERS_PER_TOKEN)


def attached_tokens(attachment: Attachment) -> int:
    """As counted, a guess until then; nothing for a file that can't be sent."""
    if attachment.problem is not None:
        return 0
    if attachment.tokens is not None:
        return attachment.tokens
    return guessed_tokens(attachment.text)


def room_for(state: SessionState, draft: str) -> Room:
    files = [one for one in state.attachments if one.problem is None]
    drafted = guessed_tokens(draft)
    return Room(
        used=context_tokens(state),
        draft=drafted,
        attached=sum(attached_tokens(one) for one in files),
        n_ctx=state.engine.n_ctx,
        is_guess=drafted > 0 or any(one.tokens is None for one in files),
    )


def free_before(state: SessionState) -> tuple[int, ...]:
    """For each file, what is free when those before it have their place."""
    free, found = state.engine.n_ctx - context_tokens(state), []
    for attachment in state.attachments:
        found.append(max(0, free))
        tokens = attached_tokens(attachment)
        if tokens < free:
            free -= tokens
    return tuple(found)


def is_too_large(attachment: Attachment, free: int, n_ctx: int) -> bool:
    """As counted; what only seems too large is not called so."""
    tokens = attachment.tokens
    return bool(n_ctx) and attachment.problem is None and tokens is not None and tokens >= free


def too_large(tokens: int, free: int) -> str:
    """In short figures, in whole ones where those would be the same."""
    need, have = number_text.tokens_short(tokens), number_text.tokens_short(free)
    if need == have:
        need, have = number_text.tokens(tokens), number_text.tokens(free)
    if not free:
        return tr("{need} tokens, none are free", need=need)
    return tr_n(
        "{need} tokens, {n} is free", "{need} tokens, {n} are free", free, need=need, n=have
    )


def note_for(state: SessionState, draft: str) -> Note:
    """What keeps the message here or what will happen to it; nothing while all is well."""
    unsendable = next((one for one in state.attachments if one.problem is not None), None)
    if unsendable is not None:
        said = tr("{name} can't be sent. Remove it to send the rest.", name=unsendable.name)
        return Note(said, refuses=True)
    n_ctx = state.engine.n_ctx
    if not n_ctx:
        return Note()
    for attachment, free in zip(state.attachments, free_before(state), strict=True):
        if is_too_large(attachment, free, n_ctx):
            return Note(_refusal(attachment, free, n_ctx), refuses=True)
    uncounted = _may_not_fit(state)
    if uncounted is not None:
        said = tr("The tokens of {name} are being counted.", name=uncounted.name)
        return Note(said, refuses=True)
    return Note(_outlook(room_for(state, draft)))


def _refusal(attachment: Attachment, free: int, n_ctx: int) -> str:
    tokens = attachment.tokens or 0
    found = too_large(tokens, free)
    if tokens < n_ctx:
        return tr(
            "{name} is too large: {found}. Remove it, or start a new chat.",
            name=attachment.name,
            found=found,
        )
    return tr(
        "{name} is too large: {found}. Remove it, or load the model with a larger context.",
        name=attachment.name,
        found=found,
    )


def _may_not_fit(state: SessionState) -> Attachment | None:
    """A file whose count is on its way and could be too much: no token is under one byte."""
    if state.engine.phase != "ready" or state.answer is not None:
        return None
    for attachment, free in zip(state.attachments, free_before(state), strict=True):
        if attachment.tokens is None and len(attachment.text.encode("utf-8", "replace")) >= free:
            return attachment
    return None


def _outlook(room: Room) -> str:
    """A guess refuses nothing: it says what comes if it is right."""
    if room.level != "over":
        return ""
    size = number_text.tokens_short(room.draft + room.attached)
    if room.is_guess:
        size = tr("about {amount}", amount=size)
    if room.draft + room.attached >= room.n_ctx:
        return tr(
            "This message has {size} tokens, the whole context {n_ctx}. Shorten it, or load the"
            " model with a larger context.",
            size=size,
            n_ctx=number_text.tokens_short(room.n_ctx),
        )
    if not room.free:
        return tr(
            "This message has {size} tokens, and none are free. Once it is sent you choose: go on"
            " without the oldest turns, or start a new chat.",
            size=size,
        )
    return tr_n(
        "This message has {size} tokens, and {n} is free. Once it is sent you choose: go on"
        " without the oldest turns, or start a new chat.",
        "This message has {size} tokens, and {n} are free. Once it is sent you choose: go on"
        " without the oldest turns, or start a new chat.",
        room.free,
        size=size,
        n=number_text.tokens_short(room.free),
    )
