"""Takes in chats from a file: Coterie's JSON or Markdown, or ChatGPT's conversations.json."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec
from msgspec.structs import replace

from app.chat_files.chatgpt_chats import chats_in_chatgpt
from app.chat_files.json_chats import chats_in_json, is_ours
from app.chat_files.markdown_reading import chat_in_markdown
from app.chat_files.refusal import Refused, import_invalid
from app.chat_history import title_from
from app.chat_settings import ChatSettings
from app.chat_tree import ChatTree
from app.setting_bounds import wrong_in
from app.store.tree_order import parents_first
from runtime.errors import CoterieError
from runtime.language import number, tr

LARGEST_BYTES = 200_000_000
MOST_MESSAGES = 100_000
# A decoded object takes ten times its room in the file and more. A message of ChatGPT's has up to
# 20 of them; the braces of code that is talked about count as well.
MOST_OBJECTS = 4_000_000
LONGEST_TITLE = 200
# A pipe must not be waited for; Windows must not change line ends.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_import(path: Path) -> tuple[ChatTree, ...]:
    """All chats in it, each whole and in order.

    Raises CoterieError of kind "import_invalid", also for a file that can't be read.
    """
    try:
        trees = _chats(_read(path))
        _check(trees)
    except Refused as reason:
        raise import_invalid(path, str(reason)) from reason
    except CoterieError as error:
        raise import_invalid(path, error.problem.message) from error
    return tuple(_tidied(tree) for tree in trees)


def _read(path: Path) -> bytes:
    try:
        descriptor = os.open(path, _FLAGS)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Refused(tr("it is not a file"))
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise Refused(error.strerror or tr("it can't be read")) from error
    except ValueError as error:  # a zero byte in the path
        raise Refused(tr("there can be no file of this name")) from error
    if len(data) > LARGEST_BYTES:
        raise Refused(tr("it is larger than {size} MB", size=LARGEST_BYTES // 10**6))
    return data.removeprefix(b"\xef\xbb\xbf")


def _chats(data: bytes) -> tuple[ChatTree, ...]:
    if data.startswith(b"PK"):
        raise Refused(tr("it is a zip file; unpack it and choose the conversations.json in it"))
    try:
        first = data.lstrip()[:1]
        if first in (b"{", b"["):
            return _json_chats(data, first)
        return (chat_in_markdown(data.decode("utf-8")),)
    except msgspec.MsgspecError as error:
        raise Refused(tr("it is not as expected ({error})", error=error)) from error
    except UnicodeDecodeError as error:
        raise Refused(tr("it is not text in UTF-8")) from error
    except RecursionError as error:
        raise Refused(tr("it is nested too deeply")) from error


def _json_chats(data: bytes, first: bytes) -> tuple[ChatTree, ...]:
    if data.count(b"{") + data.count(b"[") > MOST_OBJECTS:
        raise _too_many()
    if first == b"[":
        return chats_in_chatgpt(data)
    if not is_ours(data):
        raise Refused(tr("another program wrote it, one whose chats are not known here"))
    return chats_in_json(data)


def _check(trees: tuple[ChatTree, ...]) -> None:
    if sum(len(tree.messages) for tree in trees) > MOST_MESSAGES:
        raise _too_many()
    if not any(tree.messages for tree in trees):
        raise Refused(tr("there is no message in it"))
    for tree in trees:
        parents_first(tree)


def _too_many(most: int = MOST_MESSAGES) -> Refused:
    return Refused(tr("it has more than {n} messages", n=number(most, ",")))


def _tidied(tree: ChatTree) -> ChatTree:
    """A title and a folder of one short line, and no settings that were never possible here."""
    settings = ChatSettings() if wrong_in(tree.settings) else tree.settings
    return replace(tree, title=_title(tree), folder=_line(tree.folder), settings=settings)


def _title(tree: ChatTree) -> str:
    first = min(tree.messages, key=lambda message: message.id, default=None)
    return _line(tree.title) or title_from(first.text if first else "")


def _line(text: str) -> str:
    return " ".join(text[: 8 * LONGEST_TITLE].split())[:LONGEST_TITLE]
