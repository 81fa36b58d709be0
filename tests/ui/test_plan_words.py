"""The sentences of the Plan page, and the sums behind its strip and bars."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as with_fields

from app.plan_state import PlanView
from runtime.placement.plan import Plan, make_plan
from runtime.placement.search import with_layers
from tests.ui import plan_states
from ui.plan_contexts import contexts
from ui.plan_layers import Cell, homes, layer_map
from ui.plan_shares import planned_bars, table_columns
from ui.plan_strip import handle_words
from ui.plan_words import explained, verdict, where_sentence


def sentence(view: PlanView) -> str:
    assert view.layout is not None
    assert view.plan is not None
    return where_sentence(view.layout, view.plan)


def with_count(view: PlanView, count: int) -> Plan:
    assert view.layout is not None
    assert view.plan is not None
    made = plan_states.situation(view.layout, plan_states.DESKTOP)
    return make_plan(made, with_layers(made, view.plan.placement, count))


def test_where_things_go() -> None:
    view = plan_states.view()
    assert sentence(view) == (
        "Attention, KV cache and the experts of 24 layers go on the GPU, those of 23 in RAM, "
        "and one layer's are on both."
    )
    assert sentence(plan_states.with_experts(view, 23)) == (
        "Attention, KV cache and the experts of 25 layers go on the GPU, "
        "the experts of 23 layers in RAM."
    )
    assert sentence(plan_states.with_experts(view, 0)) == (
        "All 48 layers go on the GPU with their experts."
    )
    assert sentence(plan_states.with_experts(view, 48)) == (
        "Attention and KV cache go on the GPU, the experts of all layers in RAM."
    )
    assert sentence(plan_states.on_cpu()) == "Everything runs on the processor, in RAM."
    assert sentence(plan_states.dense_on_two()) == "All 80 layers go on the GPUs."
    disk = plan_states.from_disk()
    assert disk.plan is not None
    there = disk.plan.placement.n_gpu_layers - 1  # the output counts as one
    here = "1 layer" if there == 60 else f"{61 - there} layers"
    assert sentence(disk) == (
        f"Attention and KV cache of {there} layers go on the GPU, "
        f"those of {here} and all experts in RAM."
    )


def test_a_dense_model_on_one_gpu_goes_there_in_part() -> None:
    view = plan_states.view("llama-3.1-70b", plan_states.DESKTOP, 8192)
    assert sentence(replace(view, plan=with_count(view, 21))) == (
        "20 of 80 layers go on the GPU, 60 layers run on the processor, in RAM."
    )


def test_what_stays_free_is_said() -> None:
    assert verdict(plan_states.view()).sentence.endswith("0.6 GiB of GPU memory stays free.")
    assert verdict(plan_states.on_cpu()).sentence.endswith("2.7 GiB of RAM stays free.")
    both = verdict(plan_states.dense_on_two()).sentence
    assert both.endswith("1.2 and 1.1 GiB of GPU memory stay free.")


def test_a_reader_of_the_disk_is_told_what_it_costs() -> None:
    view = plan_states.from_disk()
    assert view.plan is not None
    away = view.plan.disk_share * view.plan.devices[-1].weights.total / (1 << 30)
    text = verdict(view).sentence
    assert away > 300
    assert f"{away:.1f} GiB of the weights find no room in RAM" in text
    assert f"about {1 / view.plan.speed.decode_tokens_per_s:.1f} s for each token" in text


def test_a_small_shortage_is_explained_by_what_must_stay_free() -> None:
    view = plan_states.short(23)
    found = verdict(view)
    assert found.heading.startswith("Does not fit: the GPU is ")
    assert "0.5 GiB of it must stay free for the driver" in found.sentence
    assert found.remedy is not None
    assert found.remedy.choices.expert_layers_on_cpu == 24


def test_with_nothing_left_to_choose_another_model_is_advised() -> None:
    view = replace(plan_states.short(), least_expert_layers=None)
    view = replace(view, choices=replace(view.choices, n_ctx=4096))
    found = verdict(view)
    assert found.remedy is None
    assert found.sentence.endswith("take a smaller model.")


def test_a_prediction_names_its_terms_largest_first() -> None:
    plan = plan_states.view().plan
    assert plan is not None
    text = explained("A token", plan.speed.decode)
    assert text.startswith(f"A token takes {1000 * plan.speed.decode.total_s:.0f} ms: ")
    assert text.index("reading weights in RAM") < text.index("the KV cache")


@pytest.mark.parametrize(
    ("trained", "chosen", "sizes"),
    [
        (40_960, 16_384, (4096, 8192, 16_384, 32_768, 40_960)),
        (4096, 2048, (512, 1024, 2048, 4096)),
        (8192, 5000, (4096, 5000, 8192)),
        (0, 4096, (512, 1024, 2048, 4096)),
    ],
)
def test_contexts(trained: int, chosen: int, sizes: tuple[int, ...]) -> None:
    found = contexts(trained, chosen)
    assert found.sizes == sizes
    assert found.places()[0] == 0
    assert found.places()[-1] == 1


def test_the_split_layer_is_drawn_in_both_parts() -> None:
    view = plan_states.view()
    assert view.layout is not None
    assert view.plan is not None
    found = layer_map(view.layout, view.plan)
    routed = found.rows["routed_experts"]
    assert routed[22] == Cell(ram=1.0)
    assert routed[24] == Cell(gpu=1.0)
    assert routed[23] is not None
    assert 0 < routed[23].gpu < 0.5
    assert found.rows["shared_experts"] == (None,) * 48
    assert (found.homes.in_ram, found.homes.on_gpu, found.homes.split) == (24, 24, 1)
    assert found.is_prefix
    assert handle_words(found) == (
        "experts of 24 layers in RAM, one in part",
        "experts of 24 layers on the GPU",
    )


def test_any_set_of_layers_may_be_in_ram() -> None:
    view = plan_states.view()
    assert view.layout is not None
    assert view.plan is not None
    placement = with_fields(
        view.plan.placement, cpu_expert_layers=(1, 5, 47), split_layer=-1, split_stems=()
    )
    found = layer_map(view.layout, replace(view.plan, placement=placement))
    assert not found.is_prefix
    assert [n for n, cell in enumerate(found.rows["routed_experts"]) if cell and cell.ram] == [
        1,
        5,
        47,
    ]


def test_layers_that_no_gpu_runs_keep_their_experts_in_ram() -> None:
    view = plan_states.view()
    assert view.layout is not None
    plan = with_count(view, 11)
    placement = with_fields(plan.placement, cpu_expert_layers=(), split_layer=-1)
    assert homes(view.layout, placement).in_ram == 38
    found = layer_map(view.layout, replace(plan, placement=placement))
    assert [(s.device, s.first, s.last) for s in found.stretches] == [(-1, 0, 37), (0, 38, 47)]


@pytest.mark.parametrize("name", ["fits", "disk", "cpu", "dense"])
def test_a_bar_adds_up_to_what_the_device_has(name: str) -> None:
    plan = plan_states.VIEWS[name]().plan
    assert plan is not None
    for bar in planned_bars(plan):
        assert abs(sum(bar.shares.sizes.values()) - bar.total_bytes) <= 4
    columns = [column.column for column in table_columns(plan)]
    assert ("Disk" in columns) == (name == "disk")


def test_a_bar_that_is_short_has_nothing_free() -> None:
    plan = plan_states.short().plan
    assert plan is not None
    bar = planned_bars(plan)[0]
    assert bar.needed_bytes > bar.total_bytes
    assert bar.shares.sizes["free"] == 0
