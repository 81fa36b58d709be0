"""One window for each user and home: a second start brings the first one to the front."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

PATIENCE_MS = 2_000
LOCK_NAME = "window.lock"
RAISE = b"raise\n"


class OnlyInstance:
    """Holds the lock of a home while it lives; the system lets go of it when the program dies."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._descriptor = -1

    def is_first(self) -> bool:
        """Whether no other window is open on this home. True too where no lock can be made."""
        try:
            self._data_dir.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self._data_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return True  # a read-only home: the store says so itself
        return _locked(self._descriptor)

    def let_go(self) -> None:
        """Another may be the first from now on."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def raise_first(self) -> bool:
        """Ask the window that is open to come to the front; whether it heard."""
        from PySide6.QtNetwork import QLocalSocket

        socket = QLocalSocket()
        socket.connectToServer(server_name(self._data_dir))
        if not socket.waitForConnected(PATIENCE_MS):
            return False
        socket.write(RAISE)
        return socket.waitForBytesWritten(PATIENCE_MS)

    def listen(self, parent: QObject, come_forward: Callable[[], None]) -> None:
        """Hear a second start from now on."""
        from PySide6.QtNetwork import QLocalServer

        name = server_name(self._data_dir)
        QLocalServer.removeServer(name)  # what a crash left; the lock says that nobody has it
        server = QLocalServer(parent)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)

        def called() -> None:
            while (socket := server.nextPendingConnection()) is not None:
                socket.readyRead.connect(come_forward)
                socket.disconnected.connect(socket.deleteLater)

        server.newConnection.connect(called)
        server.listen(name)


def _locked(descriptor: int) -> bool:
    # filelock is used elsewhere; it loads asyncio, which the first picture must not wait for.
    try:
        import fcntl
    except ImportError:
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def server_name(data_dir: Path) -> str:
    """A name that two homes do not share."""
    digest = hashlib.sha256(str(data_dir.absolute()).encode("utf-8", "surrogateescape"))
    return f"coterie-{digest.hexdigest()[:24]}"
