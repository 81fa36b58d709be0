"""`coterie plan`: the promised keys, supposed devices and wishes, and failures in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.errors import CoterieError
from runtime.protocol.placement import Placement
from tests.cli.conftest import Completed
from tests.placement.command_line import CommandLine, command_line, this_machine

__all__ = ["command_line", "this_machine"]

GIB = 1 << 30
QWEN_LAYERS = 48


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("model") / "qwen3-30b-a3b-q4_k_m.gguf"
    write_header(SPECS["qwen3-30b-a3b"], "Q4_K_M", path)
    return str(path)


@pytest.fixture
def plan(command_line: CommandLine, qwen: str) -> Callable[..., Any]:
    """`coterie plan --json` of Qwen3-30B-A3B, on an RTX 3060 and 64 GiB but for `words`."""

    def run(*words: str) -> Any:
        return command_line.json("plan", qwen, "--gpu", "RTX 3060", "--ram", "64GiB", *words)

    return run


def test_the_promised_keys(plan: Callable[..., Any]) -> None:
    found = plan()
    assert set(found) >= {
        *("fits", "devices", "n_gpu_layers", "expert_layers_on_cpu", "overrides", "kv_type"),
        *("n_ubatch", "threads", "predicted", "warnings"),
    }
    for device in found["devices"]:
        assert set(device) >= {
            *("name", "total_bytes", "free_bytes", "used_bytes", "weights_bytes", "kv_bytes"),
            "compute_bytes",
        }
        weights = device["weights_bytes"]
        assert set(weights) == {"attention", "dense", "shared_experts", "routed_experts", "other"}
        used = sum(weights.values()) + device["kv_bytes"] + device["compute_bytes"]
        assert device["used_bytes"] == used
    predicted = found["predicted"]
    assert set(predicted) >= {
        *("prompt_tokens_per_second", "decode_tokens_per_second", "low", "high"),
    }
    assert 0 < predicted["low"] < predicted["decode_tokens_per_second"] < predicted["high"]
    terms = predicted["decode_terms_seconds"]
    if not found["calibrated_by_runs"]:
        assert 1 / sum(terms.values()) == pytest.approx(predicted["decode_tokens_per_second"])


def test_gpus_come_first_and_ram_last(plan: Callable[..., Any]) -> None:
    found = plan()
    assert [device["name"] for device in found["devices"]] == ["CUDA0", "RAM"]
    gpu, ram = found["devices"]
    assert gpu["label"] == "RTX 3060 12GB"
    assert gpu["total_bytes"] == 12 * GIB
    assert ram["total_bytes"] == 64 * GIB
    assert found["fits"]
    assert found["n_gpu_layers"] == QWEN_LAYERS + 1
    away = found["expert_layers_on_cpu"]
    assert 0 < len(away) < QWEN_LAYERS
    assert found["overrides"][0].startswith(rf"blk\.({'|'.join(map(str, away))})\.ffn_(up|")
    assert found["overrides"][0].endswith("exps=CPU")
    assert found["llama_cpp_command"].startswith("llama-server -m ")
    assert not found["compute_is_exact"]  # a supposed GPU can't be asked


def test_the_placement_in_it_is_one_that_loads(plan: Callable[..., Any]) -> None:
    found = plan()
    placement = msgspec.convert(found["placement"], Placement)
    assert placement.n_gpu_layers == found["n_gpu_layers"]
    assert list(placement.cpu_expert_layers) == found["expert_layers_on_cpu"]
    assert placement.n_threads == found["threads"]


@pytest.mark.parametrize(
    ("words", "key", "value"),
    [
        (("--ctx", "4096"), "n_ctx", 4096),
        (("--kv", "q8_0"), "kv_type", "q8_0"),
        (("--kv", "f16"), "kv_type", "f16"),
        (("--threads", "3"), "threads", 3),
        (("--objective", "documents"), "objective", "documents"),
        ((), "objective", "chat"),
        ((), "n_ctx", 8192),
        ((), "model", "qwen3-30b-a3b-q4_k_m"),
    ],
)
def test_a_wish_is_kept(
    words: tuple[str, ...], key: str, value: object, plan: Callable[..., Any]
) -> None:
    assert plan(*words)[key] == value


@pytest.mark.parametrize(
    ("words", "gpus"),
    [
        (("--vram", "24GiB"), [24 * GIB]),
        (("--vram", "24GB"), [24_000_000_000]),
        (("--vram", str(6 * GIB)), [6 * GIB]),
        (("--vram", "0"), []),
    ],
)
def test_supposed_memory(words: tuple[str, ...], gpus: list[int], plan: Callable[..., Any]) -> None:
    *found, ram = plan(*words)["devices"]
    assert [gpu["total_bytes"] for gpu in found] == gpus
    assert ram["name"] == "RAM"


def test_more_memory_keeps_more_experts(plan: Callable[..., Any]) -> None:
    away = [len(plan("--vram", f"{gib}GiB")["expert_layers_on_cpu"]) for gib in (6, 12, 24)]
    assert away[0] > away[1] > away[2] == 0


def test_long_documents_read_faster(plan: Callable[..., Any]) -> None:
    chat, documents = (plan("--objective", name)["n_ubatch"] for name in ("chat", "documents"))
    assert documents >= chat


def test_a_model_too_large_is_still_planned(command_line: CommandLine, qwen: str) -> None:
    """Exit code 0: the question was answered. What is short is said."""
    words = ("plan", qwen, "--vram", "1GiB", "--ram", "4GiB", "--ctx", "131072")
    found = command_line.json(*words)
    assert not found["fits"]
    assert any("short" in warning for warning in found["warnings"])
    assert command_line.run(*words) == 0
    assert command_line.out.startswith("Does not fit.\n")


def test_a_model_read_from_disk_is_said_to_be(command_line: CommandLine, qwen: str) -> None:
    found = command_line.json("plan", qwen, "--vram", "8GiB", "--ram", "8GiB")
    assert found["fits"]
    assert found["from_disk_share"] > 0
    assert any("from disk" in warning for warning in found["warnings"])


def test_warnings_of_a_long_context_and_a_quantised_cache(plan: Callable[..., Any]) -> None:
    told = " ".join(plan("--ctx", "65536", "--kv", "q8_0")["warnings"])
    assert "trained on 40,960 tokens" in told
    assert "q8_0" in told


def test_for_people(command_line: CommandLine, qwen: str) -> None:
    words = ("plan", qwen, "--gpu", "RTX 3060", "--ram", "64GiB", "--kv", "q8_0")
    assert command_line.run(*words) == 0
    lines = command_line.out.splitlines()
    assert lines[0] == "Fits."
    table = {line.split("  ")[0]: line for line in lines[2:5]}
    assert list(table) == ["GiB", "RTX 3060 12GB", "RAM"]
    assert table["RTX 3060 12GB"].split()[-1] == "12.0"
    assert len({len(line) for line in lines[2:5]}) == 1
    assert "49 layers on GPUs" in command_line.out
    assert "Context 8,192, KV cache q8_0" in command_line.out
    assert "Predicted: decode " in command_line.out
    assert "tok/s (" in command_line.out
    assert "! The KV cache is kept as q8_0" in command_line.out


def test_this_machine_is_asked_exactly(
    command_line: CommandLine, tiny_model: Callable[[str], Path]
) -> None:
    """Without supposed devices the engine says what a load would take."""
    found = command_line.json("plan", str(tiny_model("olmoe")), "--ctx", "512")
    assert found["fits"]
    assert found["compute_is_exact"]
    assert found["devices"][-1]["name"] == "RAM"


def test_an_unknown_gpu(command_line: CommandLine, qwen: str) -> None:
    with pytest.raises(CoterieError) as raised:
        command_line.run("plan", qwen, "--gpu", "RTX 3960")
    assert raised.value.problem.kind == "gpu_unknown"
    assert "RTX 3060" in raised.value.problem.message


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        (("plan", "nobody"), "The model is not known: "),
        (("tune", "nobody"), "The model is not known: "),
        (("bench", "nobody"), "The model is not known: "),
    ],
)
def test_a_failure_is_one_line_and_exit_code_1(
    coterie: Callable[..., Completed], words: tuple[str, ...], begins: str
) -> None:
    done = coterie(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(begins)
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("plan",),
        ("plan", "m", "--kv", "f32"),
        ("plan", "m", "--vram", "lots"),
        ("plan", "m", "--objective", "poetry"),
        ("tune", "m", "--vram", "8GB"),
        ("bench", "m", "--threads", "0"),
    ],
)
def test_wrong_usage_is_exit_code_2(
    coterie: Callable[..., Completed], words: tuple[str, ...]
) -> None:
    done = coterie(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: coterie" in done.stderr


def test_the_whole_program(
    coterie: Callable[..., Completed], tiny_model: Callable[[str], Path]
) -> None:
    done = coterie("plan", str(tiny_model("llama")), "--ctx", "512", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["fits"]
