"""`coterie run`: the answer on stdout, the numbers beside it, failures in one line."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli.arguments import LEAST_CONTEXT
from runtime.engine.model import MIN_N_CTX
from tests.cli.conftest import COMMAND, Completed

MODEL = "smollm2-135m-moe"
QUESTION = "What is the capital of France?"
GREEDY = ("--temperature", "0")


def test_the_answer_goes_to_stdout_and_the_numbers_to_stderr(
    coterie: Callable[..., Completed],
) -> None:
    done = coterie("run", MODEL, QUESTION, "--max-tokens", "12", *GREEDY)
    assert done.returncode == 0
    assert "Paris" in done.stdout
    assert "tok/s" in done.stderr
    assert "saved $" in done.stderr


def test_json_is_one_object_with_the_promised_keys(coterie: Callable[..., Completed]) -> None:
    done = coterie("run", MODEL, QUESTION, "--json", "--max-tokens", "8", *GREEDY)
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert set(answer) >= {
        *("text", "finish_reason", "prompt_tokens", "cached_tokens", "completion_tokens"),
        *("prompt_tokens_per_second", "decode_tokens_per_second", "ttft_seconds", "threads"),
        *("memory", "savings"),
    }
    assert set(answer["memory"]) >= {"weights_bytes", "kv_bytes", "compute_bytes", "rss_bytes"}
    assert set(answer["savings"]) >= {
        *("reference", "currency", "cloud_cost", "local_cost", "saved", "assumptions"),
    }
    assert "Paris" in answer["text"]
    assert answer["completion_tokens"] <= 8
    assert answer["savings"]["currency"] == "USD"
    saved = answer["savings"]["cloud_cost"] - answer["savings"]["local_cost"]
    assert answer["savings"]["saved"] == pytest.approx(saved)


def test_the_prompt_may_come_from_stdin(coterie: Callable[..., Completed]) -> None:
    done = coterie("run", MODEL, "--max-tokens", "12", *GREEDY, stdin=QUESTION)
    assert "Paris" in done.stdout


def test_seed_threads_and_context_are_taken(coterie: Callable[..., Completed]) -> None:
    words = ("run", MODEL, QUESTION, "--json", "--max-tokens", "16", "--temperature", "1.5")
    words += ("--seed", "7", "--threads", "1", "--ctx", "300")
    first, second = (json.loads(coterie(*words).stdout) for _ in range(2))
    assert first["text"] == second["text"]
    assert first["threads"] == 1
    # 300 tokens become a multiple of 256 in llama.cpp; the starter takes 23,040 bytes each.
    assert first["memory"]["kv_bytes"] == 512 * 23_040


def test_a_file_may_be_named_by_its_path(
    coterie: Callable[..., Completed], tiny_model: Callable[[str], Path]
) -> None:
    done = coterie("run", str(tiny_model("olmoe")), "Hello", "--max-tokens", "4", "--json")
    assert json.loads(done.stdout)["completion_tokens"] == 4


def test_ctrl_c_stops_the_answer_and_still_prints_the_numbers(
    environment: dict[str, str],
) -> None:
    process = subprocess.Popen(
        (*COMMAND, "run", MODEL, "Write a very long story about the sea."),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "stop: cancelled" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        (("run", "nobody", "Hi"), "The model is not known: "),
        (("run", MODEL, ""), "Nothing to answer: "),
        (("run", "/dev/null", "Hi"), "The model is not known: "),
        (("run", MODEL, "word " * 3_000, "--ctx", "512"), "The conversation no longer fits"),
    ],
)
def test_a_failure_is_one_line_and_exit_code_1(
    coterie: Callable[..., Completed], words: tuple[str, ...], begins: str
) -> None:
    done = coterie(*words)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(begins)
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("run",),
        ("dance",),
        ("run", MODEL, "Hi", "--max-tokens", "0"),
        ("run", MODEL, "Hi", "--max-tokens", "many"),
        ("run", MODEL, "Hi", "--temperature", "-1"),
        ("run", MODEL, "Hi", "--temperature", "nan"),
        ("run", MODEL, "Hi", "--seed", "-5"),
        ("run", MODEL, "Hi", "--ctx", "255"),
    ],
)
def test_wrong_usage_is_exit_code_2(
    coterie: Callable[..., Completed], words: tuple[str, ...]
) -> None:
    done = coterie(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "usage: coterie" in done.stderr


def test_the_least_context_is_named(coterie: Callable[..., Completed]) -> None:
    assert LEAST_CONTEXT == MIN_N_CTX
    assert (
        f"200 is not between {MIN_N_CTX} and " in coterie("run", MODEL, "Hi", "--ctx", "200").stderr
    )


def test_a_prompt_too_long_is_not_advised_to_drop_turns(coterie: Callable[..., Completed]) -> None:
    done = coterie("run", MODEL, "word " * 3_000, "--ctx", "512")
    assert done.stderr.endswith("Shorten the message, or load the model with a larger context.\n")


def test_a_reader_that_leaves_is_no_traceback(environment: dict[str, str]) -> None:
    with subprocess.Popen(
        (*COMMAND, "run", MODEL, "Write a long story.", "--max-tokens", "200"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()
    assert process.returncode == 1
    assert "Traceback" not in errors
    assert "Exception" not in errors
