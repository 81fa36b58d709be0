"""One window for each user and home: a second start brings it forward and hands it its files."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.window_lock import LOCK_NAME, take_lock

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtNetwork import QLocalSocket

PATIENCE_MS = 2_000
# A window whose computer is busy listens some seconds after it has the lock.
STARTING_PATIENCE_MS = 15_000
AGAIN_AFTER_MS = 50
MOST_CALLERS = 8


class OnlyInstance:
    """Holds the lock of a home while it lives; the system lets go of it when the program dies."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._descriptor = -1

    def is_first(self) -> bool:
        """Whether no other window is open on this home. True too where no lock can be made."""
        if self._descriptor < 0:
            try:
                self._data_dir.mkdir(parents=True, exist_ok=True)
                lock = self._data_dir / LOCK_NAME
                self._descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
            except OSError:
                return True  # a read-only home: the store says so itself
        return take_lock(self._descriptor)

    def let_go(self) -> None:
        """Another may be the first from now on."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def hand_over(self, paths: Sequence[str] = ()) -> bool:
        """Ask the window that is open to come forward with these files; whether it answered.

        One that has just been started is waited for; one that has gone is not.
        """
        from app.opened_file_message import message

        name = server_name(self._data_dir)
        give_up_s = time.monotonic() + STARTING_PATIENCE_MS / 1000
        while not (socket := _connected(name)):
            if _is_strange(name) or self.is_first() or time.monotonic() >= give_up_s:
                return False
            time.sleep(AGAIN_AFTER_MS / 1000)
        socket.write(message(paths))
        return _heard(socket)

    def listen(self, parent: QObject, called: Callable[[tuple[str, ...]], None]) -> None:
        """Hear a second start from now on; `called` gets its files, mostly none."""
        from PySide6.QtNetwork import QLocalServer

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


def _heard(socket: QLocalSocket) -> bool:
    """Whether the whole answer came in time."""
    from app.opened_file_message import HEARD

    answer, give_up_s = b"", time.monotonic() + PATIENCE_MS / 1000
    while len(answer) < len(HEARD):
        left_ms = round((give_up_s - time.monotonic()) * 1000)
        if left_ms <= 0 or not socket.waitForReadyRead(left_ms):
            return False
        answer += socket.read(len(HEARD) - len(answer)).data()
    return answer == HEARD


def _hear(socket: QLocalSocket, called: Callable[[tuple[str, ...]], None]) -> None:
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
            called(call.paths)

    socket.setReadBufferSize(MOST_BYTES + 1)
    socket.readyRead.connect(ready)
    socket.disconnected.connect(socket.deleteLater)
    QTimer.singleShot(PATIENCE_MS, socket, socket.abort)
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
