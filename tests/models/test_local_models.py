"""The list of models on this disk: what is in it, what is left out and why, and finding one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.local_models import LocalModels
from app.starter import shipped_models
from runtime.errors import CoterieError
from runtime.gguf.header import GgufHeader
from runtime.gguf.split_files import read_model
from tests.gguf import crafted
from tests.gguf.test_split_files import write_split


class CountingReader:
    """Reads headers, and remembers which."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, path: Path) -> GgufHeader:
        self.read.append(path.name)
        return read_model(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


@pytest.fixture
def reader() -> CountingReader:
    return CountingReader()


@pytest.fixture
def models(folder: Path, tmp_path: Path, reader: CountingReader) -> LocalModels:
    return LocalModels(folder, tmp_path / "cache" / "models.json", reader)


def put(folder: Path, name: str, **pairs: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    extra = [crafted.text_pair(key.replace("__", "."), text) for key, text in pairs.items()]
    path.write_bytes(crafted.gguf((*crafted.MODEL_PAIRS, *extra)))
    return path


def test_a_model_as_listed(
    folder: Path, models: LocalModels, tiny_model: Callable[[str], Path]
) -> None:
    path = Path(shutil.copy(tiny_model("olmoe"), folder / "OLMoE-Tiny-Q8_0.gguf"))
    (model,) = models.scan()
    assert (model.id, model.name, model.path) == ("olmoe-tiny-q8_0", "Tiny olmoe", path)
    assert (model.architecture, model.quantisation) == ("olmoe", "Q8_0")
    assert (model.expert_count, model.expert_used_count, model.n_ctx_train) == (8, 2, 2048)
    assert model.file_bytes == path.stat().st_size
    assert 0 < model.parameters_active < model.parameters_total
    assert models.problems == ()


def test_the_starter(folder: Path, models: LocalModels) -> None:
    put(
        folder,
        "smollm2-135m-moe.gguf",
        general__name="SmolLM2 135M as 8 experts (starter)",
        coterie__note="A 135M model, for trying things out",
    )
    model = models.find("smollm2-135m-moe")
    assert model.name == "SmolLM2 135M as 8 experts (starter)"
    assert model.note == "A 135M model, for trying things out"


def test_ids_are_unique_and_in_order(folder: Path, models: LocalModels) -> None:
    for name in ("b.gguf", "a.GGUF", "Org/A.gguf", "org/deep/a.gguf", "A.gguf"):
        put(folder, name)
    ids = [model.id for model in models.scan()]
    assert ids == sorted(ids)
    assert set(ids) == {"a", "a-2", "b", "org/a", "org/deep/a"}
    assert [model.id for model in models.scan()] == ids


def test_no_folder_is_no_models(tmp_path: Path) -> None:
    assert LocalModels(tmp_path / "none", tmp_path / "cache.json").scan() == ()


def test_a_split_model_is_one(folder: Path, models: LocalModels) -> None:
    parts = write_split(folder)
    (model,) = models.scan()
    assert (model.id, model.path) == ("big-q4_k_m", parts[0])
    assert model.file_bytes == sum(part.stat().st_size for part in parts)
    assert models.find(str(parts[1])) == model


def test_what_is_left_out_is_said(folder: Path, models: LocalModels) -> None:
    put(folder, "good.gguf")
    put(folder, "mmproj-good.gguf", general__type="mmproj")
    (folder / "text.gguf").write_text("not a model")
    (folder / "notes.txt").write_text("nothing to do with it")
    write_split(folder)[2].unlink()
    assert [model.id for model in models.scan()] == ["good"]
    said = sorted(problem.message for problem in models.problems)
    assert len(said) == 3
    assert said[0].startswith("Big-Q4_K_M-00001-of-00003.gguf: 2 of its 3 files are here")
    assert said[1].startswith("mmproj-good.gguf: The file is a projector")
    assert said[2].startswith("text.gguf: This file is not a GGUF model")
    with pytest.raises(CoterieError) as caught:
        models.find("text")
    assert caught.value.problem.kind == "model_unreadable"
    (folder / "text.gguf").unlink()
    models.scan()
    assert len(models.problems) == 2


def test_finding_by_id_name_and_path(folder: Path, models: LocalModels, tmp_path: Path) -> None:
    path = put(folder, "Some-Model.gguf")
    model = models.scan()[0]
    for given in ("some-model", "Some-Model", " some-model ", "Some-Model.gguf", str(path)):
        assert models.find(given) == model
    elsewhere = put(tmp_path, "Elsewhere.gguf")
    assert (models.find(str(elsewhere)).id, models.find(str(elsewhere)).path) == (
        "elsewhere",
        elsewhere,
    )


def test_a_path_that_is_no_model(models: LocalModels, tmp_path: Path) -> None:
    path = tmp_path / "page.gguf"
    path.write_text("<!DOCTYPE html>")
    with pytest.raises(CoterieError, match=r"page\.gguf: .*web page") as caught:
        models.find(str(path))
    assert caught.value.problem.kind == "model_unreadable"


@pytest.mark.parametrize(
    "wanted", ["other", "", "../other.gguf", "x" * 5000, "a\0b", "~nobody-here/m.gguf"]
)
def test_an_unknown_model(wanted: str, folder: Path, models: LocalModels) -> None:
    with pytest.raises(CoterieError) as none_known:
        models.find(wanted)
    assert "none here yet" in none_known.value.problem.remedy
    for number in range(10):
        put(folder, f"model-{number}.gguf")
    with pytest.raises(CoterieError) as caught:
        models.find(wanted)
    problem = caught.value.problem
    assert problem.kind == "model_unknown"
    assert "model-0, model-1" in problem.remedy
    assert "2 more" in problem.remedy


def test_headers_are_read_once(
    folder: Path, models: LocalModels, reader: CountingReader, tmp_path: Path
) -> None:
    first, second = put(folder, "first.gguf"), put(folder, "second.gguf")
    before = models.scan()
    again = LocalModels(folder, tmp_path / "cache" / "models.json", reader)
    assert again.scan() == before
    assert reader.read == ["first.gguf", "second.gguf"]

    put(folder, "first.gguf", general__name="Renamed")
    os.utime(second, ns=(1, 1))
    assert [model.name for model in again.scan()] == ["Renamed", "second"]
    assert reader.read[2:] == ["first.gguf", "second.gguf"]
    first.unlink()
    assert [model.id for model in again.scan()] == ["second"]


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"format":1,"entries":{"a":{}}}', b"null"]
)
def test_a_damaged_cache_is_rebuilt(
    damage: bytes, folder: Path, models: LocalModels, reader: CountingReader, tmp_path: Path
) -> None:
    put(folder, "model.gguf")
    before = models.scan()
    cache = tmp_path / "cache" / "models.json"
    good = cache.read_bytes()
    cache.write_bytes(damage)
    assert LocalModels(folder, cache, reader).scan() == before
    assert reader.read == ["model.gguf", "model.gguf"]
    assert cache.read_bytes() == good


def test_a_cache_that_cannot_be_written_costs_only_time(folder: Path, tmp_path: Path) -> None:
    put(folder, "model.gguf")
    (tmp_path / "file").write_text("")
    models = LocalModels(folder, tmp_path / "file" / "cache.json")
    assert [model.id for model in models.scan()] == ["model"]


def test_a_model_that_came_with_the_program_is_used_where_it_lies(
    folder: Path, tmp_path: Path
) -> None:
    program = tmp_path / "program" / "starter"
    path = put(program, "smollm2-135m-moe.gguf", general__name="Starter")
    models = LocalModels(
        folder, tmp_path / "cache" / "models.json", shipped=shipped_models(program)
    )
    (model,) = models.scan()
    assert (model.id, model.name, model.path) == ("smollm2-135m-moe", "Starter", path)
    assert list(folder.iterdir()) == []
    assert models.find("smollm2-135m-moe").path == path


def test_the_persons_own_copy_of_it_goes_before_it(folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "program" / "starter"
    put(program, "smollm2-135m-moe.gguf")
    own = put(folder, "SmolLM2-135M-MoE.gguf")
    models = LocalModels(
        folder, tmp_path / "cache" / "models.json", shipped=shipped_models(program)
    )
    assert [model.path for model in models.scan()] == [own]


def test_a_program_that_is_gone_takes_its_model_along(folder: Path, tmp_path: Path) -> None:
    gone = tmp_path / "program" / "starter" / "smollm2-135m-moe.gguf"
    models = LocalModels(folder, tmp_path / "cache" / "models.json", shipped=(gone,))
    assert models.scan() == ()
    assert models.problems == ()
    assert shipped_models(gone.parent) == ()
