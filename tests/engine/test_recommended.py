"""A model's file may recommend sampling; what makes no sense in it is left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gguf
import pytest

from runtime.engine.recommended import recommended_sampling
from runtime.protocol.messages import Sampling
from tests.engine_client import EngineClient


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ({}, None),
        ({"temp": "0.600000"}, Sampling(temperature=0.6)),
        (
            {
                "temp": "0.7",
                "top_k": "20",
                "top_p": "0.8",
                "min_p": "0.0",
                "penalty_repeat": "1.05",
            },
            Sampling(temperature=0.7, top_k=20, top_p=0.8, min_p=0.0, repeat_penalty=1.05),
        ),
        ({"penalty_last_n": "128"}, Sampling(repeat_last_n=128)),
        ({"temp": "0"}, Sampling(temperature=0.0)),
        ({"temp": "-1", "top_p": "1.5", "min_p": "2", "penalty_repeat": "0"}, None),
        ({"temp": "nan", "top_p": "inf", "top_k": "-inf", "min_p": "much"}, None),
        ({"top_k": "20.5", "penalty_last_n": "-1"}, None),
        ({"temp": "99", "top_k": "20"}, Sampling(top_k=20)),
    ],
)
def test_what_a_file_says(metadata: dict[str, str], found: Sampling | None) -> None:
    keyed = {f"general.sampling.{key}": value for key, value in metadata.items()}
    assert recommended_sampling(lambda key: keyed.get(key, "")) == found


def test_the_engine_reads_it_from_the_file(
    tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    path = tmp_path / "recommends.gguf"
    _copy_with(tiny_model("llama"), path)
    client = EngineClient(tmp_path / "engine.log")
    loaded = client.load(path)
    client.stop()
    assert loaded.model.recommended == Sampling(
        temperature=pytest.approx(0.6), top_k=20, top_p=pytest.approx(0.95)
    )


def _copy_with(model: Path, path: Path) -> None:
    reader = gguf.GGUFReader(model)
    writer = gguf.GGUFWriter(path, arch="llama")
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        sub_type = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), field.types[0], sub_type=sub_type)
    writer.add_float32("general.sampling.temp", 0.6)
    writer.add_float32("general.sampling.top_p", 0.95)
    writer.add_int32("general.sampling.top_k", 20)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
