"""Headers kept between starts, also those of files whose names are no text."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from app.header_cache import HeaderCache
from runtime.gguf.model_shape import ModelShape, model_shape
from runtime.gguf.reader import read_header


def _never() -> NoReturn:
    raise AssertionError("it was read before")


@pytest.mark.skipif(sys.platform != "linux", reason="this system has only names that are text")
@pytest.mark.parametrize("name", [b"plain.gguf", b"caf\xc3\xa9.gguf", b"\xff.gguf", b"\\xff.gguf"])
def test_a_header_is_read_once(
    tmp_path: Path, tiny_model: Callable[[str], Path], name: bytes
) -> None:
    model = tmp_path / os.fsdecode(name)
    model.write_bytes(tiny_model("llama").read_bytes())
    path = tmp_path / "cache" / "headers.json"

    def read() -> ModelShape:
        return model_shape(read_header(model))

    first = HeaderCache(path)
    shape = first.shape(model, (model,), read)
    first.keep_only({model})
    second = HeaderCache(path)
    assert second.shape(model, (model,), _never) == shape
    second.keep_only(set())
    with pytest.raises(AssertionError):
        HeaderCache(path).shape(model, (model,), _never)
