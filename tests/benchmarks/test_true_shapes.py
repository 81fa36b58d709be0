"""The true shapes have the published sizes, and our reader and llama.cpp take their files."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

import pytest

from benchmarks.true_shapes.mixes import MIXES, is_quantised, tensor_types
from benchmarks.true_shapes.spec import ModelSpec, sliced
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.tensors import block_of, tensors
from benchmarks.true_shapes.writer import planned, tensor_bytes, write_header, write_random
from runtime.gguf.model_shape import model_shape
from runtime.gguf.reader import read_header
from tests.engine_client import CHECKOUT, EngineClient, worker_environment

WITHIN = 0.03
SIZES = [(spec, mix) for spec in SPECS.values() for mix in spec.published.file_bytes]
EVERY_SPEC = pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
SHORT_VOCABULARY = 1000


@pytest.mark.parametrize(("spec", "mix"), SIZES, ids=[f"{spec.name}-{mix}" for spec, mix in SIZES])
def test_a_file_has_the_published_size(spec: ModelSpec, mix: str) -> None:
    size = sum(tensor_bytes(*entry) for entry in planned(spec, mix).values())
    assert size == pytest.approx(spec.published.file_bytes[mix], rel=WITHIN)


@EVERY_SPEC
def test_our_reader_finds_the_published_shape(spec: ModelSpec, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    began_s = time.perf_counter()
    write_header(spec, "Q4_K_M", path)
    assert time.perf_counter() - began_s < 1
    assert path.stat().st_blocks * 512 < 1_000_000
    header = read_header(path)
    shape = model_shape(header)
    assert shape.parameters_total == pytest.approx(spec.published.total, rel=WITHIN)
    if spec.published.active:
        rows = 0 if spec.published.active_counts_embedding else spec.n_embd * spec.n_vocab
        active = shape.parameters_active - rows
        assert active == pytest.approx(spec.published.active, rel=WITHIN)
    assert (shape.architecture, shape.quantisation) == (spec.architecture, "Q4_K_M")
    assert (shape.n_layer, shape.n_layer_nextn) == (spec.n_block, spec.n_layer_nextn)
    assert (shape.expert_count, shape.expert_used_count) == (spec.n_expert, spec.n_expert_used)
    last = header.tensors[-1]
    padding = header.file_bytes - header.data_offset - last.offset - last.bytes
    assert 0 <= padding < 32


# From the "- type" lines that llama.cpp printed for real files (GLM's in BF16, not Q8_0): see the
# specs' sources.
@pytest.mark.parametrize(
    ("name", "mix", "counts"),
    [
        ("gpt-oss-120b", "MXFP4", {"F32": 433, "Q8_0": 146, "MXFP4": 108}),
        ("glm-4.7-flash", "Q8_0", {"F32": 281, "Q8_0": 563}),
    ],
)
def test_as_many_tensors_of_each_type_as_in_real_files(
    name: str, mix: str, counts: dict[str, int]
) -> None:
    kinds = [kind.name for kind in tensor_types(SPECS[name], mix).values()]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == counts


def _ask_engine(*arguments: str) -> Any:
    done = subprocess.run(
        (sys.executable, "-m", "tests.benchmarks.engine_words", *arguments),
        check=True,
        capture_output=True,
        cwd=CHECKOUT,
        env=worker_environment(),
        text=True,
    )
    return json.loads(done.stdout)


def test_each_tensor_gets_the_type_that_llama_cpps_quantiser_gives_it() -> None:
    said = _ask_engine("mixes")
    if not said:
        pytest.skip("this build of the engine does not show its quantiser's rules")
    for spec in SPECS.values():
        for mix in MIXES:
            types = tensor_types(spec, mix, imatrix=False)
            ours = {
                name: types[name].name
                for name, shape in tensors(spec).items()
                if is_quantised(name, shape)
            }
            assert ours == said[spec.name][mix], (spec.name, mix)


def test_llama_cpp_loads_each_file_without_its_data(tmp_path: Path) -> None:
    specs = [replace(spec, n_vocab=SHORT_VOCABULARY) for spec in SPECS.values()]
    specs.append(SPECS["olmoe-1b-7b"])
    specs.append(sliced(SPECS["deepseek-v3"], 5))
    paths = [tmp_path / f"{index}.gguf" for index in range(len(specs))]
    for spec, path in zip(specs, paths, strict=True):
        write_header(spec, "IQ4_XS", path, with_vocabulary=True)
    said = _ask_engine("loads", *map(str, paths))
    parameters = [sum(prod(shape) for shape in tensors(spec).values()) for spec in specs]
    assert said == [{"parameters": count, "context": True} for count in parameters]


def test_a_slice_has_the_first_layers_as_they_are_in_the_whole(tmp_path: Path) -> None:
    spec = SPECS["glm-4.5-air"]
    whole = planned(spec, "Q4_K_M")
    assert planned(spec, "Q4_K_M", 2) == {
        name: entry for name, entry in whole.items() if block_of(name) < 2
    }
    path = tmp_path / "slice.gguf"
    write_header(spec, "Q4_K_M", path, n_layer=2)
    shape = model_shape(read_header(path))
    assert (shape.n_layer, shape.n_layer_nextn) == (2, 0)


@pytest.mark.parametrize(("name", "n_layer"), [("olmoe-1b-7b", 17), ("deepseek-v3", 27)])
def test_a_slice_that_cannot_be_is_refused(name: str, n_layer: int) -> None:
    with pytest.raises(ValueError, match="layers"):
        sliced(SPECS[name], n_layer)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[EngineClient]:
    client = EngineClient(tmp_path / "engine.log")
    yield client
    client.stop()


def test_the_engine_answers_with_random_weights(client: EngineClient, tmp_path: Path) -> None:
    path = tmp_path / "slice.gguf"
    write_random(SPECS["olmoe-1b-7b"], "Q2_K", path, n_layer=1)
    assert path.stat().st_size < 300_000_000
    assert client.load(path).model.expert_count == 64
    answer = client.answer("Hello", max_tokens=16)
    # With a NaN among the logits the answer would end at once, at token 0.
    assert answer.stats.completion_tokens == 16
    assert client.answer("Hello", max_tokens=16).text == answer.text
    assert client.answer("Good morning", max_tokens=16).text != answer.text
    path.unlink()
