"""A second start brings the first window forward instead of opening another."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

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


def test_the_first_is_asked_to_come_forward(tmp_path: Path, qtbot: QtBot) -> None:
    called: list[bool] = []
    parent = QObject()
    first = OnlyInstance(tmp_path)
    assert first.is_first()
    first.listen(parent, lambda: called.append(True))
    assert OnlyInstance(tmp_path).raise_first()
    qtbot.waitUntil(lambda: called == [True], timeout=5_000)
    first.let_go()


def test_one_that_does_not_answer_is_not_waited_for(tmp_path: Path) -> None:
    assert not OnlyInstance(tmp_path).raise_first()


def test_a_home_that_cannot_be_written_still_opens(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert OnlyInstance(tmp_path / "file").is_first()
