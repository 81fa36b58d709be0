"""The downloads dock: its words, its buttons, and how little it draws."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app import number_text
from runtime.downloads.frames import Download
from runtime.errors import Problem
from tests.ui import discover_states as samples
from tests.ui import states
from tests.ui.hands import click, look
from tests.ui.paints import Paints
from tests.ui.recording_discover_commands import RecordingDownloadCommands
from ui.download_columns import dock_spans
from ui.download_dock import DownloadDock
from ui.download_words import (
    RowText,
    cancel_question,
    count_line,
    note,
    phase_words,
    row_text,
    spoken_row,
)
from ui.theme import Theme

BY_YOU = f"by you, {number_text.time_of_day(samples.PAUSED_AT_S)}"
QUEUE = (samples.RUNNING, samples.queued(1), samples.queued(2))


@pytest.fixture
def asked() -> RecordingDownloadCommands:
    return RecordingDownloadCommands()


@pytest.fixture
def dock(theme: Theme, asked: RecordingDownloadCommands, qtbot: QtBot) -> DownloadDock:
    dock = DownloadDock(theme, asked)
    qtbot.addWidget(dock)
    dock.resize(1208, 200)
    return dock


def show(dock: DownloadDock, *downloads: Download) -> None:
    dock.show_view(samples.downloads(*downloads))
    dock.activateWindow()
    look()


def changed(download: Download, **changes: object) -> Download:
    return msgspec.structs.replace(download, **changes)


@pytest.mark.parametrize(
    ("download", "text"),
    [
        (samples.RUNNING, RowText("6.9 of 11.3 GiB", "58.4 MiB/s", "1 min 17 s left", "primary")),
        (
            changed(samples.RUNNING, bytes_per_s=None, left_s=None),
            RowText("6.9 of 11.3 GiB", "starting", "", "secondary"),
        ),
        (
            changed(samples.RUNNING, left_s=4.4),
            RowText("6.9 of 11.3 GiB", "58.4 MiB/s", "4 s left", "primary"),
        ),
        (
            samples.CHECKING,
            RowText("4.5 of 11.3 GiB", "Checking", "before it is used", "primary"),
        ),
        (samples.PAUSED, RowText("1.2 of 3.9 GiB", "paused", BY_YOU, "tertiary")),
        (samples.DISK_FULL, RowText("6.9 of 11.3 GiB", "paused", "not enough room", "tertiary")),
        (samples.WAITING, RowText("6.9 of 11.3 GiB", "waiting", "again in 8 s", "warn")),
        (
            changed(samples.WAITING, retry_in_s=0.0),
            RowText("6.9 of 11.3 GiB", "waiting", "trying now", "warn"),
        ),
        (samples.queued(1), RowText("0.0 of 6.0 GiB", "in the queue", "", "tertiary")),
        (samples.FAILED, RowText("6.9 of 11.3 GiB", "stopped", "", "error")),
        (samples.DONE, RowText("3.9 GiB", "", "Checked, ready")),
    ],
)
def test_a_row_in_words(download: Download, text: RowText) -> None:
    assert row_text(download) == text


@pytest.mark.parametrize(
    ("download", "words"),
    [
        (samples.RUNNING, "Downloading, 61 %"),
        (samples.CHECKING, "Checking, 40 %"),
        (samples.WAITING, "Waiting, 61 %"),
        (samples.PAUSED, "Paused, 31 %"),
        (samples.FAILED, "Stopped, 61 %"),
        (samples.queued(1), "In the queue"),
        (samples.DONE, "Checked, ready"),
    ],
)
def test_a_phase_in_words(download: Download, words: str) -> None:
    assert phase_words(download) == words


KEPT = "gpt-oss-20b MXFP4 stopped at 6.9 of 11.3 GiB. Nothing is lost;"
BUSY = Problem("hub_busy", "The hub asks to wait", "Too many requests", "")


@pytest.mark.parametrize(
    ("download", "title", "line"),
    [
        (
            samples.WAITING,
            "Connection lost",
            f"{KEPT} it goes on from there. Trying again in 8 s.",
        ),
        (
            changed(samples.WAITING, problem=BUSY, retry_in_s=75.0),
            "The hub asks to wait",
            "Too many requests. Trying again in 1 min 15 s.",
        ),
        (
            samples.DISK_FULL,
            "Not enough room on the disk",
            f"{KEPT} free 3.2 GiB for the whole queue to go on.",
        ),
        (
            samples.FAILED,
            "The file is not what the hub promised",
            "The same piece was wrong three times. Try again, or take another quantisation.",
        ),
    ],
)
def test_what_stopped_it_and_what_to_do(download: Download, title: str, line: str) -> None:
    view = samples.downloads(download)
    said = note(download, view.needed_bytes, view.free_bytes)
    assert said is not None
    assert (said.title, said.line) == (title, line)


@pytest.mark.parametrize(
    "download", [samples.RUNNING, samples.PAUSED, samples.CHECKING, samples.DONE]
)
def test_what_goes_on_or_was_wanted_needs_no_note(download: Download) -> None:
    assert note(download, 0, 0) is None


def test_the_question_before_it_is_deleted() -> None:
    question = "Delete the 6.9 GiB of gpt-oss-20b MXFP4 fetched so far?"
    assert cancel_question(samples.RUNNING) == question
    assert cancel_question(samples.queued(1)) == "Take Queued-1 Q4_K_M out of the queue?"


def test_the_line_of_counts() -> None:
    both = (samples.RUNNING, samples.PAUSED)
    assert count_line(both) == "1 running, 1 paused"
    assert count_line((*both, *QUEUE, samples.DONE)) == "2 running, 2 queued, 1 paused, 1 ready"


def test_a_row_is_spoken_as_a_whole() -> None:
    words = "gpt-oss-20b MXFP4, 6.9 of 11.3 GiB, 58.4 MiB/s, 1 min 17 s left"
    assert spoken_row(samples.RUNNING) == words


@pytest.mark.parametrize("width", [700, 828, 1000, 1208, 1848])
def test_columns_stand_side_by_side(width: int) -> None:
    spans = [span for span in dock_spans(width).values() if span.width]
    for before, after in pairwise(spans):
        assert after.left >= before.right
    assert spans[-1].right <= width
    assert dock_spans(width)["name"].width >= 150


def test_it_is_there_only_with_downloads(dock: DownloadDock) -> None:
    show(dock)
    assert not dock.isVisible()
    show(dock, samples.RUNNING)
    assert dock.isVisible()
    assert dock.count.full_text() == "1 running"


def test_it_folds(dock: DownloadDock, qtbot: QtBot) -> None:
    show(dock, samples.RUNNING)
    click(qtbot, dock.fold)
    assert not dock.area.isVisible()
    assert dock.fold.accessibleName() == "Show the downloads"
    click(qtbot, dock.fold)
    assert dock.area.isVisible()


def test_pause_and_resume(
    dock: DownloadDock, asked: RecordingDownloadCommands, qtbot: QtBot
) -> None:
    show(dock, samples.RUNNING, samples.PAUSED)
    running, paused = dock.rows["d1"].line.turn, dock.rows["d2"].line.turn
    assert running.accessibleName() == "Pause gpt-oss-20b MXFP4"
    assert paused.accessibleName() == "Resume OLMoE-1B-7B Q4_K_M"
    click(qtbot, running)
    click(qtbot, paused)
    assert asked.calls == [("pause", "d1"), ("resume", "d2")]


def test_what_was_fetched_is_deleted_only_after_a_question(
    dock: DownloadDock, asked: RecordingDownloadCommands, qtbot: QtBot
) -> None:
    show(dock, samples.RUNNING)
    row = dock.rows["d1"]
    click(qtbot, row.line.remove)
    assert asked.calls == []
    assert row.note is not None
    assert row.note.keep.hasFocus()
    # Progress goes on while it is asked.
    show(dock, changed(samples.RUNNING, live_bytes=samples.gib(7.5)))
    assert row.note.words.full_text().startswith("Delete the 7.5 GiB")
    click(qtbot, row.note.keep)
    assert not row.note.isVisible()
    click(qtbot, row.line.remove)
    click(qtbot, row.note.delete)
    assert asked.calls == [("cancel", "d1")]


def test_an_interrupted_download_is_tried_now_or_paused(
    dock: DownloadDock, asked: RecordingDownloadCommands, qtbot: QtBot
) -> None:
    show(dock, samples.WAITING)
    found = dock.rows["d1"].note
    assert found is not None
    click(qtbot, found.try_now)
    click(qtbot, found.pause)
    assert asked.calls == [("resume", "d1"), ("pause", "d1")]
    show(dock, samples.RUNNING)
    assert not found.isVisible()


def test_a_full_disk_offers_to_try_but_not_to_pause(
    dock: DownloadDock, asked: RecordingDownloadCommands, qtbot: QtBot
) -> None:
    show(dock, samples.DISK_FULL)
    found = dock.rows["d1"].note
    assert found is not None
    assert not found.pause.isVisible()
    click(qtbot, found.try_now)
    assert asked.calls == [("resume", "d1")]


def test_a_finished_download_is_loaded_opened_and_taken_off(
    dock: DownloadDock, asked: RecordingDownloadCommands, qtbot: QtBot
) -> None:
    show(dock, samples.DONE)
    line = dock.rows["d9"].line
    assert not line.use.isVisible()
    assert not line.turn.isVisible()
    dock.show_models((states.OLMOE,), "")
    with qtbot.waitSignal(dock.load_wanted) as loaded:
        click(qtbot, line.use)
    assert loaded.args == [states.OLMOE.id]
    dock.show_models((states.OLMOE,), states.OLMOE.id)
    assert line.use.text() == "Open"
    with qtbot.waitSignal(dock.chat_wanted):
        click(qtbot, line.use)
    click(qtbot, line.remove)
    assert asked.calls == [("forget", "d9")]


def test_the_queue_is_ordered_by_buttons_and_keys(
    dock: DownloadDock, asked: RecordingDownloadCommands, qtbot: QtBot
) -> None:
    show(dock, *QUEUE)
    assert not dock.rows["d1"].line.earlier.isVisible()
    click(qtbot, dock.rows["q2"].line.earlier)
    click(qtbot, dock.rows["q1"].line.later)
    click(qtbot, dock.rows["q2"].line.later)  # It is the last already.
    button = dock.rows["q2"].line.remove
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert asked.calls == [("move", "q2", 1), ("move", "q1", 2), ("move", "q2", 1)]
    show(dock, *QUEUE[:2])
    assert not dock.rows["q1"].line.earlier.isVisible()


def test_rows_follow_the_queue_and_are_kept(dock: DownloadDock) -> None:
    show(dock, *QUEUE)
    rows = dict(dock.rows)
    show(dock, QUEUE[2], QUEUE[0])
    assert list(dock.rows) == ["q2", "d1"]
    assert all(dock.rows[known] is rows[known] for known in dock.rows)
    assert dock.rows["q2"].y() < dock.rows["d1"].y()


def test_long_queues_scroll(dock: DownloadDock) -> None:
    show(dock, *(samples.queued(n) for n in range(40)))
    assert dock.area.height() < 5 * 34
    assert dock.area.verticalScrollBar().maximum() > 30 * 34
    show(dock, samples.RUNNING)
    assert dock.area.height() < 2 * 34


def test_a_problem_of_the_downloads_themselves_is_said(dock: DownloadDock) -> None:
    broken = Problem("folder_unwritable", "The models folder can't be written", "Read only", "")
    dock.show_view(samples.DownloadsView(problem=broken))
    look()
    assert dock.isVisible()
    assert dock.problem.full_text() == "The models folder can't be written. Read only."


def test_progress_makes_no_widget_and_paints_one_line(dock: DownloadDock) -> None:
    show(dock, samples.RUNNING, samples.PAUSED, *QUEUE[1:])
    lines = {known: row.line for known, row in dock.rows.items()}
    buttons = {known: line.turn for known, line in lines.items()}
    paints = {known: Paints(line) for known, line in lines.items()}
    for step in range(1, 5):
        live_bytes = samples.gib(6.9 + step / 4)
        show(dock, changed(samples.RUNNING, live_bytes=live_bytes), samples.PAUSED, *QUEUE[1:])
        assert {known: row.line for known, row in dock.rows.items()} == lines
        assert {known: line.turn for known, line in lines.items()} == buttons
    assert {known: seen.count for known, seen in paints.items()} == {
        "d1": 4,
        "d2": 0,
        "q1": 0,
        "q2": 0,
    }


def test_two_that_stopped_are_seen_with_what_to_do(dock: DownloadDock) -> None:
    dock.resize(1208, 400)
    failed = [changed(samples.FAILED, id=f"f{number}") for number in range(3)]
    show(dock, *failed)
    second = dock.rows["f1"]
    assert second.note is not None
    assert second.geometry().bottom() < dock.area.height()
    assert dock.rows["f2"].geometry().bottom() > dock.area.height()


def test_taking_one_out_leaves_the_others_in_their_place(
    dock: DownloadDock, asked: RecordingDownloadCommands, qtbot: QtBot
) -> None:
    show(dock, samples.FAILED, changed(samples.DISK_FULL, id="d2"))
    row = next(iter(dock.rows.values()))
    click(qtbot, row.line.remove)
    assert row.note is not None
    click(qtbot, row.note.delete)
    assert asked.calls == [("cancel", row.download.id)]
    assert row.line.remove.hasFocus()
