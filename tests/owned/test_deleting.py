"""Deleting models for good, into the trash, and out of the list."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from app.local_models import LocalModels
from app.owned.deleting import delete_model
from app.owned.recorded import record_of
from app.owned.trash import has_trash, put_in_trash
from runtime.errors import CoterieError
from tests.gguf.test_split_files import write_split
from tests.owned.disks import other_disk
from tests.owned.files import everything_in, model_of, put_model, put_record, shelf_of

__all__ = ["other_disk"]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="no freedesktop.org trash here")


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def test_a_model_with_its_record_and_empty_folders(models_dir: Path) -> None:
    path = put_model(models_dir / "owner" / "name" / "a.gguf")
    put_model(models_dir / "owner" / "other.gguf")
    put_record(models_dir, path)
    size = path.stat().st_size
    deleted = delete_model(model_of(models_dir, "a"), models_dir, to_trash=False)
    assert (deleted.paths, deleted.freed_bytes, deleted.is_in_trash) == ((path,), size, False)
    assert everything_in(models_dir) == ["owner/other.gguf"]
    assert record_of(models_dir, path) is None
    assert not path.parent.exists()


def test_a_split_model_goes_whole(models_dir: Path) -> None:
    parts = write_split(models_dir)
    sizes = sum(part.stat().st_size for part in parts)
    deleted = delete_model(shelf_of(models_dir).scan()[0], models_dir, to_trash=False)
    assert (deleted.paths, deleted.freed_bytes) == (tuple(parts), sizes)
    assert everything_in(models_dir) == []
    assert models_dir.is_dir()


def test_a_damaged_model_can_be_deleted(models_dir: Path) -> None:
    parts = write_split(models_dir)
    parts[1].unlink()
    shelf = shelf_of(models_dir)
    assert shelf.scan() == ()
    delete_model(shelf.unusable[0], models_dir, to_trash=False)
    assert everything_in(models_dir) == []


def test_a_linked_model_keeps_its_file(models_dir: Path, tmp_path: Path) -> None:
    path = put_model(tmp_path / "else" / "a.gguf")
    put_record(models_dir, path)
    deleted = delete_model(model_of(models_dir, "a"), models_dir, to_trash=True)
    assert (deleted.paths, deleted.freed_bytes, deleted.is_linked) == ((), 0, True)
    assert path.exists()
    assert shelf_of(models_dir).scan() == ()


def test_a_link_to_nothing_can_be_taken_out(models_dir: Path, tmp_path: Path) -> None:
    path = put_model(tmp_path / "else" / "a.gguf")
    put_record(models_dir, path)
    path.unlink()
    shelf = shelf_of(models_dir)
    shelf.scan()
    delete_model(shelf.unusable[0], models_dir, to_trash=False)
    assert shelf.scan() == ()
    assert shelf.problems == ()


def test_what_has_another_name_frees_nothing(models_dir: Path, tmp_path: Path) -> None:
    path = put_model(models_dir / "a.gguf")
    os.link(path, tmp_path / "other.gguf")
    (models_dir / "b.gguf").symlink_to(put_model(tmp_path / "target.gguf"))
    for name in ("a", "b"):
        deleted = delete_model(model_of(models_dir, name), models_dir, to_trash=False)
        assert deleted.freed_bytes == 0
    assert (tmp_path / "target.gguf").exists()


def test_a_file_from_anywhere_is_not_deleted(models_dir: Path, tmp_path: Path) -> None:
    path = put_model(tmp_path / "else" / "a.gguf")
    with pytest.raises(CoterieError, match="not in the list"):
        delete_model(model_of(models_dir, str(path)), models_dir, to_trash=False)
    assert path.exists()


@pytest.mark.parametrize("to_trash", [True, False])
def test_what_comes_with_the_program_stays(
    models_dir: Path, tmp_path: Path, to_trash: bool
) -> None:
    path = put_model(tmp_path / "program" / "starter.gguf")
    damaged = put_model(tmp_path / "program" / "damaged.gguf")
    damaged.write_text("no model")
    shelf = LocalModels(models_dir, tmp_path / "headers.json", shipped=(path, damaged))
    models = (*shelf.scan(), *shelf.unusable)
    assert [model.id for model in models] == ["starter", "damaged"]
    for model in models:
        with pytest.raises(CoterieError) as caught:
            delete_model(model, models_dir, to_trash=to_trash)
        assert caught.value.problem.kind == "model_shipped"
    assert path.exists()


def test_a_copy_of_what_comes_with_the_program_can_go(models_dir: Path, tmp_path: Path) -> None:
    shipped = put_model(tmp_path / "program" / "starter.gguf")
    copy = put_model(models_dir / "starter.gguf")
    shelf = LocalModels(models_dir, tmp_path / "headers.json", shipped=(shipped,))
    delete_model(shelf.scan()[0], models_dir, to_trash=False)
    assert not copy.exists()
    assert [model.is_shipped for model in shelf.scan()] == [True]


@linux_only
def test_the_trash_of_the_home(
    models_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    parts = write_split(models_dir, "Größe 100%")
    deleted = delete_model(shelf_of(models_dir).scan()[0], models_dir, to_trash=True)
    assert (deleted.is_in_trash, deleted.freed_bytes) == (True, 0)
    assert everything_in(models_dir) == []
    trash = tmp_path / "data" / "Trash"
    assert {path.name for path in (trash / "files").iterdir()} == {part.name for part in parts}
    entry = (trash / "info" / f"{parts[0].name}.trashinfo").read_text().splitlines()
    assert entry[0] == "[Trash Info]"
    assert unquote(entry[1].removeprefix("Path=")) == str(parts[0])
    assert entry[1].isascii()
    assert entry[2].startswith("DeletionDate=20")


@linux_only
def test_names_in_the_trash_are_unique(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path)}
    for text in ("one", "two"):
        path = tmp_path / "a.gguf"
        path.write_text(text)
        assert has_trash(path, environment)
        put_in_trash((path,), environment)
    files = tmp_path / ".local" / "share" / "Trash" / "files"
    found = {path.name: path.read_text() for path in files.iterdir()}
    assert found == {"a.gguf": "one", "a.2.gguf": "two"}


@linux_only
def test_the_trash_of_another_disk(tmp_path: Path, other_disk: Path) -> None:
    """Which is at the disk's top, and there paths are from the top on."""
    path = put_model(other_disk / "a.gguf")
    top = other_disk.parent
    trash = top / ".Trash" / str(os.getuid())
    if not trash.parent.is_dir():
        trash = top / f".Trash-{os.getuid()}"
    was_there = trash.exists()
    put_in_trash((path,), {"HOME": str(tmp_path)})
    try:
        entry = (trash / "info" / "a.gguf.trashinfo").read_text()
        assert f"Path={other_disk.name}/a.gguf" in entry
        assert (trash / "files" / "a.gguf").exists()
        assert everything_in(tmp_path) == []
    finally:
        (trash / "files" / "a.gguf").unlink(missing_ok=True)
        (trash / "info" / "a.gguf.trashinfo").unlink(missing_ok=True)
        if not was_there:
            for folder in (trash / "files", trash / "info", trash):
                folder.rmdir()


@linux_only
def test_no_trash_to_be_had(tmp_path: Path, models_dir: Path) -> None:
    path = put_model(models_dir / "a.gguf")
    (tmp_path / "file").write_text("in the way of a folder")
    environment = {"XDG_DATA_HOME": str(tmp_path / "file")}
    with pytest.raises(CoterieError) as caught:
        put_in_trash((path,), environment)
    assert caught.value.problem.kind == "no_trash"
    assert path.exists()


@linux_only
def test_all_parts_or_none_go_to_the_trash(tmp_path: Path, models_dir: Path) -> None:
    parts = write_split(models_dir)
    gone = (*parts[:2], models_dir / "gone.gguf")
    with pytest.raises(OSError, match="No such file"):
        put_in_trash(gone, {"HOME": str(tmp_path)})
    assert all(part.exists() for part in parts)
    assert list((tmp_path / ".local/share/Trash/info").iterdir()) == []
