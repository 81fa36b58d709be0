"""Where the experts of each layer are, beside the rows of the heat map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.dashboard.expert_places import expert_places
from runtime.gguf.reader import read_header
from runtime.placement.model_layout import ModelLayout, model_layout
from runtime.placement.residence import residence
from runtime.protocol.placement import Placement
from tests.dashboard.loads import qwen

GPU, RAM, BOTH = "on the GPU", "in RAM", "in both"


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> ModelLayout:
    """48 layers, all with experts."""
    return qwen(tmp_path_factory.mktemp("qwen"))


@pytest.mark.parametrize(
    ("placement", "places"),
    [
        (Placement(), ()),
        (Placement(n_gpu_layers=999), ()),
        (Placement(n_gpu_layers=999, cpu_expert_layers=tuple(range(48))), ()),
        (
            Placement(n_gpu_layers=999, cpu_expert_layers=tuple(range(40, 48))),
            ((0, 39, GPU), (40, 47, RAM)),
        ),
        (
            Placement(
                999, cpu_expert_layers=(0, 1), split_layer=2, split_stems=("ffn_down", "ffn_up")
            ),
            ((0, 1, RAM), (2, 2, BOTH), (3, 47, GPU)),
        ),
        # The last layers and the output are those on the GPU.
        (Placement(n_gpu_layers=11), ((0, 37, RAM), (38, 47, GPU))),
        (
            Placement(999, cpu_expert_layers=(7, 9)),
            ((0, 6, GPU), (7, 7, RAM), (8, 8, GPU), (9, 9, RAM), (10, 47, GPU)),
        ),
    ],
)
def test_places(
    layout: ModelLayout, placement: Placement, places: tuple[tuple[int, int, str], ...]
) -> None:
    assert expert_places(layout, residence(layout, placement)) == places


def test_rows_are_the_layers_that_have_experts(tiny_model: Callable[[str], Path]) -> None:
    """The first layer of this one is dense: the map's row 0 is layer 1."""
    layout = model_layout(read_header(tiny_model("deepseek2")))
    assert layout.expert_layers == (1, 2)
    on_host = residence(layout, Placement(n_gpu_layers=999, cpu_expert_layers=(1,)))
    assert expert_places(layout, on_host) == ((0, 0, RAM), (1, 1, GPU))
