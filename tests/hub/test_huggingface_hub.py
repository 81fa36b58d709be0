"""The `huggingface_hub` library works against the local hub, unchanged."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile, RepoFolder

from tests.hub.hub import Hub
from tests.hub.repositories import Account

MODEL = os.urandom(300_000)
SHA256 = hashlib.sha256(MODEL).hexdigest()
TOKEN = "hf_of_ann"


@pytest.fixture
def api(hub: Hub) -> HfApi:
    return HfApi(endpoint=hub.endpoint, token=False)


@pytest.fixture
def commit(hub: Hub) -> str:
    hub.tokens[TOKEN] = Account("ann")
    return hub.add(
        "org/model-GGUF",
        {"model-Q4_K_M.gguf": MODEL, "deep/er/model-Q8_0.gguf": b"GGUF" * 10},
        tags=("moe", "text-generation"),
        downloads=12,
        likes=3,
        licence="apache-2.0",
        base_model="org/model",
        gguf={"total": 30_000_000_000, "architecture": "qwen3moe", "context_length": 4096},
        card="# A model\n",
    )


def test_listing(hub: Hub, api: HfApi, commit: str) -> None:
    hub.add("org/plain", {"model.safetensors": b"x"}, downloads=99)
    hub.add("other/small-GGUF", {"small.gguf": b"GGUF"}, downloads=50, gated="manual")
    hub.add("ann/secret-GGUF", {"secret.gguf": b"GGUF"}, downloads=70, private=True)
    expand = ["gguf", "cardData", "tags", "gated", "downloads", "likes", "lastModified", "private"]
    found = list(api.list_models(filter="gguf", sort="downloads", expand=expand))
    assert [model.id for model in found] == ["other/small-GGUF", "org/model-GGUF"]
    small, model = found
    assert (small.gated, model.gated, model.private) == ("manual", False, False)
    assert (model.downloads, model.likes) == (12, 3)
    assert model.gguf is not None
    assert model.gguf["architecture"] == "qwen3moe"
    assert model.card_data.license == "apache-2.0"
    assert model.card_data.base_model == "org/model"
    assert {"gguf", "moe", "license:apache-2.0"} <= set(model.tags)
    assert model.last_modified is not None
    assert model.siblings is None
    mine = api.list_models(filter="gguf", sort="downloads", token=TOKEN)
    assert next(iter(mine)).id == "ann/secret-GGUF"


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"search": "MODEL gguf"}, ["org/model-GGUF"]),
        ({"search": "nothing"}, []),
        ({"author": "other"}, ["other/small-GGUF"]),
        ({"filter": ["gguf", "moe"]}, ["org/model-GGUF"]),
        ({"gated": True}, ["other/small-GGUF"]),
        ({"num_parameters": "min:6B,max:128B"}, ["org/model-GGUF"]),
        ({"num_parameters": "max:6B"}, ["other/small-GGUF"]),
        ({"sort": "last_modified"}, ["other/small-GGUF", "org/model-GGUF"]),
        ({"sort": "likes", "limit": 1}, ["org/model-GGUF"]),
    ],
)
def test_searching(
    wanted: dict[str, object], ids: list[str], hub: Hub, api: HfApi, commit: str
) -> None:
    hub.add("other/small-GGUF", {"small.gguf": b"GGUF"}, gated="auto")
    assert [model.id for model in api.list_models(**wanted)] == ids


def test_pages(hub: Hub, api: HfApi) -> None:
    for number in range(7):
        hub.add(f"org/m{number}", {f"f{file}.gguf": b"GGUF" for file in range(7)})
    hub.state.page_size = 3
    assert len(list(api.list_models(search="org/m", filter="gguf"))) == 7
    assert len(list(api.list_repo_tree("org/m1", recursive=True))) == 7
    assert len(hub.asked("hub", "/api/models")) == 6
    assert len(list(api.list_models(limit=2))) == 2
    assert len(hub.asked("hub", "/api/models")) == 7


def test_files_with_their_hashes(api: HfApi, commit: str) -> None:
    info = api.model_info("org/model-GGUF", files_metadata=True)
    assert info.sha == commit
    siblings = {sibling.rfilename: sibling for sibling in info.siblings or ()}
    assert set(siblings) == {"README.md", "model-Q4_K_M.gguf", "deep/er/model-Q8_0.gguf"}
    model = siblings["model-Q4_K_M.gguf"]
    assert model.size == len(MODEL)
    assert model.lfs is not None
    assert model.lfs.sha256 == SHA256
    assert siblings["README.md"].lfs is None

    tree = {entry.path: entry for entry in api.list_repo_tree("org/model-GGUF", recursive=True)}
    assert set(tree) == {*siblings, "deep", "deep/er"}
    assert isinstance(tree["deep"], RepoFolder)
    file = tree["model-Q4_K_M.gguf"]
    assert isinstance(file, RepoFile)
    assert (file.size, file.lfs and file.lfs.sha256) == (len(MODEL), SHA256)
    (folder, *_) = api.list_repo_tree("org/model-GGUF", "deep")
    assert folder.path == "deep/er"
    (info_of_path,) = api.get_paths_info("org/model-GGUF", ["model-Q4_K_M.gguf", "none"])
    assert info_of_path == file


def test_a_moved_branch(hub: Hub, api: HfApi, commit: str, tmp_path: Path) -> None:
    pinned = api.resolve_revision("org/model-GGUF", cache_dir=tmp_path)
    assert pinned.resolved == commit
    second = hub.add("org/model-GGUF", {"model-Q4_K_M.gguf": b"other"})
    assert api.resolve_revision("org/model-GGUF", cache_dir=tmp_path).resolved == second
    (old,) = api.get_paths_info("org/model-GGUF", "model-Q4_K_M.gguf", revision=commit)
    (new,) = api.get_paths_info("org/model-GGUF", "model-Q4_K_M.gguf")
    assert (old.size, new.size) == (len(MODEL), 5)
    assert api.model_info("org/model-GGUF", revision=commit).sha == commit
    hub.add("org/model-GGUF", {"try.gguf": b"x"}, branch="refs/pr/1")
    tree = api.list_repo_tree("org/model-GGUF", revision="refs/pr/1")
    assert "try.gguf" in [entry.path for entry in tree]


def test_downloading(hub: Hub, commit: str, tmp_path: Path) -> None:
    disk = tmp_path / "disk.gguf"
    disk.write_bytes(MODEL[:200_001])
    hub.add("org/model-GGUF", {"disk.gguf": disk})

    def fetched(name: str) -> bytes:
        return Path(
            hf_hub_download(
                "org/model-GGUF",
                name,
                endpoint=hub.endpoint,
                cache_dir=tmp_path / "cache",
                token=TOKEN,
            )
        ).read_bytes()

    assert fetched("model-Q4_K_M.gguf") == MODEL
    assert fetched("disk.gguf") == MODEL[:200_001]
    assert fetched("README.md").startswith(b"---\nlicense: apache-2.0\nbase_model: org/model\n---")
    from_cdn = hub.asked("cdn")
    assert [request.bytes_sent for request in from_cdn] == [len(MODEL), 200_001]
    assert not any("authorization" in request.headers for request in from_cdn)
    assert {request.token for request in hub.asked("hub")} == {TOKEN}


def test_who_one_is(api: HfApi, commit: str) -> None:
    assert api.whoami(token=TOKEN)["name"] == "ann"
    with pytest.raises(HfHubHTTPError, match="Invalid user token"):
        api.whoami(token="hf_unknown")
    with pytest.raises(HfHubHTTPError, match="Invalid credentials"):
        api.model_info("org/model-GGUF", token="hf_unknown")


def test_gated(hub: Hub, api: HfApi, commit: str, tmp_path: Path) -> None:
    hub.add("meta/gated-GGUF", {"gated.gguf": MODEL}, gated="manual")
    assert api.model_info("meta/gated-GGUF").gated == "manual"

    def fetch(token: str | bool) -> str:
        return hf_hub_download(
            "meta/gated-GGUF",
            "gated.gguf",
            endpoint=hub.endpoint,
            cache_dir=tmp_path,
            token=token,
        )

    for token, status in ((False, 401), (TOKEN, 403)):
        with pytest.raises(GatedRepoError) as caught:
            fetch(token)
        assert caught.value.response.status_code == status
    hub.accept(TOKEN, "meta/gated-GGUF")
    assert Path(fetch(TOKEN)).read_bytes() == MODEL


@pytest.mark.parametrize(("token", "status"), [(False, 401), (TOKEN, 404)])
def test_what_is_not_there(
    token: str | bool, status: int, hub: Hub, api: HfApi, commit: str, tmp_path: Path
) -> None:
    hub.add("bob/secret-GGUF", {"secret.gguf": b"GGUF"}, private=True)
    for repo in ("bob/secret-GGUF", "org/nothing"):
        with pytest.raises(RepositoryNotFoundError) as caught:
            api.model_info(repo, token=token)
        assert not isinstance(caught.value, GatedRepoError)
        assert caught.value.response.status_code == status
    with pytest.raises(RevisionNotFoundError):
        api.model_info("org/model-GGUF", revision="v2", token=token)
    with pytest.raises(EntryNotFoundError):
        api.hf_hub_download("org/model-GGUF", "none.gguf", token=token, cache_dir=tmp_path)
