"""A second start brings the first window forward and hands it its files, and only they come in."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDir, QObject
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from tests.engine_client import CHECKOUT
from ui import single_instance
from ui.single_instance import OnlyInstance, server_name


def test_the_second_is_not_the_first_until_that_is_gone(tmp_path: Path) -> None:
    first, second = OnlyInstance(tmp_path), OnlyInstance(tmp_path)
    assert first.is_first()
    assert not second.is_first()
    second.let_go()
    first.let_go()
    third = OnlyInstance(tmp_path)
    assert third.is_first()
    third.let_go()


def test_another_home_is_another_program(tmp_path: Path) -> None:
    one, other = OnlyInstance(tmp_path / "a"), OnlyInstance(tmp_path / "b")
    assert one.is_first()
    assert other.is_first()
    assert server_name(tmp_path / "a") != server_name(tmp_path / "b")
    one.let_go()
    other.let_go()


HAND_OVER = """
import sys
from pathlib import Path
from ui.single_instance import OnlyInstance
print(OnlyInstance(Path(sys.argv[1])).hand_over(sys.argv[2:]))
"""


class First(QObject):
    """A first instance that listens; `calls` are the files of each start after it."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.home = home
        self.calls: list[tuple[str, ...]] = []
        self.only = OnlyInstance(home)
        assert self.only.is_first()
        self.only.listen(self, self.calls.append)

    def says(self, qtbot: QtBot, data: bytes) -> bytes:
        """What a stranger who sends `data` hears until it is hung up on."""
        socket = QLocalSocket()
        socket.connectToServer(server_name(self.home))
        assert socket.waitForConnected(5_000)
        socket.write(data)
        gone = QLocalSocket.LocalSocketState.UnconnectedState
        qtbot.waitUntil(lambda: socket.state() == gone, timeout=10_000)
        return bytes(socket.readAll().data())


@pytest.fixture
def first(tmp_path: Path, qtbot: QtBot) -> Iterator[First]:
    first = First(tmp_path)
    yield first
    first.only.let_go()


def handed_over(home: Path, *paths: str) -> subprocess.Popen[str]:
    command = (sys.executable, "-c", HAND_OVER, str(home), *paths)
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def answer(qtbot: QtBot, process: subprocess.Popen[str]) -> str:
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=30_000)
    return process.communicate()[0].strip()


@pytest.mark.parametrize("paths", [(), ("/models/a.gguf", "/models/gr\u00f6\u00dfer b.gguf")])
def test_a_second_process_hands_its_files_over(
    first: First, qtbot: QtBot, paths: tuple[str, ...]
) -> None:
    assert answer(qtbot, handed_over(first.home, *paths)) == "True"
    assert first.calls == [paths]


def test_many_at_once_are_all_heard(first: First, qtbot: QtBot) -> None:
    starts = [handed_over(first.home, f"/models/{number}.gguf") for number in range(4)]
    assert [answer(qtbot, start) for start in starts] == ["True"] * 4
    assert sorted(first.calls) == [(f"/models/{number}.gguf",) for number in range(4)]


def test_an_older_program_still_raises_the_window(first: First, qtbot: QtBot) -> None:
    assert first.says(qtbot, b"raise\n") == b"ok\n"
    assert first.calls == [()]


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n\r\n", b"\0" * 4096, b"open\n" * 60_000])
def test_a_stranger_is_hung_up_on(first: First, qtbot: QtBot, data: bytes) -> None:
    assert first.says(qtbot, data) == b""
    assert first.calls == []
    assert first.says(qtbot, b"raise\n") == b"ok\n"


def test_one_that_says_nothing_is_hung_up_on(
    first: First, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_instance, "PATIENCE_MS", 100)
    assert first.says(qtbot, b"open\n2f61") == b""
    assert first.calls == []


@pytest.mark.skipif(sys.platform == "win32", reason="the name is a pipe's there")
def test_other_users_can_not_connect(first: First) -> None:
    path = Path(QDir.tempPath()) / server_name(first.home)
    status = path.stat()
    assert stat.S_ISSOCK(status.st_mode)
    assert status.st_mode & 0o077 == 0
    assert status.st_uid == os.getuid()


def test_the_socket_of_another_user_is_told_nothing(
    first: First, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_instance.os, "getuid", lambda: os.geteuid() + 1)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    assert not OnlyInstance(first.home).hand_over(["/models/a.gguf"])
    assert first.calls == []


def test_one_that_hangs_is_not_waited_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_instance, "STARTING_PATIENCE_MS", 200)
    hanging = OnlyInstance(tmp_path)
    assert hanging.is_first()
    second = OnlyInstance(tmp_path)
    assert not second.is_first()
    assert not second.hand_over()
    second.let_go()
    hanging.let_go()


def test_one_that_is_still_starting_is_waited_for(tmp_path: Path, qtbot: QtBot) -> None:
    starting = OnlyInstance(tmp_path)
    assert starting.is_first()
    asked = handed_over(tmp_path, "/models/a.gguf")
    calls: list[tuple[str, ...]] = []
    parent = QObject()
    starting.listen(parent, calls.append)
    assert answer(qtbot, asked) == "True"
    assert calls == [("/models/a.gguf",)]
    starting.let_go()


def test_one_that_is_gone_is_not_waited_for(tmp_path: Path) -> None:
    only = OnlyInstance(tmp_path)
    assert not only.hand_over()
    assert not OnlyInstance(tmp_path).is_first()  # it has the lock now
    only.let_go()


def test_a_home_that_cannot_be_written_still_opens(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert OnlyInstance(tmp_path / "file").is_first()
