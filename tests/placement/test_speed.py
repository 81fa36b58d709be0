"""Predicted speed: terms that add up, each moved by its cause, and published measurements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import msgspec
import pytest

from runtime.placement.calibration import Calibration
from runtime.placement.hardware import Hardware
from runtime.placement.model_layout import ModelLayout
from runtime.placement.objective import OBJECTIVES, Objective
from runtime.placement.quant_cost import bytes_as_read
from runtime.placement.residence import residence
from runtime.placement.speed import Speed, Terms, predicted_speed
from runtime.protocol.placement import LoadMode, Placement
from tests.placement.machines import AVX2, card, machine

Layouts = Callable[[str, str], ModelLayout]
QWEN = ("qwen3-30b-a3b", "Q4_K_M")
DESKTOP = machine("RTX 3060")
ALL = Placement(49, n_ctx=8192, n_threads=8)
EXPERTS_AWAY = Placement(49, tuple(range(48)), n_ctx=8192, n_threads=8, load_mode="none")
IN_RAM = Placement(n_ctx=8192, n_threads=8)


def speed(
    layout: ModelLayout,
    placement: Placement,
    hardware: Hardware = DESKTOP,
    *,
    n_past: int = 2000,
    disk_share: float = 0.0,
    calibration: Calibration | None = None,
) -> Speed:
    where = residence(layout, placement)
    known = calibration or Calibration()
    return predicted_speed(
        layout, placement, where, hardware, known, n_past=n_past, disk_share=disk_share
    )


@pytest.mark.parametrize("placement", [ALL, EXPERTS_AWAY, IN_RAM, Placement(20, n_ctx=8192)])
@pytest.mark.parametrize("n_past", [1, 100, 8000])
def test_the_terms_add_up(placement: Placement, n_past: int, true_layout: Layouts) -> None:
    found = speed(true_layout(*QWEN), placement, n_past=n_past, disk_share=0.25)
    for terms in (found.decode, found.prompt):
        parts = [getattr(terms, field.name) for field in fields(Terms)]
        assert terms.total_s == pytest.approx(sum(parts))
        assert all(part >= 0 for part in parts)
    assert found.decode_tokens_per_s == pytest.approx(1 / found.decode.total_s)
    assert found.prompt_tokens_per_s == pytest.approx(found.prompt_ubatch / found.prompt.total_s)
    assert found.prompt_ubatch == min(512, n_past)


@pytest.mark.parametrize(
    ("placement", "zero"),
    [
        (ALL, {"host_weights_s", "disk_s", "copy_s"}),
        (IN_RAM, {"gpu_weights_s", "copy_s", "disk_s"}),
        (EXPERTS_AWAY, {"disk_s", "copy_s"}),
    ],
)
def test_who_takes_part_in_decoding(
    placement: Placement, zero: set[str], true_layout: Layouts
) -> None:
    decode = speed(true_layout(*QWEN), placement).decode
    assert {f.name for f in fields(Terms) if not getattr(decode, f.name)} - {"compute_s"} == zero


def test_decoding_reads_what_is_active(true_layout: Layouts) -> None:
    layout = true_layout(*QWEN)
    decode = speed(layout, ALL, n_past=1).decode
    routed = sum(layer.routed_bytes for layer in layout.layers)
    rest = sum(layer.resident_bytes for layer in layout.layers) + layout.output_bytes
    reads = rest + routed * 8 / 128
    assert decode.gpu_weights_s == pytest.approx(reads / DESKTOP.gpus[0].bandwidth_bytes_per_s)
    away = speed(layout, EXPERTS_AWAY, n_past=1).decode
    assert away.gpu_weights_s == pytest.approx(rest / DESKTOP.gpus[0].bandwidth_bytes_per_s)
    assert away.host_weights_s == pytest.approx(routed * 8 / 128 / 65e9)
    assert away.sync_s > decode.sync_s


def test_a_prompt_touches_nearly_all_experts(true_layout: Layouts) -> None:
    """All but (1 - k/E)^U of them, copied to the GPU or read by the processor."""
    layout = true_layout(*QWEN)
    routed = sum(layer.routed_bytes for layer in layout.layers)
    pcie = DESKTOP.gpus[0].pcie_bytes_per_s
    prompt = speed(layout, EXPERTS_AWAY).prompt
    assert prompt.copy_s == pytest.approx(routed * (1 - (1 - 8 / 128) ** 512) / pcie)
    mapped = msgspec.structs.replace(EXPERTS_AWAY, load_mode="mmap")
    assert speed(layout, mapped).prompt.copy_s > 2 * prompt.copy_s
    short = speed(layout, EXPERTS_AWAY, n_past=31).prompt
    assert short.copy_s == 0
    assert short.host_weights_s == pytest.approx(routed * (1 - (1 - 8 / 128) ** 31) / 65e9)
    never = msgspec.structs.replace(EXPERTS_AWAY, op_offload=False)
    assert speed(layout, never).prompt.copy_s == 0


@pytest.mark.parametrize("n_ubatch", [1024, 2048, 4096])
def test_larger_batches_share_the_copy(n_ubatch: int, true_layout: Layouts) -> None:
    layout = true_layout(*QWEN)
    large = msgspec.structs.replace(EXPERTS_AWAY, n_ubatch=n_ubatch)
    rates = [speed(layout, p, n_past=5000).prompt_tokens_per_s for p in (EXPERTS_AWAY, large)]
    assert rates[1] > rates[0] * 1.3


@pytest.mark.parametrize("placement", [ALL, EXPERTS_AWAY, IN_RAM])
def test_a_longer_context_is_slower(placement: Placement, true_layout: Layouts) -> None:
    layout = true_layout(*QWEN)
    rates = [speed(layout, placement, n_past=n).decode_tokens_per_s for n in (100, 2000, 8000)]
    assert rates == sorted(rates, reverse=True)
    assert len(set(rates)) == 3


@pytest.mark.parametrize("placement", [ALL, EXPERTS_AWAY])
def test_a_quantised_cache_reads_half(placement: Placement, true_layout: Layouts) -> None:
    layout = true_layout(*QWEN)
    lean = msgspec.structs.replace(placement, kv_type="q8_0")
    f16, q8_0 = (speed(layout, p).decode.kv_s for p in (placement, lean))
    assert q8_0 == pytest.approx(f16 * 34 / 64)


def test_more_threads_are_not_slower(true_layout: Layouts) -> None:
    layout = true_layout(*QWEN)
    rates = [
        speed(layout, msgspec.structs.replace(IN_RAM, n_threads=n)).decode_tokens_per_s
        for n in (2, 3, 4, 6, 8)
    ]
    assert rates == sorted(rates)


def test_reading_from_disk_is_told(true_layout: Layouts) -> None:
    layout = true_layout(*QWEN)
    whole, half = speed(layout, IN_RAM), speed(layout, IN_RAM, disk_share=0.5)
    assert half.decode.host_weights_s == pytest.approx(whole.decode.host_weights_s / 2)
    assert half.decode.disk_s == pytest.approx(whole.decode.host_weights_s / 2 * 65e9 / 2e9)


def test_runs_on_the_machine_move_the_prediction(true_layout: Layouts) -> None:
    layout = true_layout(*QWEN)
    raw = speed(layout, EXPERTS_AWAY)
    found = speed(layout, EXPERTS_AWAY, calibration=Calibration(0.5, 1.2, 0.3, 0.1, 4))
    assert found.decode_tokens_per_s == pytest.approx(1.2 * raw.decode_tokens_per_s)
    assert found.prompt_tokens_per_s == pytest.approx(0.5 * raw.prompt_tokens_per_s)
    assert found.decode_high == pytest.approx(1.1 * found.decode_tokens_per_s)
    assert found.prompt_low == pytest.approx(found.prompt_tokens_per_s / 1.3)
    assert (found.raw_decode, found.raw_prompt) == (raw.raw_decode, raw.raw_prompt)


@pytest.mark.parametrize(
    ("types", "features", "factor"),
    [
        ((("Q4_K", 100),), AVX2, 1.0),
        ((("IQ2_XXS", 100),), AVX2, 2.6),
        ((("IQ3_S", 50), ("Q4_K", 50)), AVX2, 1.6),
        ((("Q4_K", 100),), frozenset({"SSE3"}), 2.5),
        ((("Q4_K", 100),), frozenset({"NEON"}), 1.0),
        ((), AVX2, 1.0),
    ],
)
def test_types_that_processors_compute_long_at(
    types: tuple[tuple[str, int], ...], features: frozenset[str], factor: float
) -> None:
    assert bytes_as_read(types, features) == pytest.approx(factor)


def test_a_turn() -> None:
    assert Objective("test", 2000, 400).turn_s(500, 40) == pytest.approx(14.0)
    assert {name: o.name for name, o in OBJECTIVES.items()} == {name: name for name in OBJECTIVES}
    chat, documents = OBJECTIVES["chat"], OBJECTIVES["documents"]
    assert (chat.prompt_tokens, chat.answer_tokens) == (2000, 400)
    assert documents.prompt_tokens > 4 * chat.prompt_tokens


@dataclass(frozen=True)
class Published:
    """One row of FACTS: what others measured. Their memory is taken to be as fast as is usual
    there, and the experts on the host as pinned but where that is far from what was measured.
    """

    model: str
    mix: str
    hardware: Hardware
    expert_layers: int
    decode: float
    prompt: float = 0
    n_ubatch: int = 512
    load_mode: LoadMode = "none"


RYZEN = machine(gb_per_s=75, cores=16)


OLD_DDR4 = {"gb_per_s": 50, "cores": 6}


def row(model: str, gpu: str, away: int, decode: float, prompt: float = 0, **host: int):
    mix = "MXFP4" if "oss" in model else "Q4_K_M"
    return Published(model, mix, machine(gpu, ram_gib=128, **host), away, decode, prompt)


PUBLISHED = {
    "4080, 14 away": replace(
        row("qwen3-30b-a3b", "RTX 4080", 14, 68.7, 950, gb_per_s=75, cores=16),
        mix="IQ4_XS",
        load_mode="mmap",
    ),
    "2080, 36 away": row("qwen3-30b-a3b", "RTX 2080", 36, 36.7, gb_per_s=75),
    "4090": row("qwen3-30b-a3b", "RTX 4090", 0, 196),
    "3090 Ti": row("qwen3-30b-a3b", "RTX 3090 Ti", 0, 167),
    "qwen3.6 on a 3060": row("qwen3.6-35b-a3b", "RTX 3060", 40, 42.3, 431, **OLD_DDR4),
    "glm on a 3060": row("glm-4.7-flash", "RTX 3060", 46, 32.1, 410, **OLD_DDR4),
    "oss on a 3060": row("gpt-oss-20b", "RTX 3060", 2, 64, **OLD_DDR4),
    "oss on a 4090": row("gpt-oss-20b", "RTX 4090", 0, 225),
    "oss-120b on a 3090": row("gpt-oss-120b", "RTX 3090", 26, 32, 380),
    "the same, ubatch 8192": replace(row("gpt-oss-120b", "RTX 3090", 28, 30, 2091), n_ubatch=8192),
}


@pytest.mark.parametrize("published", PUBLISHED.values(), ids=PUBLISHED)
def test_published_speeds(published: Published, true_layout: Layouts) -> None:
    """None off by more than two; the median is in docs/benchmarks.md."""
    layout, hardware = true_layout(published.model, published.mix), published.hardware
    placement = Placement(
        layout.n_layer + 1,
        layout.expert_layers[: published.expert_layers],
        n_ctx=16_384,
        n_batch=published.n_ubatch,
        n_ubatch=published.n_ubatch,
        n_threads=hardware.host.cores,
        load_mode=published.load_mode,
    )
    answer = speed(layout, placement, hardware, n_past=500)
    assert 0.5 < answer.decode_tokens_per_s / published.decode < 2
    if published.prompt:
        long = speed(layout, placement, hardware, n_past=max(2000, published.n_ubatch))
        assert 0.5 < long.prompt_tokens_per_s / published.prompt < 2


def test_published_on_a_processor_alone(true_layout: Layouts) -> None:
    """A Ryzen 9 7950X: 142 tokens/s of prompt, 25.3 of answer."""
    layout = true_layout("qwen3-30b-a3b", "IQ4_XS")
    # 32 float32 operations a cycle at 4.9 GHz, of which a matrix product reaches most.
    cores = replace(RYZEN.host, core_flops_per_s=130e9)
    ryzen = replace(RYZEN, host=cores)
    found = speed(layout, Placement(n_ctx=8192, n_threads=16), ryzen, n_past=500)
    assert 0.5 < found.decode_tokens_per_s / 25.3 < 2
    assert 0.5 < found.prompt_tokens_per_s / 142 < 2


def test_two_gpus_take_turns(true_layout: Layouts) -> None:
    """Layers run one after the other: a second equal GPU makes nothing faster by itself."""
    layout = true_layout("llama-3.1-70b", "Q4_K_M")
    one = machine(card(80, "A100 80GB"))
    two = Hardware((one.gpus[0], replace(one.gpus[0], name="CUDA1")), one.host)
    alone = speed(layout, Placement(81, n_ctx=4096), one).decode.gpu_weights_s
    both = speed(layout, Placement(81, n_ctx=4096, layers_by_gpu=(40, 41)), two)
    assert both.decode.gpu_weights_s == pytest.approx(alone)
