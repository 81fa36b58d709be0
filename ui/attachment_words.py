"""What a chip says of its file, and what becomes of a long text that is pasted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app import number_text
from app.session_state import Attachment, SessionState
from runtime.language import marked, tr, tr_n
from ui.attachment_room import free_before, guessed_tokens, is_too_large, too_large

LONG_PASTE_CHARACTERS = 2_000
PASTED_NAME, PASTED_ENDING = marked("Pasted text"), ".txt"
COUNTING, TOO_LARGE = marked("counting"), marked("Too large")
ICONS = {"code": "file-code", "text": "file-text", "markdown": "file-text", "pdf": "file-text"}
_KINDS = {"code": marked("code"), "text": marked("text"), "markdown": "Markdown", "pdf": "PDF"}
_KIB = 1024


@dataclass(frozen=True)
class ChipWords:
    """`tokens` stands beside the name, `short` where there is no room for it; `tip` has it all."""

    name: str
    tokens: str
    tip: str
    icon: str
    is_problem: bool = False
    short: str = ""

    @property
    def spoken(self) -> str:
        return f"{self.name}, {self.tokens}"


def chips(state: SessionState) -> tuple[ChipWords, ...]:
    return tuple(
        chip(attachment, free, state)
        for attachment, free in zip(state.attachments, free_before(state), strict=True)
    )


def chip(attachment: Attachment, free: int, state: SessionState) -> ChipWords:
    """`free` are the tokens this file may take."""
    problem = attachment.problem
    if problem is not None:
        return ChipWords(
            attachment.name, problem.title, problem.one_line(), "triangle-alert", is_problem=True
        )
    about = _about(attachment)
    if is_too_large(attachment, free, state.engine.n_ctx):
        reason = tr("Too large: {found}", found=too_large(attachment.tokens or 0, free))
        tip = f"{about}\n{reason}"
        return ChipWords(
            attachment.name, reason, tip, "triangle-alert", is_problem=True, short=tr(TOO_LARGE)
        )
    return ChipWords(
        attachment.name, _tokens(attachment, state), about, ICONS.get(attachment.kind, "file-text")
    )


def _tokens(attachment: Attachment, state: SessionState) -> str:
    if attachment.tokens is not None:
        return _counted(attachment.tokens)
    if state.engine.phase == "ready":
        return tr(COUNTING)
    return tr("about {amount}", amount=_counted(guessed_tokens(attachment.text)))


def _counted(tokens: int) -> str:
    return tr_n("{n} token", "{n} tokens", tokens)


def _about(attachment: Attachment) -> str:
    kind = tr(_KINDS[attachment.kind]) if attachment.kind in _KINDS else attachment.kind
    lines = (attachment.name, f"{kind}, {file_size(attachment.file_bytes)}", attachment.note)
    return "\n".join(line for line in lines if line)


def file_size(size_bytes: int) -> str:
    """Of a document: 812 bytes, 14 KiB, 2.4 MiB."""
    if size_bytes < _KIB:
        return tr_n("{n} byte", "{n} bytes", size_bytes)
    if size_bytes < _KIB**2:
        return f"{number_text.significant(size_bytes / _KIB, 2)} KiB"
    return f"{number_text.significant(size_bytes / _KIB**2, 2)} MiB"


def pasted_line(text: str) -> str:
    return tr_n(
        "The text you pasted has about {n} token.",
        "The text you pasted has about {n} tokens.",
        guessed_tokens(text),
    )


def pasted_name(taken: Iterable[str]) -> str:
    """A name for pasted text that no other file here has."""
    names, number = set(taken), 1
    stem = tr(PASTED_NAME)
    name = f"{stem}{PASTED_ENDING}"
    while name in names:
        number += 1
        name = f"{stem} {number}{PASTED_ENDING}"
    return name
