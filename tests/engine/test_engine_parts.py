"""What a parent process tells the engine's processes to load."""

from __future__ import annotations

import pytest

from runtime.engine_parts import VARIABLE, EngineParts, PackPart, tell_parts, told_parts

SOME = EngineParts(("sapphirerapids",), ("zen4",), (PackPart("/packs/ü/libggml-cuda.so"),))


def test_what_is_told_is_heard() -> None:
    environment: dict[str, str] = {}
    tell_parts(SOME, environment)
    assert told_parts(environment) == SOME


def test_nothing_takes_back_what_was_told() -> None:
    environment: dict[str, str] = {}
    tell_parts(SOME, environment)
    tell_parts(EngineParts(), environment)
    assert environment == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"packs": 3}', "\udcff"])
def test_what_can_not_be_read_is_nothing(text: str) -> None:
    assert told_parts({VARIABLE: text}) == EngineParts()
