"""Finding what other programs keep, each in its own layout."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from app.owned import ollama
from app.owned.bounded_walk import Limits, files_below
from app.owned.elsewhere import find_elsewhere
from app.owned.found_model import FoundModel
from tests.gguf.test_split_files import write_split
from tests.owned import fake_homes
from tests.owned.files import put_model, put_record, sha256_of, shelf_of


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


def found_in(home: Path, **environment: str) -> dict[str, FoundModel]:
    return {model.name: model for model in find_elsewhere(home, environment)}


def test_nothing_there(home: Path) -> None:
    assert find_elsewhere(home, {}) == ()


@pytest.mark.parametrize("variable", ["", "HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME"])
def test_the_hugging_face_cache(home: Path, tmp_path: Path, variable: str) -> None:
    chosen = tmp_path / "chosen"
    hub, environment = {
        "": (home / ".cache" / "huggingface" / "hub", {}),
        "HF_HOME": (chosen / "hub", {"HF_HOME": str(chosen)}),
        "HF_HUB_CACHE": (chosen, {"HF_HUB_CACHE": str(chosen)}),
        "XDG_CACHE_HOME": (chosen / "huggingface" / "hub", {"XDG_CACHE_HOME": str(chosen)}),
    }[variable]
    commits = (fake_homes.COMMIT, fake_homes.OLD_COMMIT)
    fake_homes.hugging_face(hub, "owner/Some-GGUF", "Some-Q4_K_M.gguf", commits)
    found = find_elsewhere(home, environment)
    assert [model.name for model in found] == ["Some-Q4_K_M"]
    (model,) = found
    assert (model.source, model.repo) == ("Hugging Face cache", "owner/Some-GGUF")
    assert model.revision == fake_homes.COMMIT
    assert model.paths[0].name == "Some-Q4_K_M.gguf"
    assert model.digests == (sha256_of(model.paths[0]),)
    assert model.size_bytes == model.paths[0].stat().st_size


def test_a_hugging_face_snapshot_without_links(home: Path) -> None:
    snapshot = home / ".cache/huggingface/hub/models--o--n/snapshots" / fake_homes.COMMIT
    put_model(snapshot / "Q4" / "M-Q4_0.gguf")
    assert found_in(home)["M-Q4_0"].digests == ()


def test_lm_studio(home: Path, tmp_path: Path) -> None:
    fake_homes.lm_studio(home / ".lmstudio/models", "lmstudio-community/Now-GGUF", "Now-Q4.gguf")
    fake_homes.lm_studio(home / ".cache/lm-studio/models", "owner/Before-GGUF", "Before-Q4.gguf")
    chosen = tmp_path / "chosen"
    fake_homes.lm_studio(chosen, "owner/Chosen-GGUF", "Chosen-Q4.gguf")
    (home / ".lmstudio/settings.json").write_text(json.dumps({"downloadsFolder": str(chosen)}))
    moved = tmp_path / "moved"
    fake_homes.lm_studio(moved / "models", "owner/Moved-GGUF", "Moved-Q4.gguf")
    (home / ".lmstudio-home-pointer").write_text(f"{moved}\n")
    found = found_in(home)
    assert {model.repo for model in found.values()} == {
        "lmstudio-community/Now-GGUF",
        "owner/Before-GGUF",
        "owner/Chosen-GGUF",
        "owner/Moved-GGUF",
    }
    assert set(found) == {"Now-Q4", "Before-Q4", "Chosen-Q4", "Moved-Q4"}
    assert {model.source for model in found.values()} == {"LM Studio"}


def test_a_split_model_is_one_and_half_of_one_is_none(home: Path) -> None:
    folder = home / ".lmstudio/models/owner/Big-GGUF"
    folder.mkdir(parents=True)
    parts = write_split(folder)
    assert found_in(home)["Big-Q4_K_M"].paths == tuple(parts)
    parts[1].unlink()
    assert found_in(home) == {}


def test_jan(home: Path, tmp_path: Path) -> None:
    own = fake_homes.jan(home / ".local/share/Jan/data", "unsloth/Qwen3-4B-IQ4_XS")
    fake_homes.jan(home / "jan", "old")
    away = str(tmp_path / "away" / "Pointed.gguf")
    fake_homes.jan(home / ".config/Jan/data", "pointed", model_path=away)
    chosen = tmp_path / "chosen"
    fake_homes.jan(chosen, "chosen")
    (home / ".config/Jan/settings.json").write_text(json.dumps({"data_folder": str(chosen)}))
    found = found_in(home)
    assert set(found) == {"unsloth/Qwen3-4B-IQ4_XS", "old", "pointed", "chosen"}
    model = found["unsloth/Qwen3-4B-IQ4_XS"]
    assert (model.source, model.paths, model.digests) == ("Jan", (own,), (sha256_of(own),))
    assert found["pointed"].paths == (Path(away),)


def test_ollama(home: Path, tmp_path: Path) -> None:
    models = home / ".ollama" / "models"
    blob = fake_homes.ollama(models, "registry.ollama.ai/library/llama3.2/3b", "Llama")
    fake_homes.ollama(models, "registry.ollama.ai/someone/own/latest", "Own")
    fake_homes.ollama(models, "hf.co/bartowski/Some-GGUF/Q4_K_M", "Some")
    service = tmp_path / "chosen"
    fake_homes.ollama(service, "registry.ollama.ai/library/qwen3/30b", "Qwen")
    bad = models / "manifests/registry.ollama.ai/library/bad"
    bad.mkdir()
    (bad / "latest").write_text("{")
    (bad / "gone").write_text(
        '{"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:'
        + "0" * 64
        + '"}]}'
    )
    (bad / "escape").write_text(
        '{"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"../../../x"}]}'
    )
    found = found_in(home, OLLAMA_MODELS=str(service))
    assert set(found) == {
        "llama3.2:3b",
        "someone/own:latest",
        "hf.co/bartowski/Some-GGUF:Q4_K_M",
        "qwen3:30b",
    }
    model = found["llama3.2:3b"]
    assert (model.source, model.paths, model.digests) == ("Ollama", (blob,), (sha256_of(blob),))
    assert (model.repo, found["hf.co/bartowski/Some-GGUF:Q4_K_M"].repo) == (
        "",
        "bartowski/Some-GGUF",
    )


def test_ollama_as_a_service(home: Path, tmp_path: Path) -> None:
    fake_homes.ollama(tmp_path / "service", "registry.ollama.ai/library/a/b", "A")
    limits = Limits(until_s=10.0, now_s=lambda: 0.0)
    (model,) = ollama.find(home, {}, limits, system=tmp_path / "service")
    assert model.name == "a:b"


@pytest.mark.parametrize("variable", ["", "LLAMA_CACHE"])
def test_the_cache_of_llama_cpp(home: Path, tmp_path: Path, variable: str) -> None:
    cache = tmp_path / "chosen" if variable else home / ".cache" / "llama.cpp"
    path = fake_homes.llama_cpp(cache, "ggml-org", "gpt-oss-20b-GGUF", "gpt-oss-20b-mxfp4.gguf")
    put_model(cache / "by-url.gguf")
    found = found_in(home, **({variable: str(cache)} if variable else {}))
    assert set(found) == {"gpt-oss-20b-mxfp4", "by-url"}
    model = found["gpt-oss-20b-mxfp4"]
    assert (model.source, model.repo) == ("llama.cpp", "ggml-org/gpt-oss-20b-GGUF")
    assert model.paths == (path,)


def test_what_is_in_the_list_is_marked(home: Path, tmp_path: Path) -> None:
    linked = fake_homes.lm_studio(home / ".lmstudio/models", "o/a-GGUF", "linked.gguf")
    blob = fake_homes.ollama(home / ".ollama/models", "registry.ollama.ai/library/b/1", "B")
    fake_homes.lm_studio(home / ".lmstudio/models", "o/c-GGUF", "new.gguf")
    models_dir = tmp_path / "models"
    put_record(models_dir, linked)
    copy = models_dir / "b.gguf"
    copy.write_bytes(blob.read_bytes())
    put_record(models_dir, copy)
    found = find_elsewhere(home, {}, shelf_of(models_dir).scan())
    assert {model.name: model.is_known for model in found} == {
        "linked": True,
        "b:1": True,
        "new": False,
    }


def test_the_same_file_of_two_programs_is_found_once(home: Path) -> None:
    link = fake_homes.hugging_face(home / ".cache/huggingface/hub", "o/a-GGUF", "a.gguf")
    other = home / ".lmstudio/models/o/a-GGUF/a.gguf"
    other.parent.mkdir(parents=True)
    other.symlink_to(link)
    assert len(find_elsewhere(home, {})) == 1


def test_circles_and_depth_end(home: Path) -> None:
    models = home / ".lmstudio" / "models"
    put_model(models / "o" / "n" / "a.gguf")
    (models / "o" / "circle").symlink_to(models)
    (models / "o" / "broken").symlink_to(models / "nowhere")
    put_model(Path(models, *"123456789", "too-deep.gguf"))
    assert set(found_in(home)) == {"a"}


def test_a_search_is_bounded(home: Path) -> None:
    for number in range(30):
        put_model(home / f"{number:02}.gguf")
    few = Limits(until_s=10.0, entries_left=7, now_s=lambda: 0.0)
    assert len(list(files_below(home, ".gguf", few))) == 7
    late = Limits(until_s=10.0, now_s=lambda: 10.0)
    assert list(files_below(home, ".gguf", late)) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_cannot_be_read_is_left_out(home: Path) -> None:
    models = home / ".lmstudio" / "models"
    put_model(models / "a" / "n" / "a.gguf")
    closed = put_model(models / "b" / "n" / "b.gguf").parent
    closed.chmod(0)
    try:
        assert set(found_in(home)) == {"a"}
    finally:
        closed.chmod(0o700)
