"""Files of what a model has read of each chat, kept within a budget on this disk."""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.local_models import LocalModel

_LOG = logging.getLogger(__name__)
# Fewer are read again in about the time that a file of them takes to be read.
LEAST_TOKENS = 512
_ENDING = ".kv"
# What a worker was writing when it was ended (`KvKeeper`).
_UNFINISHED = ".kv.part"
_NAME = re.compile(r"chat-(\d+)-[0-9a-f]{16}\.kv(\.part)?")


@dataclass(frozen=True)
class _Kept:
    path: Path
    size_bytes: int
    used_at_ns: int


class KvFiles:
    """They hold what was said, so nobody else may read them. What the disk refuses is logged only:
    it costs time at the next opening of a chat and nothing else.
    """

    def __init__(self, folder: Path, budget_bytes: Callable[[], int]) -> None:
        self._folder, self._budget_bytes = folder, budget_bytes

    def path_for(self, conversation_id: int, model: LocalModel) -> Path:
        """Where this chat's is to be written; another file of the model gives another path.

        The folder is made where it is not there.
        """
        self._make_folder()
        return self._path(conversation_id, model)

    def existing(self, conversation_id: int, model: LocalModel) -> Path | None:
        """One that is there; it counts as used now."""
        path = self._path(conversation_id, model)
        if self._budget_bytes() <= 0 or not path.is_file():
            return None
        _touch(path)
        return path

    def wanted(self, n_tokens: int, bytes_per_token: int) -> bool:
        """Whether a file of so much is worth its room, and has any."""
        budget_bytes = self._budget_bytes()
        has_room = 0 < budget_bytes >= n_tokens * bytes_per_token
        return n_tokens >= LEAST_TOKENS and has_room

    def saved(self, path: Path) -> None:
        """`path` was just written: those used longest ago go, as far as the budget asks."""
        try:
            path.chmod(0o600)
        except OSError as error:
            _LOG.info("what was read of a chat is not kept: %s", error)
        _touch(path)
        self._prune(path)

    def forget(self, conversation_id: int) -> None:
        """All that is kept of this chat, for whichever model."""
        for kept in self._all():
            found = _NAME.fullmatch(kept.path.name)
            if found and int(found[1]) == conversation_id:
                _remove(kept.path)

    def forget_all(self) -> None:
        for kept in self._all():
            _remove(kept.path)

    def total_bytes(self) -> int:
        return sum(kept.size_bytes for kept in self._all())

    def _prune(self, newest: Path) -> None:
        budget_bytes, kept = self._budget_bytes(), self._all()
        total_bytes = sum(one.size_bytes for one in kept)
        # A clock that was set back must not cost the newest one its place.
        for one in sorted(kept, key=lambda one: (one.path == newest, one.used_at_ns)):
            is_over = total_bytes > budget_bytes or budget_bytes <= 0
            if is_over or one.path.name.endswith(_UNFINISHED):
                _remove(one.path)
                total_bytes -= one.size_bytes

    def _path(self, conversation_id: int, model: LocalModel) -> Path:
        return self._folder / f"chat-{conversation_id}-{_key(model)}{_ENDING}"

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
        except OSError as error:
            _LOG.info("what is read of chats can't be kept: %s", error)

    def _all(self) -> list[_Kept]:
        try:
            with os.scandir(self._folder) as entries:
                return [kept for entry in entries if (kept := _kept(entry)) is not None]
        except OSError:
            return []


def _kept(entry: os.DirEntry[str]) -> _Kept | None:
    """One of ours; what else lies in the folder is left alone."""
    try:
        if not _NAME.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
            return None
        about = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    return _Kept(Path(entry.path), about.st_size, about.st_mtime_ns)


def _key(model: LocalModel) -> str:
    """A model file that was replaced gives another one."""
    try:
        about = model.path.stat()
        stamp = (about.st_size, about.st_mtime_ns)
    except OSError:
        stamp = (model.file_bytes, 0)
    facts = repr((os.fspath(model.path), *stamp))
    return hashlib.sha256(facts.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _touch(path: Path) -> None:
    try:
        os.utime(path)
    except OSError as error:
        _LOG.info("it is not known when a chat was used last: %s", error)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _LOG.info("what was read of a chat can't be removed: %s", error)
