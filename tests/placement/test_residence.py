"""Which device each layer and each expert is on: llama.cpp's rules, and what it rearranges."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from runtime.placement.model_layout import ModelLayout, Tensor
from runtime.placement.residence import (
    HOST,
    host_tensors,
    is_repacked,
    residence,
    stays_on_host,
)
from runtime.protocol.placement import Placement

Layouts = Callable[[str, str], ModelLayout]
AVX2, NEON, AVX512 = frozenset({"AVX2"}), frozenset({"NEON"}), frozenset({"AVX2", "AVX512"})


@pytest.mark.parametrize(
    ("n_gpu_layers", "shares", "expected"),
    [
        (0, (), [HOST] * 17),
        (1, (), [HOST] * 16 + [0]),
        (3, (), [HOST] * 14 + [0] * 3),
        (17, (), [0] * 17),
        (999, (), [0] * 17),
        (17, (9, 8), [0] * 9 + [1] * 8),
        (5, (2, 0, 3), [HOST] * 12 + [0, 0, 2, 2, 2]),
        (1, (0, 1), [HOST] * 16 + [1]),
    ],
)
def test_the_last_layers_go_first(
    n_gpu_layers: int, shares: tuple[int, ...], expected: list[int], true_layout: Layouts
) -> None:
    layout = true_layout("olmoe-1b-7b", "Q4_K_M")
    found = residence(layout, Placement(n_gpu_layers, layers_by_gpu=shares))
    assert list(found.gpus) == expected
    assert found.output == expected[-1]
    assert not found.any_away


def test_a_block_for_further_tokens_counts_as_a_layer(true_layout: Layouts) -> None:
    """Two layers of GLM-4.5-Air are its output and the block that is not loaded."""
    layout = true_layout("glm-4.5-air", "Q4_K_M")
    assert (layout.n_layer, len(layout.layers)) == (47, 46)
    assert residence(layout, Placement(2)).gpus[:46] == (HOST,) * 46
    assert residence(layout, Placement(3)).gpus[44:] == (HOST, 0, 0, 0)


def test_experts_away_from_their_layer(true_layout: Layouts) -> None:
    layout = true_layout("olmoe-1b-7b", "Q4_K_M")
    each = layout.layers[5].routed_bytes
    found = residence(layout, Placement(12, (4, 5, 6)))
    # Layers 0 to 4 are on the host altogether: nothing of them is away from it.
    assert [index for index, away in enumerate(found.away) if away] == [5, 6]
    assert found.away[5] == each > 0


def test_a_split_layer_keeps_the_other_tensors(true_layout: Layouts) -> None:
    layout = true_layout("gpt-oss-20b", "MXFP4")
    down = [t for t in layout.tensors if t.name.startswith("blk.3.ffn_down_exps.")]
    assert len(down) == 2  # the biases of experts move with them
    found = residence(layout, Placement(25, split_layer=3, split_stems=("ffn_down",)))
    assert found.away[3] == sum(t.bytes for t in down) < layout.layers[3].routed_bytes
    assert sum(found.away) == found.away[3]


def test_of_a_layer_both_whole_and_split_all_experts_stay(true_layout: Layouts) -> None:
    layout = true_layout("olmoe-1b-7b", "Q4_K_M")
    both = Placement(17, (3,), split_layer=3, split_stems=("ffn_down",))
    assert residence(layout, both) == residence(layout, Placement(17, (3,)))


@pytest.mark.parametrize(
    ("name", "block", "stays"),
    [
        ("blk.3.ffn_down_exps.weight", 3, True),
        ("blk.3.ffn_down_chexps.weight", 3, True),
        ("blk.3.ffn_up_exps.weight", 3, False),
        ("blk.4.ffn_down_exps.weight", 4, False),
        ("blk.9.ffn_up_exps.weight", 9, True),
    ],
)
def test_what_stays_is_what_the_regexes_match(name: str, block: int, stays: bool) -> None:
    placement = Placement(20, (9,), split_layer=3, split_stems=("ffn_down",))
    assert stays_on_host(placement, tensor(name, "Q4_K", block=block)) == stays


@pytest.mark.parametrize("name", ["glm-4.5-air", "deepseek-v3", "qwen3.6-35b-a3b"])
def test_every_tensor_is_on_one_side(name: str, true_layout: Layouts) -> None:
    layout = true_layout(name, "Q4_K_M")
    whole = layout.n_layer + 1
    assert set(host_tensors(layout, Placement())) == set(layout.tensors)
    assert [t.name for t in host_tensors(layout, Placement(whole))] == ["token_embd.weight"]
    lean = Placement(whole, layout.expert_layers)
    kinds = {t.kind for t in host_tensors(layout, lean)}
    assert kinds == {"embedding", "routed_experts"}


def tensor(name: str, type_name: str, rows: int = 64, dims: int = 3, block: int = 1) -> Tensor:
    kind = "embedding" if "embd" in name else "routed_experts" if dims == 3 else "attention"
    return Tensor(name, kind, block, 100, 200, type_name, rows, dims, 0, 0)


EXPERT = "blk.1.ffn_up_exps.weight"


@pytest.mark.parametrize(
    ("type_name", "features", "repacked"),
    [
        ("Q4_K", AVX2, True),
        ("Q4_0", AVX2, True),
        ("MXFP4", AVX2, True),
        ("IQ4_NL", NEON, True),
        ("Q8_0", AVX2, False),
        ("Q8_0", NEON, True),
        ("Q6_K", AVX2, False),
        ("Q6_K", NEON, True),
        ("Q2_K", AVX2, False),
        ("Q2_K", AVX512, True),
        ("Q4_1", AVX512, False),
        ("F16", AVX512, False),
        ("Q4_K", frozenset({"SSE3"}), False),
    ],
)
def test_types_that_are_rearranged(
    type_name: str, features: frozenset[str], repacked: bool
) -> None:
    found = is_repacked(tensor(EXPERT, type_name), Placement(), features, pinned=False)
    assert found == repacked


@pytest.mark.parametrize(
    ("one", "placement", "pinned", "repacked"),
    [
        (tensor(EXPERT, "Q4_K"), Placement(use_extra_bufts=False), False, False),
        (tensor(EXPERT, "Q4_K"), Placement(), True, False),
        (tensor(EXPERT, "Q4_K"), Placement(no_host=True), True, True),
        (tensor(EXPERT, "Q4_K", rows=60), Placement(), False, False),
        (tensor("blk.1.attn_q.weight", "Q4_K", dims=2), Placement(), False, True),
        (tensor("blk.1.attn_norm.weight", "Q4_K", dims=1), Placement(), False, False),
        (tensor("token_embd.weight", "Q4_K", dims=2), Placement(), False, False),
    ],
)
def test_when_they_are(one: Tensor, placement: Placement, pinned: bool, repacked: bool) -> None:
    assert is_repacked(one, placement, AVX2, pinned=pinned) == repacked
