"""Settings on disk: saved whole, read back, set aside when wrong."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.set_aside import set_aside
from app.settings import Settings, load_settings, look_at_settings, save_settings
from runtime.errors import CoterieError

CHOSEN = Settings(theme="dark", model_id="smollm2-135m-moe", temperature=0.2, n_ctx=4096)


def test_round_trip_is_readable_json(tmp_path: Path) -> None:
    path = tmp_path / "config" / "settings.json"
    save_settings(path, CHOSEN)
    assert load_settings(path) == (CHOSEN, None)
    assert json.loads(path.read_text())["theme"] == "dark"
    assert list(path.parent.iterdir()) == [path]


def test_none_yet_means_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.json") == (Settings(), None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"theme": "sepia"}',
        b'{"electricity_usd_per_kwh": -1}',
        b'{"temperature": NaN}',
        b'{"temperature": 1e999}',
        b'{"n_ctx": 1e300}',
        b'{"n_ctx": 99999999999}',
        b'{"model_id": "\xff"}',
        b"[" * 100_000,
        b"\x00" * 64,
    ],
)
def test_a_wrong_file_is_set_aside_and_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)

    settings, problem = look_at_settings(path)
    assert settings == Settings()
    assert problem is not None
    assert problem.kind == "settings_unreadable"
    assert str(path) in problem.message
    assert path.read_bytes() == content

    settings, problem = load_settings(path)

    assert settings == Settings()
    assert problem is not None
    assert problem.kind == "settings_set_aside"
    (kept,) = tmp_path.iterdir()
    assert kept.name.startswith("settings.json.invalid-20")
    assert kept.name in problem.message
    assert kept.read_bytes() == content
    assert load_settings(path) == (Settings(), None)


def test_a_folder_in_its_place_is_moved_too(tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()
    settings, problem = load_settings(tmp_path / "settings.json")
    assert settings == Settings()
    assert problem is not None
    save_settings(tmp_path / "settings.json", CHOSEN)


def test_fields_of_a_newer_version_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"theme": "dark", "voice": {"name": "Ada"}}')
    settings, problem = load_settings(path)
    assert (settings, problem) == (Settings(theme="dark"), None)

    save_settings(path, CHOSEN)

    assert load_settings(path) == (CHOSEN, None)
    assert json.loads(path.read_text())["voice"] == {"name": "Ada"}


def test_a_linked_file_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.json", tmp_path / "settings.json"
    save_settings(real, Settings())
    link.symlink_to(real)
    save_settings(link, CHOSEN)
    assert link.is_symlink()
    assert load_settings(real) == (CHOSEN, None)


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.json"
    save_settings(path, CHOSEN)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CoterieError) as caught:
        save_settings(path, Settings())
    assert caught.value.problem.kind == "not_saved"
    assert load_settings(path) == (CHOSEN, None)
    assert list(tmp_path.iterdir()) == [path]


def test_two_set_aside_in_one_second_are_both_kept(tmp_path: Path) -> None:
    now = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
    path = tmp_path / "settings.json"
    for number in (1, 2, 3):
        path.write_text(str(number))
        assert set_aside(path, "invalid", now) is not None
    assert {kept.name: kept.read_text() for kept in tmp_path.iterdir()} == {
        "settings.json.invalid-20261124T091500Z": "1",
        "settings.json.invalid-20261124T091500Z-2": "2",
        "settings.json.invalid-20261124T091500Z-3": "3",
    }


def test_a_file_that_is_gone_is_not_moved(tmp_path: Path) -> None:
    assert set_aside(tmp_path / "none.json", "invalid") is None
