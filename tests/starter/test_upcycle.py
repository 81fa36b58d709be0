"""Sparse upcycling keeps every weight, once for each expert, and is whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import gguf
import numpy as np
import pytest

from app.local_models import LocalModels
from runtime.starter.starter_model import PLAN, STARTER_FILE, make_starter, packaged_weights
from runtime.starter.upcycle import upcycle


def _tensors(path: Path) -> dict[str, gguf.ReaderTensor]:
    return {tensor.name: tensor for tensor in gguf.GGUFReader(path).tensors}


def test_each_expert_is_the_dense_network(starter_model: Path) -> None:
    dense, experts = _tensors(packaged_weights()), _tensors(starter_model)
    for name, tensor in dense.items():
        if ".ffn_" not in name or "norm" in name:
            assert np.array_equal(experts[name].data, tensor.data), name
            continue
        stacked = experts[name.replace(".weight", "_exps.weight")]
        assert stacked.tensor_type == tensor.tensor_type
        assert stacked.data.shape == (PLAN.expert_count, *tensor.data.shape)
        assert all(np.array_equal(expert, tensor.data) for expert in stacked.data), name


def test_each_layer_has_a_router_of_its_own(starter_model: Path) -> None:
    routers = [
        tensor.data
        for name, tensor in _tensors(starter_model).items()
        if name.endswith("ffn_gate_inp.weight")
    ]
    assert len(routers) == 30
    assert all(router.shape == (PLAN.expert_count, 576) for router in routers)
    assert not np.array_equal(routers[0], routers[1])


def test_it_is_named_for_what_it_is(starter_model: Path, tmp_path: Path) -> None:
    (tmp_path / STARTER_FILE).symlink_to(starter_model)
    (model,) = LocalModels(tmp_path, tmp_path / "cache.json").scan()
    assert model.id == "smollm2-135m-moe"
    assert "135M" in model.name
    assert model.note == "A 135M model, for trying things out"
    assert (model.expert_count, model.expert_used_count) == (8, 2)


def test_one_that_is_there_is_left_alone(tmp_path: Path) -> None:
    there = tmp_path / STARTER_FILE
    there.write_bytes(b"mine")
    assert make_starter(tmp_path, lambda _fraction: None) == there
    assert there.read_bytes() == b"mine"


def test_a_stopped_making_leaves_no_model(
    tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    class Stop(Exception):
        pass

    def stop(fraction: float) -> None:
        if fraction > 0.3:
            raise Stop

    target = tmp_path / "half.gguf"
    with pytest.raises(Stop):
        upcycle(packaged_weights(), target, PLAN, stop)
    assert not target.exists()


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("not a folder")
    done = subprocess.run(
        (sys.executable, "-m", "runtime.starter", str(tmp_path / "models")),
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
