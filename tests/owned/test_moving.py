"""Moving the models folder: renamed on one disk, copied to another, never lost in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.owned.moving import move_models
from runtime.errors import CoterieError, Problem
from tests.owned.disks import files_of_at_most, other_disk
from tests.owned.files import everything_in, put_model, put_record, shelf_of

__all__ = ["other_disk"]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Two models, one with a record, a link, and a download that isn't finished."""
    old = tmp_path / "old"
    path = put_model(old / "owner" / "a.gguf", data_bytes=9 << 20)
    put_record(old, path, repo="owner/a")
    put_model(old / "b.gguf")
    (old / "c.gguf").symlink_to(put_model(tmp_path / "elsewhere" / "c.gguf"))
    (old / "owner" / "same.gguf").symlink_to(Path("..", "b.gguf"))
    part = old / ".coterie" / "downloads" / "x.part"
    part.parent.mkdir()
    part.write_bytes(b"half of it")
    return old


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in everything_in(folder)}


def test_on_the_same_disk(old: Path, tmp_path: Path) -> None:
    before, new = contents(old), tmp_path / "deep" / "new"
    settled: list[bool] = []
    moved = move_models(old, new, settle=lambda: settled.append(new.exists()))
    assert (moved.folder, moved.left_behind, settled) == (new, (), [True])
    assert contents(new) == before
    assert not old.exists()
    assert [model.id for model in shelf_of(new).scan()] == ["a", "b", "c"]


def test_to_another_disk(old: Path, other_disk: Path) -> None:
    before, new = contents(old), other_disk / "new"
    told: list[tuple[int, int]] = []
    seen: list[tuple[bool, bool]] = []

    def settle() -> None:
        seen.append((contents(old) == before, before.items() <= contents(new).items()))

    moved = move_models(old, new, lambda done, of: told.append((done, of)), settle=settle)
    assert seen == [(True, True)]
    assert moved.left_behind == ()
    assert contents(new) == before
    assert not old.exists()
    done = [now for now, _ in told]
    assert done == sorted(done)
    assert told[-1][0] == told[-1][1] > 2 * (9 << 20)
    assert (new / "owner" / "same.gguf").readlink() == Path("..", "b.gguf")
    assert [model.repo for model in shelf_of(new).scan()] == ["owner/a", "", ""]


@pytest.mark.parametrize("blocks", [0, 1, 3, 6])
def test_cancelling_leaves_everything_as_it_was(old: Path, other_disk: Path, blocks: int) -> None:
    before, new = contents(old), other_disk / "new"
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > blocks

    def settle() -> None:
        raise AssertionError("it was not complete")

    with pytest.raises(CoterieError) as caught:
        move_models(old, new, cancelled=cancelled, settle=settle)
    assert caught.value.problem.kind == "cancelled"
    assert contents(old) == before
    assert not new.exists()


def test_a_move_that_failed_goes_on_where_it_was(old: Path, other_disk: Path) -> None:
    before, new = contents(old), other_disk / "new"
    with files_of_at_most(1 << 20), pytest.raises(CoterieError) as caught:
        move_models(old, new)
    assert caught.value.problem.kind == "file_too_large"
    assert contents(old) == before
    copied = [name for name in everything_in(new) if name in before]
    assert "b.gguf" in copied
    first = (new / "b.gguf").stat()
    told: list[tuple[int, int]] = []
    move_models(old, new, lambda done, of: told.append((done, of)))
    assert contents(new) == before
    assert not old.exists()
    assert (new / "b.gguf").stat().st_ino == first.st_ino
    assert told[-1][1] < 2 * sum(map(len, before.values()))


def test_half_a_file_of_a_killed_move_is_written_again(old: Path, other_disk: Path) -> None:
    before, new = contents(old), other_disk / "new"
    with files_of_at_most(1 << 20), pytest.raises(CoterieError):
        move_models(old, new)
    (new / "b.gguf").write_bytes(b"torn")
    (new / "owner").mkdir(exist_ok=True)
    (new / "owner" / ".a.gguf.coterie-part").write_bytes(b"torn too")
    move_models(old, new)
    assert contents(new) == before


def test_a_setting_that_cannot_be_kept_keeps_the_old_folder(old: Path, other_disk: Path) -> None:
    def settle() -> None:
        raise CoterieError(Problem("not_saved", "A change could not be saved", "disk full"))

    before = contents(old)
    for new in (other_disk / "new", old.parent / "new"):
        with pytest.raises(CoterieError, match="could not be saved"):
            move_models(old, new, settle=settle)
        assert contents(old) == before
    move_models(old, other_disk / "new")
    assert contents(other_disk / "new") == before


def test_what_came_meanwhile_is_not_deleted(old: Path, other_disk: Path) -> None:
    late = old / "late.gguf"
    moved = move_models(old, other_disk / "new", settle=lambda: late.write_text("late") and None)
    assert moved.left_behind == (late,)
    assert everything_in(old) == ["late.gguf"]


def test_what_came_while_copying_is_copied(old: Path, other_disk: Path) -> None:
    late = old / "late.gguf"

    def progress(done_bytes: int, _total_bytes: int) -> None:
        if done_bytes and not late.exists():
            late.write_text("late")

    move_models(old, other_disk / "new", progress)
    assert (other_disk / "new" / "late.gguf").read_text() == "late"
    assert not old.exists()


def test_into_another_models_folder(old: Path, other_disk: Path) -> None:
    before, new = contents(old), other_disk / "new"
    put_record(new, put_model(new / "there.gguf"))
    move_models(old, new)
    assert before.items() <= contents(new).items()
    assert {model.id for model in shelf_of(new).scan()} >= {"a", "b", "there"}


def test_a_file_that_is_there_is_not_overwritten(old: Path, other_disk: Path) -> None:
    before, new = contents(old), other_disk / "new"
    put_record(new, put_model(new / "b.gguf", "another"))
    there = contents(new)
    with pytest.raises(CoterieError) as caught:
        move_models(old, new)
    assert caught.value.problem.kind == "name_taken"
    assert (contents(old), contents(new)) == (before, there)


def test_files_that_came_into_both_folders_since_are_both_kept(old: Path, other_disk: Path) -> None:
    new = other_disk / "new"
    put_record(new, put_model(new / "there.gguf", "theirs"))
    with files_of_at_most(1 << 20), pytest.raises(CoterieError):
        move_models(old, new)
    put_model(old / "there.gguf", "ours")
    before, there = contents(old), contents(new)
    with pytest.raises(CoterieError) as caught:
        move_models(old, new)
    assert caught.value.problem.kind == "name_taken"
    assert (contents(old), contents(new)) == (before, there)


def test_a_note_of_an_older_move_is_not_taken_along(old: Path, other_disk: Path) -> None:
    (old / ".coterie" / "moving-from").write_text("/somewhere")
    move_models(old, other_disk / "new")
    assert not old.exists()
    assert ".coterie/moving-from" not in everything_in(other_disk / "new")


@pytest.mark.parametrize("place", ["old", "old/inside", ".", "full", "file", "file/below"])
def test_places_that_are_refused(old: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("somebody's")
    (tmp_path / "file").write_text("a file")
    before = contents(tmp_path)
    with pytest.raises(CoterieError) as caught:
        move_models(old, tmp_path / place)
    assert caught.value.problem.title == "The models folder could not be moved"
    assert contents(tmp_path) == before


def test_a_disk_without_room(old: Path, other_disk: Path) -> None:
    before = contents(old)
    with pytest.raises(CoterieError) as caught:
        move_models(old, other_disk / "new", free=lambda _folder: 1 << 20)
    assert caught.value.problem.kind == "disk_full"
    assert contents(old) == before


def test_a_fresh_disk_and_no_models_yet(tmp_path: Path, other_disk: Path) -> None:
    (other_disk / "lost+found").mkdir()
    settled: list[bool] = []
    moved = move_models(tmp_path / "none", other_disk, settle=lambda: settled.append(True))
    assert (moved.moved_bytes, settled) == (0, [True])


def test_links_within_the_folder_lead_within_it_after(tmp_path: Path, other_disk: Path) -> None:
    old = tmp_path / "old"
    path = put_model(old / "a.gguf")
    (old / "b.gguf").symlink_to(path)
    (old / "deep").mkdir()
    (old / "deep" / "c.gguf").symlink_to(Path("..", "..", "outside.gguf"))
    outside = put_model(tmp_path / "outside.gguf")
    near = tmp_path / "near" / "new"
    move_models(old, near)
    move_models(near, other_disk / "new")
    assert (other_disk / "new" / "b.gguf").resolve() == other_disk / "new" / "a.gguf"
    assert (other_disk / "new" / "deep" / "c.gguf").resolve() == outside
