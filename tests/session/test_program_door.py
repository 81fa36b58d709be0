"""What is behind the program's card, with this build's own files and a real session."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from app.paths import Paths
from app.updates import source
from app.updates.desk import UpdateDesk
from app.updates.source import UpdateSource
from tests.session.rig import Rig
from tests.ui import states
from tests.updates.announcer import PUBLIC, announcement, announcing
from ui import model_wiring
from ui.design_tokens import read_design_tokens
from ui.program_wiring import ProgramDoor
from ui.settings_page import SettingsPage
from ui.theme import Theme


@pytest.fixture
def door(rig: Rig, tmp_path: Path) -> ProgramDoor:
    return ProgramDoor(Paths.beneath(tmp_path / "home"), rig.session)


def filled(door: ProgramDoor, rig: Rig, qtbot: QtBot) -> SettingsPage:
    theme = Theme("light", read_design_tokens())
    page = SettingsPage(theme, rig.session, states.PRICES, environment={})
    qtbot.addWidget(page)
    page.show_state(rig.state)
    door.fill(page)
    return page


def updates(door: ProgramDoor) -> UpdateDesk | None:
    return door.__dict__.get("updates")


def test_this_build_looks_nowhere(door: ProgramDoor, rig: Rig, qtbot: QtBot) -> None:
    page = filled(door, rig, qtbot)
    assert page.program is not None
    assert not page.program.updates.isEnabled()
    rig.session.change_settings(replace(rig.state.settings, check_updates=True))
    door.show_state(rig.state)
    assert not door.updates.view.is_looking
    assert not (rig.database.parent / "home").exists()
    door.close()


def test_a_build_that_knows_somebody(
    rig: Rig, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with announcing() as announcer:
        announcer.announce(announcement(datetime.now(UTC), version="99.0"))
        known = UpdateSource(announcer.url, PUBLIC)
        monkeypatch.setattr(source, "read_source", lambda: known)
        door = ProgramDoor(Paths.beneath(tmp_path / "home"), rig.session)
        page = filled(door, rig, qtbot)
        assert page.program is not None
        assert page.program.updates.isEnabled()
        assert announcer.asked == []
        page.program.updates.click()
        qtbot.waitUntil(lambda: door.updates.view.finding is not None, timeout=30_000)
    assert rig.saved[-1].check_updates
    assert page.program.news.full_text().startswith("Coterie 99.0 is out")
    assert [notice.kind for notice in rig.state.notices] == ["update_out"]
    door.close()


def test_nothing_is_made_until_it_is_wanted(door: ProgramDoor, rig: Rig) -> None:
    door.show_state(rig.state)
    assert updates(door) is None
    door.close()


def test_a_folder_is_made_when_it_is_opened(
    door: ProgramDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(model_wiring, "show_folder", opened.append)
    folder = tmp_path / "logs" / "crashes"
    door.open_place(folder)
    door.open_place(folder)
    assert opened == [folder, folder]
    assert folder.is_dir()
