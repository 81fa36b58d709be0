"""The list of models with records, links, and the same model twice."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.local_models import LocalModels
from app.owned.record_index import RecordIndex
from runtime.errors import CoterieError
from runtime.model_records import RECORDS, ModelRecord, RecordedFile, forget_record, write_record
from tests.gguf.test_split_files import write_split
from tests.owned.files import put_model, put_record, shelf_of


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def test_what_a_record_adds(models_dir: Path) -> None:
    path = put_model(models_dir / "owner" / "M.gguf", general__license="mit")
    (model,) = shelf_of(models_dir).scan()
    assert (model.licence, model.source, model.repo, model.digests) == ("mit", "", "", ())
    record = put_record(models_dir, path, repo="owner/M-GGUF", licence="apache-2.0")
    (model,) = shelf_of(models_dir).scan()
    assert (model.licence, model.source, model.repo) == ("apache-2.0", "hub", "owner/M-GGUF")
    assert model.digests == (record.files[0].sha256,)
    assert not model.is_linked


def test_a_record_of_another_file_says_no_sha256(models_dir: Path) -> None:
    path = put_model(models_dir / "M.gguf")
    put_record(models_dir, path, repo="owner/M-GGUF")
    put_model(path, data_bytes=160)
    (model,) = shelf_of(models_dir).scan()
    assert (model.repo, model.digests) == ("owner/M-GGUF", ())


def test_linked_models_are_listed_where_they_are(models_dir: Path, tmp_path: Path) -> None:
    put_model(models_dir / "same.gguf", "one")
    path = put_model(tmp_path / "elsewhere" / "same.gguf", "two")
    put_record(models_dir, path, source="LM Studio")
    models = {model.id: model for model in shelf_of(models_dir).scan()}
    assert set(models) == {"same", "same-2"}
    linked = models["same-2"]
    assert (linked.path, linked.source, linked.is_linked) == (path, "LM Studio", True)
    assert shelf_of(models_dir).find(str(path)) == linked


def test_a_linked_file_that_is_gone_is_a_problem(models_dir: Path, tmp_path: Path) -> None:
    path = put_model(tmp_path / "elsewhere" / "gone.gguf")
    put_record(models_dir, path, source="Jan")
    put_model(models_dir / "here.gguf")
    path.unlink()
    shelf = shelf_of(models_dir)
    assert [model.id for model in shelf.scan()] == ["here"]
    (problem,) = shelf.problems
    assert problem.kind == "model_gone"
    assert str(path) in problem.message
    assert "Jan" in problem.message
    (gone,) = shelf.unusable
    assert (gone.id, gone.path, gone.is_linked) == ("gone", path, True)
    with pytest.raises(CoterieError) as caught:
        shelf.find("gone")
    assert caught.value.problem.kind == "model_gone"


def test_a_blob_is_called_what_its_record_says(models_dir: Path, tmp_path: Path) -> None:
    blob = put_model(tmp_path / "blobs" / f"sha256-{'a' * 64}", "Llama")
    file = RecordedFile(str(blob), blob.stat().st_size, "a" * 64)
    write_record(models_dir, ModelRecord((file,), "Ollama", 1.0, name="Llama3.2:3b"))
    assert [model.id for model in shelf_of(models_dir).scan()] == ["llama3.2:3b"]


def test_the_same_model_is_shown_once(models_dir: Path, tmp_path: Path) -> None:
    path = put_model(models_dir / "a.gguf", "the same")
    (models_dir / "link.gguf").symlink_to(path)
    os.link(path, models_dir / "name.gguf")
    copy = put_model(models_dir / "deep" / "b.gguf", "the same")
    assert [model.id for model in shelf_of(models_dir).scan()] == ["a", "b"]
    linked = put_model(tmp_path / "elsewhere" / "c.gguf", "the same")
    for file in (path, copy, linked):
        put_record(models_dir, file)
    assert [model.id for model in shelf_of(models_dir).scan()] == ["a"]


def test_downloads_in_progress_are_not_listed(models_dir: Path) -> None:
    put_model(models_dir / ".coterie" / "downloads" / "x" / "part.gguf")
    shelf = shelf_of(models_dir)
    assert (shelf.scan(), shelf.problems) == ((), ())


def test_a_split_model_with_a_record(models_dir: Path) -> None:
    parts = write_split(models_dir)
    record = put_record(models_dir, *parts)
    (model,) = shelf_of(models_dir).scan()
    assert model.digests == tuple(file.sha256 for file in record.files)


def test_strange_records_change_nothing(models_dir: Path) -> None:
    put_model(models_dir / "a.gguf")
    folder = models_dir / RECORDS
    folder.mkdir(parents=True)
    for number, text in enumerate(
        (b"", b"{", b"[" * 100_000, b'{"files":[],"source":"x","added_at_s":0}', b"\xff")
    ):
        (folder / f"{number}.json").write_bytes(text)
    (folder / "folder.json").mkdir()
    outside = RecordedFile("../outside.gguf", 1, "")
    put_model(models_dir.parent / "outside.gguf")
    write_record(models_dir, ModelRecord((outside,), "hub", 1.0))
    shelf = shelf_of(models_dir)
    assert [model.id for model in shelf.scan()] == ["a"]
    assert shelf.problems == ()


def test_records_are_read_once(models_dir: Path, tmp_path: Path) -> None:
    index_path = tmp_path / "cache" / "records.json"
    path = put_model(models_dir / "a.gguf")
    put_record(models_dir, path, repo="owner/one")
    index = RecordIndex(models_dir, index_path)
    assert [summary.repo for summary in index.summaries()] == ["owner/one"]
    (record,) = (models_dir / RECORDS).glob("*.json")
    stamp = record.stat()
    _settle(models_dir)
    index.summaries()
    # The same size, time and file with other words in it: looked into, it would show.
    record.write_bytes(record.read_bytes().replace(b"owner/one", b"owner/two"))
    os.utime(record, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    fresh = RecordIndex(models_dir, index_path)
    assert [summary.repo for summary in fresh.summaries()] == ["owner/one"]


def test_changed_records_are_seen_at_once(models_dir: Path, tmp_path: Path) -> None:
    path = put_model(models_dir / "a.gguf")
    index = RecordIndex(models_dir, tmp_path / "cache" / "records.json")
    assert index.summaries() == []
    for repo in ("owner/one", "owner/two"):
        put_record(models_dir, path, repo=repo)
        assert [summary.repo for summary in index.summaries()] == [repo]
    _settle(models_dir)
    assert [summary.repo for summary in index.summaries()] == ["owner/two"]
    put_record(models_dir, path, repo="owner/six")
    assert [summary.repo for summary in index.summaries()] == ["owner/six"]
    forget_record(models_dir, "a.gguf")
    assert index.summaries() == []


def test_the_index_of_another_folder_is_not_taken(models_dir: Path, tmp_path: Path) -> None:
    put_record(models_dir, put_model(models_dir / "a.gguf"), repo="owner/one")
    index_path = tmp_path / "records.json"
    RecordIndex(models_dir, index_path).summaries()
    assert RecordIndex(tmp_path / "other", index_path).summaries() == []


def test_a_list_once_read_opens_no_model(models_dir: Path, tmp_path: Path) -> None:
    inside = put_model(models_dir / "a" / "b" / "inside.gguf")
    linked = put_model(tmp_path / "elsewhere" / "linked.gguf")
    put_record(models_dir, inside)
    put_record(models_dir, linked)
    before = shelf_of(models_dir).scan()

    def read(path: Path) -> None:
        raise AssertionError(f"{path} was opened")

    cache = models_dir.parent / "cache" / "headers.json"
    assert LocalModels(models_dir, cache, read).scan() == before  # type: ignore[arg-type]


@pytest.mark.skipif(sys.platform != "linux", reason="this system has only names that are text")
def test_names_that_are_no_text(models_dir: Path) -> None:
    path = put_model(models_dir / os.fsdecode(b"\xff.gguf"), "odd")
    put_record(models_dir, put_model(models_dir / "a.gguf"))
    (odd,) = (model for model in shelf_of(models_dir).scan() if model.name == "odd")
    assert odd.path == path


def _settle(models_dir: Path) -> None:
    """Make the last change of the records' folder one of some time ago."""
    folder = models_dir / RECORDS
    status = folder.stat()
    os.utime(folder, ns=(status.st_atime_ns, status.st_mtime_ns - 10_000_000_000))
