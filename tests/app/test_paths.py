"""Where files go."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.paths import Paths


def test_a_home_of_its_own_holds_everything(tmp_path: Path) -> None:
    paths = Paths.for_user({"COTERIE_HOME": str(tmp_path / "portable")})
    everything = (
        paths.config_dir,
        paths.log_dir,
        paths.cache_dir,
        paths.models_dir,
        paths.database,
        paths.settings_file,
        paths.prices_file,
        paths.quirks_file,
        paths.header_cache,
    )
    assert len(set(everything)) == len(everything)
    assert all(path.is_relative_to(tmp_path / "portable") for path in everything)
    assert not (tmp_path / "portable").exists()


def test_a_relative_home_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Paths.for_user({"COTERIE_HOME": "here"}).data_dir == tmp_path / "here" / "data"


def test_the_users_own_folders() -> None:
    paths = Paths.for_user({})
    assert "coterie" in paths.database.parts
    assert paths.database.is_absolute()


def test_importing_makes_no_folder(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", "import app.paths, app.store; app.paths.Paths.for_user()"],
        check=True,
        cwd=Path(__file__).parents[2],
        env={"HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert list(tmp_path.iterdir()) == []
