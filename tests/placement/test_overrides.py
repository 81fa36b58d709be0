"""The regexes match routed experts of the layers meant and nothing else, in every true shape."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

import pytest

from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.tensors import tensors
from runtime.gguf.tensor_classes import block_of, tensor_class
from runtime.placement.expert_split import split_stems
from runtime.placement.model_layout import ModelLayout
from runtime.placement.overrides import host_patterns, llama_cpp_command
from runtime.protocol.placement import Placement

MOES = [spec for spec in SPECS.values() if spec.n_expert]
EVERY_MOE = pytest.mark.parametrize("spec", MOES, ids=[spec.name for spec in MOES])


def matched(placement: Placement, names: object) -> set[str]:
    """Names that the engine would keep on the host (std::regex_search, first match wins)."""
    patterns = host_patterns(placement)
    return {name for name in names if any(re.search(pattern, name) for pattern in patterns)}


def mix_of(name: str) -> str:
    return "MXFP4" if "oss" in name else "Q4_K_M"


@EVERY_MOE
def test_all_expert_layers(spec, true_layout: Callable[[str, str], ModelLayout]) -> None:
    names, layout = tensors(spec), true_layout(spec.name, mix_of(spec.name))
    found = matched(Placement(cpu_expert_layers=layout.expert_layers), names)
    routed = {name for name in names if tensor_class(name) == "routed_experts"}
    further = {name for name in routed if block_of(name) >= spec.n_layer}
    assert found == routed - further
    assert {block_of(name) for name in found} == set(range(spec.n_layer_dense, spec.n_layer))
    assert bool(further) == bool(spec.n_layer_nextn)


@EVERY_MOE
def test_one_layer_is_not_another_with_the_same_digits(spec) -> None:
    names = tensors(spec)
    for layer in {spec.n_layer_dense + 1, 10, spec.n_layer - 1}:
        found = matched(Placement(cpu_expert_layers=(layer,)), names)
        assert {block_of(name) for name in found} == {layer}
        assert {tensor_class(name) for name in found} == {"routed_experts"}


@EVERY_MOE
@pytest.mark.parametrize("count", [1, 2])
def test_a_split_layer(spec, count: int, true_layout: Callable[[str, str], ModelLayout]) -> None:
    layout = true_layout(spec.name, mix_of(spec.name))
    layer = layout.expert_layers[-1]
    stems = split_stems(layout, layer)[:count]
    found = matched(Placement(split_layer=layer, split_stems=stems), tensors(spec))
    assert {name.split(".")[2] for name in found} == {f"{stem}_exps" for stem in stems}
    assert {block_of(name) for name in found} == {layer}


@pytest.mark.parametrize(
    ("stem", "name", "matches"),
    [
        ("ffn_gate", "blk.7.ffn_gate_exps.weight", True),
        ("ffn_gate", "blk.7.ffn_gate_exps.bias", True),
        ("ffn_gate", "blk.7.ffn_gate_chexps.weight", True),
        ("ffn_gate", "blk.7.ffn_gate_up_exps.weight", False),
        ("ffn_gate", "blk.7.ffn_gate_inp.weight", False),
        ("ffn_gate", "blk.17.ffn_gate_exps.weight", False),
        ("ffn_gate_up", "blk.7.ffn_gate_up_exps.weight", True),
        ("ffn_up", "blk.7.ffn_gate_up_exps.weight", False),
        ("ffn_down", "blk.7.ffn_down_shexp.weight", False),
        ("ffn_down", "blk.7.ffn_down.weight", False),
    ],
)
def test_a_stem(stem: str, name: str, matches: bool) -> None:
    placement = Placement(split_layer=7, split_stems=(stem,))
    assert bool(matched(placement, [name])) == matches


def test_nothing_is_moved_without_a_wish() -> None:
    assert host_patterns(Placement()) == ()
    assert host_patterns(Placement(split_layer=3)) == ()
    assert host_patterns(Placement(split_stems=("ffn_up",))) == ()


@pytest.mark.parametrize(
    ("placement", "words"),
    [
        (Placement(n_ctx=4096), "-ngl 0 -c 4096 -b 512 -ub 512"),
        (
            Placement(49, (0, 1), 2, ("ffn_down",), n_ctx=8192, n_ubatch=1024, n_batch=2048),
            (
                r"-ngl 49 -ot 'blk\.(0|1)\.ffn_(up|down|gate|gate_up)_(ch|)exps=CPU' "
                r"-ot 'blk\.2\.ffn_(down)_(ch|)exps=CPU' -c 8192 -b 2048 -ub 1024"
            ),
        ),
        (
            Placement(81, layers_by_gpu=(40, 41), n_ctx=512, kv_type="q8_0", n_threads=8),
            "-ngl 81 -ts 40,41 -c 512 -fa on -ctk q8_0 -ctv q8_0 -b 512 -ub 512 -t 8",
        ),
        (
            Placement(1, n_ctx=512, load_mode="none", no_host=True),
            "-ngl 1 -c 512 -b 512 -ub 512 --load-mode none --no-host",
        ),
        (
            Placement(1, n_ctx=512, load_mode="direct", use_extra_bufts=False, op_offload=False),
            "-ngl 1 -c 512 -b 512 -ub 512 --load-mode dio --no-repack --no-op-offload",
        ),
        (Placement(n_ctx=512, load_mode="auto"), "-ngl 0 -c 512 -b 512 -ub 512"),
        (Placement(n_ctx=512, swa_full=True), "-ngl 0 -c 512 -b 512 -ub 512 --swa-full"),
    ],
)
def test_the_command_line(placement: Placement, words: str) -> None:
    command = llama_cpp_command(placement, "/models/m.gguf")
    assert command == f"llama-server -m /models/m.gguf {words} --fit off"


def test_a_path_is_quoted() -> None:
    path = "/my models/it's (1).gguf"
    assert shlex.split(llama_cpp_command(Placement(), path))[2] == path
