"""When it looks, what it keeps, and that it tells of a version once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from app.settings import Settings
from app.updates.desk import UpdateDesk
from app.updates.finding import Finding, Question
from app.updates.memory import UpdateMemory, finding_for, is_due, read_memory, with_finding
from app.updates.source import UpdateSource
from runtime.errors import Problem
from tests.updates.announcer import NOW, PUBLIC

OFF, ON = Settings(), Settings(check_updates=True)
SOURCE = UpdateSource("https://coterie.example.org/latest.json", PUBLIC)
NEWER = Finding("newer", issued_at=NOW, version="0.2.0", released="2026-11-25")
DAY_S = 86_400.0


class Asked:
    """A desk whose look is answered at once by what `answer` is."""

    def __init__(self, folder: Path, source: UpdateSource = SOURCE) -> None:
        self.folder, self.source = folder, source
        self.questions: list[Question] = []
        self.told: list[Problem] = []
        self.answer = NEWER
        self.now_s = NOW.timestamp()
        self.offline = False
        self.desk = self.again()

    def again(self, version: str = "0.1.0") -> UpdateDesk:
        """As after a start of the program."""
        self.desk = UpdateDesk(
            *(self.source, version, self.folder / "updates.json", self.ask),
            lambda settings: settings.hub_offline or self.offline,
            self.told.append,
            lambda: self.now_s,
        )
        return self.desk

    def ask(self, question: Question) -> Finding:
        self.questions.append(question)
        return self.answer

    def done(self, qtbot: QtBot) -> None:
        qtbot.waitUntil(lambda: not self.desk.view.is_looking, timeout=5000)


@pytest.fixture
def asked(tmp_path: Path, qtbot: QtBot) -> Asked:
    return Asked(tmp_path)


def test_nothing_is_asked_before_it_is_turned_on(asked: Asked, qtbot: QtBot) -> None:
    asked.desk.show_settings(OFF)
    assert not asked.desk.view.is_looking
    assert not (asked.folder / "updates.json").exists()
    asked.desk.show_settings(ON)
    assert asked.desk.view.is_looking
    asked.done(qtbot)
    assert len(asked.questions) == 1
    assert asked.desk.view.finding == NEWER
    assert [problem.kind for problem in asked.told] == ["update_out"]
    assert asked.told[0].title == "Coterie 0.2.0 is out"


def test_a_build_that_knows_nobody_never_asks(tmp_path: Path, qtbot: QtBot) -> None:
    asked = Asked(tmp_path, UpdateSource())
    asked.desk.show_settings(ON)
    assert asked.desk.view.host == ""
    assert not asked.desk.view.is_on
    assert asked.questions == []
    assert list(tmp_path.iterdir()) == []


def test_once_a_day_and_told_once(asked: Asked, qtbot: QtBot) -> None:
    asked.desk.show_settings(ON)
    asked.done(qtbot)
    for after_s, looks in ((60.0, 1), (DAY_S - 1, 1), (DAY_S + 1, 2)):
        asked.now_s = NOW.timestamp() + after_s
        asked.again().show_settings(ON)
        asked.done(qtbot)
        assert len(asked.questions) == looks
        assert asked.desk.view.finding == NEWER
    assert [q.seen_issued_at for q in asked.questions] == [None, NOW]
    assert len(asked.told) == 1


def test_a_failed_look_is_not_tried_again_before_tomorrow(asked: Asked, qtbot: QtBot) -> None:
    asked.answer = Finding("no_answer")
    asked.desk.show_settings(ON)
    asked.done(qtbot)
    asked.desk.show_settings(OFF)
    asked.desk.show_settings(ON)
    asked.again().show_settings(ON)
    assert len(asked.questions) == 1
    assert asked.told == []
    assert asked.desk.view.finding == Finding("no_answer")


def test_nothing_is_asked_offline(asked: Asked, qtbot: QtBot) -> None:
    offline = replace(ON, hub_offline=True)
    asked.desk.show_settings(offline)
    assert asked.desk.view.is_offline
    assert asked.questions == []
    asked.desk.show_settings(ON)
    asked.done(qtbot)
    assert len(asked.questions) == 1


def test_what_another_version_found_does_not_stand(asked: Asked, qtbot: QtBot) -> None:
    asked.desk.show_settings(ON)
    asked.done(qtbot)
    assert asked.again(version="0.2.0").view.finding is None


def test_a_day_that_can_not_be_kept_is_not_asked_for(asked: Asked, qtbot: QtBot) -> None:
    (asked.folder / "updates.json").mkdir()
    asked.desk.show_settings(ON)
    assert asked.questions == []
    assert [problem.kind for problem in asked.told] == ["not_saved"]


def test_what_is_kept() -> None:
    seen = UpdateMemory(5.0, PUBLIC, NOW, NEWER, "0.1.0", "0.2.0")
    refused = with_finding(seen, Finding("older"), PUBLIC, "0.1.0")
    assert refused.seen_issued_at == NOW
    later = Finding("current", issued_at=NOW + timedelta(days=1))
    assert with_finding(seen, later, PUBLIC, "0.1.0").seen_issued_at == NOW + timedelta(days=1)
    assert with_finding(seen, Finding("expired"), "other", "0.1.0").seen_issued_at is None
    assert finding_for(seen, PUBLIC, "0.1.0") == NEWER
    assert finding_for(seen, "other", "0.1.0") is None


@pytest.mark.parametrize(
    ("asked_at_s", "now_s", "expected"),
    [(0, NOW.timestamp(), True), (100, 100, False), (100, 50, True), (0, DAY_S, True)],
)
def test_when_a_look_is_due(asked_at_s: float, now_s: float, expected: bool) -> None:
    assert is_due(UpdateMemory(asked_at_s), now_s) == expected


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"finding": {"kind": "other"}}'])
def test_a_memory_that_can_not_be_read(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "updates.json"
    file.write_bytes(content)
    assert read_memory(file) == UpdateMemory()
    file.write_bytes(msgspec.json.encode(UpdateMemory(1.0, told="0.2.0")))
    assert read_memory(file) == UpdateMemory(1.0, told="0.2.0")
