"""Crash reports hold what helps and nothing of what a person wrote, keys or where they live."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.crash_cleaning import cleaned
from app.crash_facts import program_facts
from app.crash_log_lines import MOST_LINES, safe_lines
from app.crash_reports import MOST_KEPT, CrashReports
from app.crash_traces import kind_of, own_file, trace_lines
from app.hard_crash import report_last_crash
from app.version import version
from runtime.errors import CoterieError, Problem
from runtime.protocol.channel import BrokenChannel
from tests.engine_client import CHECKOUT, worker_environment

HOME = Path("/home/ada.lovelace")
PROMPT = "My doctor says I have gallstones"
TOKEN = "hf_CanaryThatNobodyMaySee"
SECRETS = (PROMPT, "gallstones", TOKEN, "Canary", "ada", "lovelace")
NOW = datetime(2026, 11, 26, 3, 15, tzinfo=UTC)


def reports(folder: Path, now: datetime = NOW) -> CrashReports:
    return CrashReports(folder, HOME, lambda: (("Coterie", "0.1.0"),), lambda: now)


def holds_no_secret(text: str) -> None:
    for secret in SECRETS:
        assert secret not in text


def rethrown(fault: BaseException) -> None:
    """With a frame of our own code in what it came from."""
    try:
        cleaned(fault, HOME)  # type: ignore[arg-type]
    except TypeError as inner:
        raise fault from inner


# Exceptions


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (ValueError(f"cannot parse {PROMPT!r}"), "ValueError"),
        (KeyError(TOKEN), "KeyError"),
        (FileNotFoundError(2, "no", f"{HOME}/{PROMPT}.txt"), "FileNotFoundError: [Errno 2] "),
        (OSError(f"{PROMPT} {TOKEN}"), "OSError"),
        (OSError(errno.ENOSPC, PROMPT), "OSError: [Errno 28] No space left on device"),
        (UnicodeEncodeError("ascii", PROMPT, 0, 1, TOKEN), "UnicodeEncodeError"),
        (BrokenChannel(PROMPT), "runtime.protocol.channel.BrokenChannel"),
        (CoterieError(Problem("x", PROMPT, TOKEN)), "runtime.errors.CoterieError"),
        (SyntaxError(PROMPT, (f"{HOME}/x.py", 1, 1, PROMPT)), "SyntaxError"),
        (ExceptionGroup(PROMPT, [ValueError(TOKEN)]), "ExceptionGroup"),
    ],
)
def test_an_exception_is_told_without_what_it_says(
    tmp_path: Path, fault: BaseException, kind: str
) -> None:
    fault.add_note(PROMPT)
    with pytest.raises(type(fault)) as info:
        rethrown(fault)
    caught = info.value
    lines = trace_lines(caught)
    assert kind_of(caught).startswith(kind)
    assert any(line.startswith("  app/crash_cleaning.py:") for line in lines)
    path = reports(tmp_path).write("window", kind_of(caught), lines)
    assert path is not None
    text = path.read_text()
    assert kind in text
    holds_no_secret(text)


def test_frames_of_others_are_counted_only() -> None:
    def fail(_line: object) -> int:
        raise ValueError(PROMPT)

    with pytest.raises(ValueError, match="gallstones") as caught:
        sorted([3], key=fail)
    assert trace_lines(caught.value) == ("ValueError", "  (2 of other libraries)")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (str(CHECKOUT / "ui" / "desk.py"), "ui/desk.py"),
        (str(CHECKOUT / "runtime" / "engine" / "model.py"), "runtime/engine/model.py"),
        ("ui/desk.py", "ui/desk.py"),
        (str(CHECKOUT / ".venv" / "lib" / "x.py"), ""),
        (f"{HOME}/ui/desk.py", ""),
        ("/usr/lib/python3.11/json/decoder.py", ""),
        ("<string>", ""),
        ("ui/../../x.py", ""),
    ],
)
def test_which_files_are_ours(path: str, expected: str) -> None:
    assert own_file(path) == expected


def test_a_circle_of_exceptions_ends() -> None:
    first, second = ValueError(1), KeyError(2)
    first.__cause__, second.__cause__ = second, first
    assert trace_lines(first) == ("KeyError", "then, while that was dealt with:", "ValueError")


# Logs


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("load_tensors:   CPU_Mapped model buffer size =   424.86 MiB", None),
        ("load_tensors: offloaded 12/30 layers to GPU", None),
        ("ggml_backend_amx_mul_mat", None),
        (
            "load_tensors: RPC0[192.168.1.7:50052] model buffer size =   512.00 MiB",
            "load_tensors: RPC0 model buffer size =   512.00 MiB",
        ),
        (
            "load_tensors: RPC0[ada-pc.local:50052] model buffer size =   512.00 MiB",
            "load_tensors: RPC0 model buffer size =   512.00 MiB",
        ),
        (
            "llama_kv_cache: RPC1[[fe80::1]:50052] KV buffer size =    24.00 MiB",
            "llama_kv_cache: RPC1 KV buffer size =    24.00 MiB",
        ),
        ("load_tensors: 192.168.1.7:50052 model buffer size =   512.00 MiB", ""),
        ("CUDA error: out of memory", None),
        ("GGML_ASSERT(a == b) failed", ""),
        (
            f"{HOME}/l/ggml/src/ggml.c:3210: GGML_ASSERT(a->ne[0] == b->ne[0]) failed",
            "ggml.c:3210: GGML_ASSERT(a->ne[0] == b->ne[0]) failed",
        ),
        (
            "/home/ada lovelace/x/ggml-cuda.cu:88: CUDA error",
            "ggml-cuda.cu:88: CUDA error",
        ),
        (
            f"  current device: 0, in function alloc at {HOME}/ggml-cuda.cu:123",
            "  current device: 0, in function alloc at ggml-cuda.cu:123",
        ),
        (
            "load_backend: loaded CPU backend from /home/ada lovelace/bin/libggml-cpu-haswell.so",
            "load_backend: loaded CPU backend from libggml-cpu-haswell.so",
        ),
        ("Traceback (most recent call last):", None),
        (
            f'  File "{CHECKOUT}/runtime/worker/service.py", line 12, in run',
            "  runtime/worker/service.py:12 in run",
        ),
        (f'  File "{HOME}/secret/plan.py", line 12, in run', ""),
        (f'    answer = ask("{PROMPT}")', ""),
        (f"ValueError: {PROMPT}", "ValueError"),
        (f"runtime.errors.CoterieError: {TOKEN}", "runtime.errors.CoterieError"),
        (f"hub: Invalid value {PROMPT}", ""),
        (f"parse: error parsing grammar: expecting name at {PROMPT}", ""),
        (f"print_info: general.name = {PROMPT}", ""),
        (f"llama_model_loader: loaded meta data from {HOME}/m.gguf", ""),
        (f"CUDA error: {PROMPT}", ""),
        (PROMPT, ""),
        (TOKEN, ""),
        ("Fatal Python error: Segmentation fault", None),
        (f"Fatal Python error: {PROMPT}", ""),
        (
            "Current thread 0x00007f10 (most recent call first):",
            "Current thread 0x00007f10",
        ),
        (f"Thread 0x7f [{PROMPT}] (most recent call first):", "Thread 0x7f"),
        (f'  File "{CHECKOUT}/ui/desk.py", line 7 in show_state', "  ui/desk.py:7 in show_state"),
        ("terminate called after throwing an instance of 'std::bad_alloc'", None),
        (f"  what():  {PROMPT}", ""),
    ],
)
def test_which_lines_of_a_log_are_told(line: str, kept: str | None) -> None:
    assert safe_lines(line) == tuple(filter(None, [line if kept is None else kept]))
    holds_no_secret("\n".join(safe_lines(line)))


def test_only_the_end_of_a_log_is_told() -> None:
    log = "\n".join(f"load_tensors: CPU model buffer size = {n}.00 MiB" for n in range(500))
    lines = safe_lines(log)
    assert len(lines) == MOST_LINES
    assert lines[-1].endswith("499.00 MiB")


# The last net


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{HOME}/models/x.gguf", "~/models/x.gguf"),
        (f"in {HOME}", "in ~"),
        ("/home/grace/x", "~/x"),
        ("/Users/grace hopper", "~ hopper"),
        (r"C:\Users\grace\x", r"~\x"),
        (f"/srv{HOME}x", "/srv~"),
        (f"{TOKEN}, then", "[hidden], then"),
        ("Authorization: Bearer abcdef123456", "Authorization: [hidden]"),
        ("HF_TOKEN=abc", "[hidden]"),
        ("n_tokens = 512", "n_tokens = 512"),
        ("token: abc", "[hidden]"),
        ("api_key = abc", "[hidden]"),
        ("sk-proj-abcdefghij", "[hidden]"),
        ("http://ada:pw@proxy:3128", "http://proxy:3128"),
        ("n_gpu_layers 31, n_ctx 4096", "n_gpu_layers 31, n_ctx 4096"),
    ],
)
def test_what_looks_like_a_key_or_a_home_is_hidden(text: str, expected: str) -> None:
    assert cleaned(text, HOME) == expected


def test_a_home_that_is_the_root_hides_nothing() -> None:
    assert cleaned("/usr/lib/x", Path("/")) == "/usr/lib/x"


# Files


def test_a_report_as_it_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "crashes"
    path = reports(folder).write(
        "engine", "it was ended by SIGSEGV", ("ggml_x",), (("Model", "m.gguf"),)
    )
    assert path == folder / "2026-11-26T031500-engine.txt"
    assert path.read_text() == (
        "Coterie ended a part unexpectedly: the engine's process\n"
        "=======================================================\n"
        "\n"
        "When           2026-11-26 03:15:00 +0000\n"
        "What happened  it was ended by SIGSEGV\n"
        "Model          m.gguf\n"
        "\n"
        "Coterie  0.1.0\n"
        "\n"
        "Where\n"
        "  ggml_x\n"
        "\n"
        "This report lies on this computer only and was sent nowhere. It holds no prompts,"
        " answers,\ntokens or keys; read it through before you pass it on.\n"
    )


def test_the_newest_are_kept_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for number in range(MOST_KEPT + 5):
        reports(tmp_path, NOW + timedelta(seconds=number)).write("hub", "x")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == MOST_KEPT + 1
    assert names[0] == "2026-11-26T031505-hub.txt"
    assert names[-1] == "notes.txt"


def test_the_same_again_at_once_is_not_written_again(tmp_path: Path) -> None:
    now = NOW
    several = CrashReports(tmp_path, HOME, tuple, lambda: now)
    first = several.write("window", "ValueError", ("a",))
    assert several.write("window", "ValueError", ("a",)) == first
    assert several.write("window", "ValueError", ("b",)) != first
    now = NOW + timedelta(minutes=2)
    assert several.write("window", "ValueError", ("a",)) != first
    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        "2026-11-26T031500-window-2.txt",
        "2026-11-26T031500-window.txt",
        "2026-11-26T031700-window.txt",
    ]


def test_a_folder_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert reports(tmp_path / "file").write("window", "ValueError") is None


def test_one_that_can_not_be_written_is_not_tried_again_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    asked: list[str] = []

    def about() -> tuple[()]:
        asked.append("program")
        return ()

    several = CrashReports(tmp_path / "file", HOME, about, lambda: NOW)
    assert several.write("window", "ValueError") is None
    assert several.write("window", "ValueError") is None
    assert asked == ["program"]


def test_what_is_told_of_the_program() -> None:
    told = dict(program_facts())
    assert told["Coterie"] == version()
    assert "Qt" in "".join(told)
    assert all(told.values())


# A crash in native code

CRASH = """
import ctypes, sys
from pathlib import Path
from app.hard_crash import note_hard_crashes
from app.crash_cleaning import cleaned
note_hard_crashes(Path(sys.argv[1]))
class Text(str):
    def __str__(self): ctypes.string_at(0)
class Home:
    def resolve(self): ctypes.string_at(0)
    __str__ = resolve
cleaned("My doctor says I have gallstones", Home())
"""


def crashed(file: Path, **variables: str) -> int:
    environment = worker_environment() | variables
    environment.pop("PYTHONFAULTHANDLER", None)
    done = subprocess.run(
        (sys.executable, "-c", CRASH, str(file)),
        env=environment | variables,
        stderr=subprocess.DEVNULL,
        timeout=60,
    )
    return done.returncode


def test_a_crash_in_native_code_is_reported_at_the_next_start(tmp_path: Path) -> None:
    file, folder = tmp_path / "logs" / "window-crash.log", tmp_path / "crashes"
    assert report_last_crash(file, reports(folder)) is None
    assert crashed(file) == -signal.SIGSEGV
    problem = report_last_crash(file, reports(folder))
    assert problem is not None
    assert problem.kind == "window_crashed"
    (path,) = folder.iterdir()
    assert str(path) in problem.message
    assert path.name.endswith("-window.txt")
    text = path.read_text()
    assert "What happened  Fatal Python error: Segmentation fault" in text
    assert "app/crash_cleaning.py:" in text
    holds_no_secret(text)
    assert not file.exists()
    assert report_last_crash(file, reports(folder)) is None


def test_one_that_ended_well_leaves_nothing_to_report(tmp_path: Path) -> None:
    file = tmp_path / "window-crash.log"
    file.write_bytes(b"")
    assert report_last_crash(file, reports(tmp_path / "crashes")) is None
    file.write_text(f"{PROMPT}\n{TOKEN}\n")
    assert report_last_crash(file, reports(tmp_path / "crashes")) is None
    assert not (tmp_path / "crashes").exists()


def test_pythons_own_is_left_to_who_turned_it_on(tmp_path: Path) -> None:
    file = tmp_path / "window-crash.log"
    assert crashed(file, PYTHONFAULTHANDLER="1") == -signal.SIGSEGV
    assert not file.exists()
