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
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from app.opened_file_message import Call
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


# Longer than a window is waited for that only has to take up the connection.
BUSY_S = single_instance.PATIENCE_MS / 1000 + 1.0
HAND_OVER = """
import os
import sys
from pathlib import Path
from ui import single_instance
single_instance.ANSWER_PATIENCE_MS = int(os.environ.get("PATIENCE_MS", "60000"))
only = single_instance.OnlyInstance(Path(sys.argv[1]))
print("asks", flush=True)
print(only.hand_over(sys.argv[2:], os.environ.get("TOKEN", "")))
"""


class First(QObject):
    """A first instance that listens; `calls` are the files of each start after it."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.home = home
        self.calls: list[Call] = []
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


def handed_over(home: Path, *paths: str, **variables: str) -> subprocess.Popen[str]:
    command = (sys.executable, "-c", HAND_OVER, str(home), *paths)
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)} | variables
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def answer(qtbot: QtBot, process: subprocess.Popen[str]) -> str:
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=30_000)
    return process.communicate()[0].split()[-1]


@pytest.mark.parametrize("paths", [(), ("/models/a.gguf", "/models/gr\u00f6\u00dfer b.gguf")])
def test_a_second_process_hands_its_files_over(
    first: First, qtbot: QtBot, paths: tuple[str, ...]
) -> None:
    assert answer(qtbot, handed_over(first.home, *paths)) == "heard"
    assert first.calls == [Call(paths)]


def test_many_at_once_are_all_heard(first: First, qtbot: QtBot) -> None:
    starts = [handed_over(first.home, f"/models/{number}.gguf") for number in range(4)]
    assert [answer(qtbot, start) for start in starts] == ["heard"] * 4
    paths = sorted(call.paths for call in first.calls)
    assert paths == [(f"/models/{number}.gguf",) for number in range(4)]


def test_the_word_of_the_desktop_is_handed_over(first: First, qtbot: QtBot) -> None:
    assert answer(qtbot, handed_over(first.home, TOKEN="shell-12.")) == "heard"
    assert first.calls == [Call((), "shell-12.")]


def test_a_window_that_is_busy_is_waited_for(first: First, qtbot: QtBot) -> None:
    start = handed_over(first.home, "/models/a.gguf")
    assert start.stdout is not None
    assert start.stdout.readline() == "asks\n"
    with pytest.raises(subprocess.TimeoutExpired):
        start.wait(BUSY_S)  # nothing is heard here meanwhile
    assert first.calls == []
    assert answer(qtbot, start) == "heard"
    assert first.calls == [Call(("/models/a.gguf",))]


def test_a_window_that_was_busy_too_long_has_the_files_all_the_same(
    first: First, qtbot: QtBot
) -> None:
    start = handed_over(first.home, "/models/a.gguf", PATIENCE_MS="200")
    said, _ = start.communicate(timeout=30)
    assert said.split() == ["asks", "taken"]
    assert first.calls == []
    qtbot.waitUntil(lambda: first.calls == [Call(("/models/a.gguf",))], timeout=10_000)


def test_what_came_while_the_window_was_busy_came_in_time(
    first: First, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_instance, "PATIENCE_MS", 300)
    socket = QLocalSocket()
    socket.connectToServer(server_name(first.home))
    server = first.findChild(QLocalServer)
    qtbot.waitSignal(server.newConnection, timeout=5_000).wait()
    start = handed_over(first.home / "another")  # takes longer than the patience
    socket.write(b"raise\n")
    assert socket.waitForBytesWritten(5_000)
    start.communicate(timeout=30)
    gone = QLocalSocket.LocalSocketState.UnconnectedState
    qtbot.waitUntil(lambda: socket.state() == gone, timeout=10_000)
    assert bytes(socket.readAll().data()) == b"ok\n"


def test_one_without_the_lock_does_not_take_the_name(first: First, qtbot: QtBot) -> None:
    other, calls = OnlyInstance(first.home), list[Call]()
    other.listen(first, calls.append)
    assert answer(qtbot, handed_over(first.home)) == "heard"
    assert (first.calls, calls) == ([Call()], [])
    other.let_go()


def test_one_that_ends_without_an_answer_leaves_the_files(tmp_path: Path, qtbot: QtBot) -> None:
    ending = First(tmp_path)
    calls, only = ending.calls, ending.only
    start = handed_over(tmp_path, "/models/a.gguf")
    assert start.stdout is not None
    assert start.stdout.readline() == "asks\n"
    delete(ending)
    only.let_go()
    assert answer(qtbot, start) == "alone"
    assert calls == []


def test_an_older_program_still_raises_the_window(first: First, qtbot: QtBot) -> None:
    assert first.says(qtbot, b"raise\n") == b"ok\n"
    assert first.calls == [Call()]


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
    assert OnlyInstance(first.home).hand_over(["/models/a.gguf"]) == "alone"
    assert first.calls == []


def test_one_that_hangs_is_not_waited_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_instance, "STARTING_PATIENCE_MS", 200)
    hanging = OnlyInstance(tmp_path)
    assert hanging.is_first()
    second = OnlyInstance(tmp_path)
    assert not second.is_first()
    assert second.hand_over() == "alone"
    second.let_go()
    hanging.let_go()


def test_one_that_is_still_starting_is_waited_for(tmp_path: Path, qtbot: QtBot) -> None:
    starting = OnlyInstance(tmp_path)
    assert starting.is_first()
    asked = handed_over(tmp_path, "/models/a.gguf")
    calls: list[Call] = []
    parent = QObject()
    starting.listen(parent, calls.append)
    assert answer(qtbot, asked) == "heard"
    assert calls == [Call(("/models/a.gguf",))]
    starting.let_go()


def test_one_that_is_gone_is_not_waited_for(tmp_path: Path) -> None:
    only = OnlyInstance(tmp_path)
    assert only.hand_over() == "alone"
    assert not OnlyInstance(tmp_path).is_first()  # it has the lock now
    only.let_go()


def test_a_home_that_cannot_be_written_still_opens(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert OnlyInstance(tmp_path / "file").is_first()
