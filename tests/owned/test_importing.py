"""Importing files, folders and other programs' models, by link, copy and move."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.owned.elsewhere import find_elsewhere
from app.owned.importing import How, Surroundings, import_model
from app.owned.recorded import record_of
from app.owned.verifying import verify_model
from runtime.errors import CoterieError
from tests.gguf.test_split_files import write_split
from tests.owned import fake_homes
from tests.owned.disks import files_of_at_most, other_disk
from tests.owned.files import (
    everything_in,
    model_of,
    put_model,
    put_record,
    sha256_of,
    shelf_of,
)

__all__ = ["other_disk"]
HOWS: tuple[How, ...] = ("link", "copy", "move")


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.mark.parametrize("how", HOWS)
def test_a_real_model(
    how: How, models_dir: Path, tmp_path: Path, tiny_model: Callable[[str], Path]
) -> None:
    path = Path(shutil.copy(tiny_model("olmoe"), tmp_path / "Tiny-Q8_0.gguf"))
    digest = sha256_of(path)
    told: list[tuple[int, int]] = []
    result = import_model(path, how, models_dir, lambda done, of: told.append((done, of)))
    model = model_of(models_dir, "tiny-q8_0")
    assert [imported.path for imported in result.models] == [model.path]
    assert sha256_of(model.path) == digest
    assert (model.source, model.licence, model.is_linked) == ("file", "cc0-1.0", how == "link")
    assert path.exists() == (how != "move")
    assert model.path == (path if how == "link" else models_dir / path.name)
    assert told[-1][0] == told[-1][1]
    assert model.digests == ((digest,) if how == "copy" else ())
    assert (model.verified_at_s > 0) == (how == "copy")
    if how == "copy":
        assert verify_model(model, models_dir).verdict == "whole"
        files = [name for name in everything_in(models_dir) if not name.endswith(".json")]
        assert files == ["Tiny-Q8_0.gguf"]


@pytest.mark.parametrize("how", HOWS)
def test_any_part_imports_the_whole_set(how: How, models_dir: Path, tmp_path: Path) -> None:
    parts = write_split(tmp_path)
    (imported,) = import_model(parts[1], how, models_dir).models
    model = model_of(models_dir, "big-q4_k_m")
    assert imported.path == model.path
    record = record_of(models_dir, model.path)
    assert record is not None
    assert len(record.files) == 3


@pytest.mark.parametrize("how", HOWS)
def test_a_folder(how: How, models_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    put_model(folder / "a.gguf")
    put_model(folder / "deep" / "b.gguf")
    put_model(folder / "mmproj-b.gguf", general__type="mmproj")
    (folder / "page.gguf").write_text("<!DOCTYPE html>")
    (folder / "notes.txt").write_text("no model")
    result = import_model(folder, how, models_dir)
    assert [model.id for model in shelf_of(models_dir).scan()] == ["a", "b"]
    (problem,) = result.problems
    assert problem.message.startswith("page.gguf: ")
    assert (folder / "mmproj-b.gguf").exists()


@pytest.mark.parametrize("how", HOWS)
def test_what_is_no_model_is_refused(how: How, models_dir: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.gguf"
    page.write_text("<!DOCTYPE html>")
    empty = tmp_path / "empty"
    empty.mkdir()
    for what, kind in (
        (page, "model_unreadable"),
        (tmp_path / "none.gguf", "model_unreadable"),
        (empty, "nothing_to_import"),
    ):
        with pytest.raises(CoterieError) as caught:
            import_model(what, how, models_dir)
        assert caught.value.problem.kind == kind
    assert not models_dir.exists()


@pytest.mark.parametrize("how", HOWS)
def test_what_is_in_the_list_is_not_imported_again(
    how: How, models_dir: Path, tmp_path: Path
) -> None:
    inside = put_model(models_dir / "inside.gguf")
    linked = put_model(tmp_path / "linked.gguf")
    put_record(models_dir, linked)
    for path in (inside, linked):
        (imported,) = import_model(path, how, models_dir).models
        assert (imported.path, imported.was_known) == (path, True)
    assert len(shelf_of(models_dir).scan()) == 2


def test_a_copy_of_what_is_there_is_not_kept(models_dir: Path, tmp_path: Path) -> None:
    path = put_model(tmp_path / "a.gguf", "the same")
    import_model(path, "copy", models_dir)
    other = put_model(tmp_path / "b.gguf", "the same")
    (imported,) = import_model(other, "copy", models_dir).models
    assert (imported.path, imported.was_known) == (models_dir / "a.gguf", True)
    assert [name for name in everything_in(models_dir) if "json" not in name] == ["a.gguf"]


@pytest.mark.parametrize("how", ["copy", "move"])
def test_no_file_is_overwritten(how: How, models_dir: Path, tmp_path: Path) -> None:
    first = put_model(models_dir / "a.gguf", "first").read_bytes()
    path = put_model(tmp_path / "inner" / "a.gguf", "second")
    second = path.read_bytes()
    (imported,) = import_model(path, how, models_dir).models
    assert imported.path == models_dir / "inner" / "a.gguf"
    assert (models_dir / "a.gguf").read_bytes() == first
    assert imported.path.read_bytes() == second


def test_a_move_to_another_disk(models_dir: Path, other_disk: Path) -> None:
    parts = write_split(other_disk)
    data = [part.read_bytes() for part in parts]
    (imported,) = import_model(parts[0], "move", models_dir).models
    assert everything_in(other_disk) == []
    assert [(models_dir / part.name).read_bytes() for part in parts] == data
    assert model_of(models_dir, "big-q4_k_m").digests
    assert imported.size_bytes == sum(map(len, data))


@pytest.mark.parametrize("blocks", [0, 1, 2, 5])
def test_stopping_leaves_nothing_behind(blocks: int, models_dir: Path, tmp_path: Path) -> None:
    path = put_model(tmp_path / "a.gguf", data_bytes=24 << 20)
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > blocks

    with pytest.raises(CoterieError) as caught:
        import_model(path, "copy", models_dir, cancelled=cancelled)
    assert caught.value.problem.kind == "cancelled"
    assert everything_in(models_dir) == []
    assert path.exists()


def test_a_disk_that_is_full_at_once(models_dir: Path, tmp_path: Path) -> None:
    path = put_model(tmp_path / "a.gguf")
    full = Surroundings(free_bytes=lambda _folder: 1000)
    with pytest.raises(CoterieError, match=r"has <0\.1 GiB left") as caught:
        import_model(path, "copy", models_dir, surroundings=full)
    assert caught.value.problem.kind == "disk_full"
    assert not models_dir.exists()
    assert import_model(path, "link", models_dir, surroundings=full).models


def test_a_disk_that_takes_no_more(models_dir: Path, tmp_path: Path) -> None:
    path = put_model(tmp_path / "a.gguf", data_bytes=4 << 20)
    with files_of_at_most(1 << 20), pytest.raises(CoterieError) as caught:
        import_model(path, "copy", models_dir)
    assert caught.value.problem.kind == "file_too_large"
    assert everything_in(models_dir) == []
    assert import_model(path, "copy", models_dir).models


def test_what_a_killed_import_left_is_cleared(models_dir: Path, tmp_path: Path) -> None:
    partials = models_dir / ".coterie" / "imports"
    partials.mkdir(parents=True)
    (partials / "999999999-1-0.part").write_text("left")
    running = partials / f"{os.getppid()}-1-0.part"
    running.write_text("of another import that still runs")
    import_model(put_model(tmp_path / "a.gguf"), "copy", models_dir)
    assert list(partials.iterdir()) == [running]


def test_other_programs_models(models_dir: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    fake_homes.hugging_face(home / ".cache/huggingface/hub", "o/hf-GGUF", "hf.gguf")
    fake_homes.ollama(home / ".ollama/models", "registry.ollama.ai/library/llama3.2/3b", "L")
    for model in find_elsewhere(home, {}):
        import_model(model, "link", models_dir)
    models = {model.id: model for model in shelf_of(models_dir).scan()}
    assert set(models) == {"hf", "llama3.2:3b"}
    assert models["hf"].repo == "o/hf-GGUF"
    assert models["llama3.2:3b"].source == "Ollama"
    assert all(model.digests and model.is_linked for model in models.values())
    again = find_elsewhere(home, {}, models.values())
    assert all(model.is_known for model in again)
    assert import_model(again[0], "copy", models_dir).models[0].was_known


def test_a_blob_is_copied_under_its_models_name(models_dir: Path, tmp_path: Path) -> None:
    place = "registry.ollama.ai/library/llama3.2/3b"
    fake_homes.ollama(tmp_path / ".ollama/models", place, "L")
    (found,) = find_elsewhere(tmp_path, {})
    (imported,) = import_model(found, "copy", models_dir).models
    assert imported.path == models_dir / "llama3.2-3b.gguf"
    assert model_of(models_dir, "llama3.2-3b").digests == found.digests


def test_a_program_that_would_miss_its_file_keeps_it(models_dir: Path, tmp_path: Path) -> None:
    fake_homes.hugging_face(tmp_path / ".cache/huggingface/hub", "o/hf-GGUF", "hf.gguf")
    fake_homes.ollama(tmp_path / ".ollama/models", "registry.ollama.ai/library/a/1", "L")
    for model in find_elsewhere(tmp_path, {}):
        with pytest.raises(CoterieError) as caught:
            import_model(model, "move", models_dir)
        assert caught.value.problem.kind == "import_kept"
        assert model.paths[0].exists()


def test_a_damaged_blob_is_not_copied(models_dir: Path, tmp_path: Path) -> None:
    blob = fake_homes.ollama(tmp_path / ".ollama/models", "registry.ollama.ai/library/a/1", "L")
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    (found,) = find_elsewhere(tmp_path, {})
    with pytest.raises(CoterieError, match="does not have the sha256 that Ollama states"):
        import_model(found, "copy", models_dir)
    assert everything_in(models_dir) == []


def test_an_unfinished_download_is_no_model(models_dir: Path) -> None:
    path = put_model(models_dir / ".coterie" / "downloads" / "a.gguf")
    with pytest.raises(CoterieError, match="not a finished model"):
        import_model(path, "link", models_dir)


def test_a_models_folder_below_one_called_coterie(tmp_path: Path) -> None:
    models_dir = tmp_path / ".coterie" / "models"
    path = put_model(models_dir / "a.gguf")
    assert import_model(path, "copy", models_dir).models[0].was_known
