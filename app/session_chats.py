"""The list of chats of a session: folders, pins, search, delete with undo, import and export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from app.chat_tree import ChatTree
from app.in_background import InBackground
from app.session_board import SessionBoard
from app.session_state import Conversation, ExportFormat, SearchHit
from app.store import ConversationStore
from runtime.errors import CoterieError, Problem
from runtime.language import tr, tr_n

MOST_HITS = 60


class SessionChats:
    """`leave` turns to a new chat when the open one goes; `open` opens one; `forget` drops what
    else is kept of a chat.
    """

    def __init__(
        self,
        board: SessionBoard,
        store: ConversationStore,
        leave: Callable[[], None],
        open_chat: Callable[[int], None],
    ) -> None:
        self._board, self._store = board, store
        self._leave, self._open = leave, open_chat
        self._background = InBackground(board)

    def close(self) -> None:
        """What is still being read is not wanted any more."""
        self._background.forget()

    def refresh(self) -> None:
        """Read the list again; a store that refuses is told."""
        try:
            self._board.change(conversations=self._store.summaries(), folders=self._store.folders())
        except CoterieError as error:
            self._board.tell(error.problem)

    def rename(self, conversation_id: int, title: str) -> None:
        title = title.strip()
        if not title:
            return
        self._store.rename(conversation_id, title)
        self._change_open(conversation_id, title=title)
        self.refresh()

    def pin(self, conversation_id: int, pinned: bool) -> None:
        self._store.pin(conversation_id, pinned)
        self._change_open(conversation_id, pinned=pinned)
        self.refresh()

    def move(self, conversation_id: int, folder_id: int | None) -> None:
        self._store.move_chat(conversation_id, folder_id)
        self._change_open(conversation_id, folder_id=folder_id)
        self.refresh()

    def new_folder(self, name: str) -> None:
        if name.strip():
            self._store.new_folder(name.strip())
            self.refresh()

    def rename_folder(self, folder_id: int, name: str) -> None:
        if name.strip():
            self._store.rename_folder(folder_id, name.strip())
            self.refresh()

    def delete_folder(self, folder_id: int) -> None:
        self._store.delete_folder(folder_id)
        if self._board.conversation.folder_id == folder_id:
            self._put_open(replace(self._board.conversation, folder_id=None))
        self.refresh()

    def delete(self, conversation_id: int) -> None:
        """It can be brought back until the next one is deleted."""
        gone = next((c for c in self._board.state.conversations if c.id == conversation_id), None)
        if conversation_id == self._board.conversation.id:
            self._leave()
        self._store.delete(conversation_id)
        self._store.purge()
        self._board.change(deleted=gone)
        self.refresh()
        self._search_again()

    def undo_delete(self) -> None:
        gone = self._board.state.deleted
        if gone is None:
            return
        self._store.restore(gone.id)
        self._board.change(deleted=None)
        self.refresh()
        self._search_again()
        self._open(gone.id)

    def search(self, text: str) -> None:
        text = text.strip()
        hits = self._store.search(text, MOST_HITS) if text else ()
        self._board.change(search=text, hits=hits)

    def open_hit(self, hit: SearchHit) -> None:
        self._open(hit.conversation_id)
        if hit.message_id is not None:
            self._bring_into_view(hit.conversation_id, hit.message_id)
        self._board.change(shown_message=hit.message_id)

    def export(self, path: str, file_format: ExportFormat, conversation_id: int | None) -> None:
        """One chat, or all. What the disk refuses is told."""
        # Imported when it is wanted: the window's start must not pay for it.
        from app.chat_files.exporting import write_export

        trees = (
            tuple(self._store.trees())
            if conversation_id is None
            else (self._store.tree(conversation_id),)
        )
        try:
            write_export(trees, Path(path), file_format)
        except CoterieError as error:
            self._board.tell(error.problem)

    def bring_in(self, paths: tuple[str, ...]) -> None:
        """Import chats; a file that can't be read is told and the others are read on."""
        files = tuple(Path(path) for path in paths)
        self._background.run(lambda: _read_all(files), self._add_read, self._board.tell)

    def _add_read(self, read: Sequence[tuple[ChatTree, ...] | Problem]) -> None:
        count = 0
        for found in read:
            if isinstance(found, Problem):
                self._board.tell(found)
                continue
            try:
                for tree in found:
                    self._store.add_tree(tree)
                    count += 1
            except CoterieError as error:
                self._board.tell(error.problem)
        if count:
            self._board.tell(_imported(count))
        self.refresh()

    def _bring_into_view(self, conversation_id: int, message_id: int) -> None:
        """A hit may be on a branch that is not shown."""
        if all(message.id != message_id for message in self._board.conversation.messages):
            self._store.show_message(message_id)
            self._put_open(self._store.conversation(conversation_id))

    def _search_again(self) -> None:
        if self._board.state.search:
            self.search(self._board.state.search)

    def _change_open(self, conversation_id: int, **changes: object) -> None:
        if conversation_id == self._board.conversation.id:
            self._put_open(replace(self._board.conversation, **changes))  # type: ignore[arg-type]

    def _put_open(self, conversation: Conversation) -> None:
        self._board.change(conversation=conversation)


def _read_all(paths: Sequence[Path]) -> list[tuple[ChatTree, ...] | Problem]:
    """What each file holds, or why it can't be read; a hostile one takes seconds to refuse."""
    from app.chat_files.importing import read_import

    found: list[tuple[ChatTree, ...] | Problem] = []
    for path in paths:
        try:
            found.append(read_import(path))
        except CoterieError as error:
            found.append(error.problem)
    return found


def _imported(count: int) -> Problem:
    said = tr_n("{n} chat is in the list now", "{n} chats are in the list now", count)
    return Problem("imported", tr("Imported"), said)
