"""A placement as a short text: equal for equal ones, another for any other."""

from __future__ import annotations

from app.placed_load import PlacedLoad
from runtime.protocol.placement import Placement

HOST = Placement()
OTHERS: dict[str, object] = {
    "n_gpu_layers": 17,
    "cpu_expert_layers": (1, 2),
    "split_layer": 3,
    "split_stems": ("ffn_down",),
    "layers_by_gpu": (9, 8),
    "kv_type": "q8_0",
    "n_batch": 2048,
    "n_ubatch": 1024,
    "n_threads": 6,
    "load_mode": "none",
    "no_host": True,
    "use_extra_bufts": False,
    "op_offload": False,
    "swa_full": True,
}


def text(**changes: object) -> str:
    return PlacedLoad(Placement(**changes)).text  # type: ignore[arg-type]


def test_each_choice_makes_another_text_but_the_context() -> None:
    assert {*OTHERS, "n_ctx"} == set(Placement.__struct_fields__)
    texts = [text(**{name: value}) for name, value in OTHERS.items()]
    assert len({*texts, text(), PlacedLoad().text}) == len(OTHERS) + 2
    assert all(texts)
    assert text(n_ctx=4096) == text(n_ctx=8192) == text()


def test_it_reads_as_llama_cpp_names_it() -> None:
    assert text() == "host"
    assert PlacedLoad().text == "engine"
    assert text(n_gpu_layers=31, cpu_expert_layers=(0, 1), kv_type="q8_0") == (
        "n_gpu_layers=31 cpu_expert_layers=0,1 kv_type=q8_0"
    )
