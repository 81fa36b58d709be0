"""Weights are repacked where the processor has kernels for it, and left alone when told so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.protocol.frames import Load, Loaded
from tests.engine_client import EngineClient


@pytest.mark.parametrize("repack", [True, False])
def test_repacking_follows_the_word_it_is_given(
    repack: bool, tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    client = EngineClient(tmp_path / "engine.log")
    # Experts of type Q4_0, which every processor this runs on repacks (AVX2 or NEON).
    path = str(tiny_model("qwen3moe"))
    try:
        client.send(Load(1, path, n_ctx=512, n_threads=1, use_extra_bufts=repack))
        client.wait(Loaded)
        log = (tmp_path / "engine.log").read_text(encoding="utf-8", errors="replace")
    finally:
        client.stop()
    assert ("CPU_REPACK model buffer" in log) is repack
