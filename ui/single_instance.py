"""One window for each user and home: a second start brings it forward and hands it its files."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.window_lock import LOCK_NAME, take_lock

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtNetwork import QLocalSocket

    from app.opened_file_message import Call

PATIENCE_MS = 2_000
# What was handed over is read as soon as the window is idle again, maybe after we have gone.
ANSWER_PATIENCE_MS = 15_000
# A window whose computer is busy listens some seconds after it has the lock.
STARTING_PATIENCE_MS = 15_000
AGAIN_AFTER_MS = 50
MOST_CALLERS = 8

# What became of a hand-over. "taken": the window has the files, but was too busy to answer.
HandedOver = Literal["heard", "taken", "alone"]
_Said = Literal["heard", "taken", "hung up"]


class OnlyInstance:
    """Holds the lock of a home while it lives; the system lets go of it when the program dies."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._descriptor = -1
        self._has_lock = False

    def is_first(self) -> bool:
        """Whether no other window is open on this home. True too where no lock can be made."""
        if self._descriptor < 0:
            try:
                self._data_dir.mkdir(parents=True, exist_ok=True)
                lock = self._data_dir / LOCK_NAME
                self._descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
            except OSError:
                return True  # a read-only home: the store says so itself
        self._has_lock = self._has_lock or take_lock(self._descriptor)
        return self._has_lock

    def let_go(self) -> None:
        """Another may be the first from now on."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor, self._has_lock = -1, False

    def hand_over(self, paths: Sequence[str] = (), token: str = "") -> HandedOver:
        """Ask the window that is open to come forward with these files.

        One that has just been started is waited for, and one that is busy; one that has gone is
        not. `token` is the desktop's word that a window may come forward.
        """
        from app.opened_file_message import message

        name, data = server_name(self._data_dir), message(paths, token)
        give_up_s = time.monotonic() + STARTING_PATIENCE_MS / 1000
        while True:
            socket = _connected(name)
            said = _told(socket, data) if socket is not None else "hung up"
            if said == "heard":
                return "heard"
            if _is_strange(name) or self.is_first():
                return "alone"
            if said == "taken":
                return "taken"
            if time.monotonic() >= give_up_s:
                return "alone"
            time.sleep(AGAIN_AFTER_MS / 1000)

    def listen(self, parent: QObject, called: Callable[[Call], None]) -> None:
        """Hear a second start from now on; `called` gets what it hands over, mostly no files.

        Only the one that has the lock: another's window would not be found any more.
        """
        from PySide6.QtNetwork import QLocalServer

        if not (self.is_first() and self._has_lock):
            return
        name = server_name(self._data_dir)
        QLocalServer.removeServer(name)  # what a crash left; the lock says that nobody has it
        server = QLocalServer(parent)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.setMaxPendingConnections(MOST_CALLERS)

        def arrived() -> None:
            while (socket := server.nextPendingConnection()) is not None:
                _hear(socket, called)

        server.newConnection.connect(arrived)
        server.listen(name)


def _connected(name: str) -> QLocalSocket | None:
    from PySide6.QtNetwork import QLocalSocket

    if _is_strange(name):
        return None
    socket = QLocalSocket()
    socket.connectToServer(name)
    return socket if socket.waitForConnected(PATIENCE_MS) else None


def _told(socket: QLocalSocket, data: bytes) -> _Said:
    """What the window made of `data`: half of it would be no message, and is not offered."""
    from app.opened_file_message import HEARD

    socket.write(data)
    while socket.bytesToWrite():
        if not socket.waitForBytesWritten(PATIENCE_MS):
            socket.abort()
            return "hung up"
    answer, give_up_s = b"", time.monotonic() + ANSWER_PATIENCE_MS / 1000
    while len(answer) < len(HEARD):
        left_ms = round((give_up_s - time.monotonic()) * 1000)
        if left_ms <= 0 or not socket.waitForReadyRead(left_ms):
            is_there = socket.state() == socket.LocalSocketState.ConnectedState
            return "taken" if is_there else "hung up"
        answer += socket.read(len(HEARD) - len(answer)).data()
    return "heard" if answer == HEARD else "hung up"


def _hear(socket: QLocalSocket, called: Callable[[Call], None]) -> None:
    """Read one message and answer it; one that is not ours, or takes its time, is hung up on."""
    from PySide6.QtCore import QTimer

    from app.opened_file_message import HEARD, MOST_BYTES, Refused, read

    data = bytearray()

    def ready() -> None:
        data.extend(socket.read(MOST_BYTES + 1 - len(data)).data())
        try:
            call = read(bytes(data))
        except Refused:
            socket.abort()
            return
        if call is not None:
            socket.readyRead.disconnect(ready)
            socket.write(HEARD)
            socket.disconnectFromServer()
            called(call)

    def too_late() -> None:
        # While we were busy ourselves, it may have come without our having been told.
        socket.waitForReadyRead(0)
        if socket.state() == socket.LocalSocketState.ConnectedState:
            socket.abort()

    socket.setReadBufferSize(MOST_BYTES + 1)
    socket.readyRead.connect(ready)
    socket.disconnected.connect(socket.deleteLater)
    QTimer.singleShot(PATIENCE_MS, socket, too_late)
    if socket.bytesAvailable():
        ready()


def server_name(data_dir: Path) -> str:
    """A name that two homes do not share, in the folder of this user's sockets if there is one."""
    digest = hashlib.sha256(str(data_dir.absolute()).encode("utf-8", "surrogateescape"))
    name = f"coterie-{digest.hexdigest()[:24]}"
    folder = os.environ.get("XDG_RUNTIME_DIR", "")
    if sys.platform == "linux" and folder.startswith("/") and not _is_strange(folder):
        return f"{folder}/{name}"
    return name


def _is_strange(name: str) -> bool:
    """Whether what has this name belongs to another user, who would learn of our files.

    A name without a folder is one in that for temporary files, as QLocalServer has it.
    """
    if sys.platform == "win32":
        return False
    from PySide6.QtCore import QDir

    try:
        status = os.lstat(os.path.join(QDir.tempPath(), name))  # noqa: PTH118 - it may be whole
    except OSError:
        return False
    return status.st_uid != os.getuid()
