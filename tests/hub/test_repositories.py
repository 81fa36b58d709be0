"""The models the hub is filled with are real: split ones read as what they were split from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import HfApi, snapshot_download

from runtime.gguf.split_files import part_paths, read_model
from tests.engine_client import EngineClient
from tests.hub.demo import DEMO_TOKEN, fill
from tests.hub.demo_entries import ENTRIES, Entry
from tests.hub.hub import Hub
from tests.hub.splitting import split_gguf


@pytest.mark.parametrize("count", [2, 3, 7])
def test_a_split_model_is_the_same_model(
    count: int, tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    source = tiny_model("qwen3moe")
    parts = split_gguf(source, tmp_path, "tiny", count)
    assert len(parts) == count
    assert part_paths(parts[-1]) == tuple(parts)
    whole, split = read_model(source), read_model(parts[0])
    assert [(tensor.name, tensor.shape) for tensor in split.tensors] == [
        (tensor.name, tensor.shape) for tensor in whole.tensors
    ]
    assert {key: split.metadata[key] for key in whole.metadata} == dict(whole.metadata)
    assert {tensor.part for tensor in split.tensors} == set(range(count))
    holes = split_gguf(source, tmp_path, "holes", count, holes=True)
    assert [part.stat().st_size for part in holes] == [part.stat().st_size for part in parts]


def test_the_engine_loads_the_parts(
    hub: Hub, tiny_repo: str, tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    info = HfApi(endpoint=hub.endpoint, token=False).model_info(tiny_repo)
    assert info.gguf is not None
    assert info.gguf["architecture"] == "olmoe"
    folder = snapshot_download(
        tiny_repo,
        allow_patterns="Q4_1/*",
        endpoint=hub.endpoint,
        token=False,
        local_dir=tmp_path / "here",
    )
    first, *others = sorted(Path(folder, "Q4_1").glob("*.gguf"))
    assert len(others) == 2
    client = EngineClient(tmp_path / "engine.log")
    try:
        client.load(first)
        answer = client.answer("Hello", max_tokens=8).text
        client.load(tiny_model("granitemoe"))
        assert client.answer("Hello", max_tokens=8).text == answer
    finally:
        client.stop()


def test_the_demo(hub: Hub, tmp_path: Path) -> None:
    """Two of its repositories, one in parts; no file takes room for the data it does not have."""
    large = next(entry for entry in ENTRIES if entry.spec == "gpt-oss-120b")
    private = Entry("demo/Own-GGUF", "olmoe-1b-7b", ("Q8_0",), "mit", "a/b", 1, 2, private=True)
    said: list[str] = []
    fill(hub, tmp_path / "demo", said.append, (large, private))
    assert said == [large.repo, "demo/Own-GGUF"]
    api = HfApi(endpoint=hub.endpoint, token=DEMO_TOKEN)
    found = {model.id for model in api.list_models(filter=["gguf", "moe"])}
    assert {large.repo, "demo/Own-GGUF", "coterie-tests/Tiny-MoE-GGUF"} <= found
    info = api.model_info(large.repo, files_metadata=True)
    assert info.gguf is not None
    assert 115e9 < info.gguf["total"] < 118e9
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    assert len([name for name in sizes if name.startswith("MXFP4/")]) == 2
    assert sum(sizes.values()) > 60e9
    on_disk = sum(path.stat().st_blocks * 512 for path in (tmp_path / "demo").iterdir())
    assert on_disk < 60e6
