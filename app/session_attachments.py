"""Files that wait to be sent with the next message: read aside, counted by the engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.engine_host import EngineHost
from app.in_background import InBackground
from app.session_board import SessionBoard
from app.session_state import Attachment
from runtime.errors import CoterieError, Problem
from runtime.language import number, tr
from runtime.protocol.frames import TokenCounts


class SessionAttachments:
    """One file is read at a time. They go with the chat's next message, whichever chat that is."""

    def __init__(
        self,
        board: SessionBoard,
        host: EngineHost,
    ) -> None:
        self._board, self._host = board, host
        self._background = InBackground(board)
        self._waiting: list[Path] = []
        self._counting: dict[int, tuple[Attachment, ...]] = {}
        self._reading = False

    def attach(self, paths: tuple[str, ...]) -> None:
        self._waiting += [Path(path) for path in paths]
        self._read_next()

    def attach_text(self, name: str, text: str) -> None:
        from app.attachments.reading import attachment_of_text

        self._add(attachment_of_text(name, text))

    def detach(self, index: int) -> None:
        kept = list(self._board.state.attachments)
        if 0 <= index < len(kept):
            del kept[index]
            self._board.change(attachments=tuple(kept))

    def take(self) -> tuple[Attachment, ...]:
        """Those that can be sent, which then wait no more."""
        sent = tuple(one for one in self._board.state.attachments if one.problem is None)
        self._board.change(attachments=())
        return sent

    def put_back(self, attachments: tuple[Attachment, ...]) -> None:
        """They could not be sent."""
        self._board.change(attachments=(*attachments, *self._board.state.attachments))

    def count_again(self) -> None:
        """Another model counts differently."""
        attachments = tuple(replace(one, tokens=None) for one in self._board.state.attachments)
        if attachments:
            self._board.change(attachments=attachments)
            self._count()

    def counted(self, event: TokenCounts) -> None:
        asked = self._counting.pop(event.request_id, ())
        found = {id(one): count for one, count in zip(asked, event.counts, strict=False)}
        attachments = tuple(
            replace(one, tokens=found[id(one)]) if id(one) in found else one
            for one in self._board.state.attachments
        )
        self._board.change(attachments=attachments)

    def close(self) -> None:
        self._waiting.clear()
        self._background.forget()

    def _read_next(self) -> None:
        if self._reading or not self._waiting:
            return
        # Imported when a file is attached: the window's start must not pay for it.
        from app.attachments.reading import read_attachment

        self._reading = True
        path = self._waiting.pop(0)

        def done(attachment: Attachment) -> None:
            self._reading = False
            self._add(attachment)
            self._read_next()

        self._background.run(lambda: read_attachment(path), done, self._board.tell)

    def _add(self, attachment: Attachment) -> None:
        self._board.change(attachments=(*self._board.state.attachments, attachment))
        self._count()

    def _count(self) -> None:
        if self._board.state.engine.phase != "ready":
            return
        asked = tuple(
            one
            for one in self._board.state.attachments
            if one.tokens is None and one.problem is None
        )
        for one in asked:
            try:
                self._counting[self._host.count_tokens((one.text,))] = (one,)
            except CoterieError:
                self._change(one, replace(one, text="", problem=too_large(one)))

    def _change(self, before: Attachment, after: Attachment) -> None:
        attachments = (after if one is before else one for one in self._board.state.attachments)
        self._board.change(attachments=tuple(attachments))


def too_large(attachment: Attachment) -> Problem:
    """More text than goes to the engine in one message."""
    return Problem(
        "attachment_too_large",
        tr("The file is too large to send"),
        tr(
            "It holds {count} characters of text; about a million can be sent",
            count=number(len(attachment.text), ","),
        ),
        tr("Attach the part of it that matters."),
    )
