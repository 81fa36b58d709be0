"""The channel carries frames or breaks; it never takes the program with it."""

from __future__ import annotations

import io
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from runtime.engine_process import Exited
from runtime.exit_reasons import why
from runtime.protocol.channel import (
    LENGTH,
    BrokenChannel,
    FrameTooLarge,
    FrameWriter,
    command_reader,
    event_reader,
)
from runtime.protocol.frames import MAX_FRAME_BYTES, Cancel, Hello, Load, Loaded
from runtime.worker.mailbox import EXIT_BROKEN_CHANNEL
from tests.engine_client import Ended, EngineClient, worker_environment


def framed(body: bytes) -> bytes:
    return LENGTH.pack(len(body)) + body


def test_a_frame_arrives_as_it_was_sent() -> None:
    stream = io.BytesIO()
    FrameWriter(stream).write(Load(7, "/a/b.gguf", 4096))
    stream.seek(0)
    reader = command_reader(stream)
    assert reader.read() == Load(7, "/a/b.gguf", 4096)
    assert reader.read() is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x01", "ended inside"),
        (framed(b"abc")[:-1], "ended inside"),
        (LENGTH.pack(MAX_FRAME_BYTES + 1), "a frame of"),
        (framed(b"not msgpack"), "not a frame"),
        (framed(msgspec.msgpack.encode({"type": "order_pizza"})), "not a frame"),
        (framed(msgspec.msgpack.encode({"type": "hello", "pid": "x"})), "not a frame"),
        (b"printf by some library", "a frame of"),
    ],
)
def test_anything_else_breaks_the_channel(data: bytes, reason: str) -> None:
    with pytest.raises(BrokenChannel, match=reason):
        event_reader(io.BytesIO(data)).read()


def test_too_large_a_frame_is_refused_before_a_byte_is_written() -> None:
    stream = io.BytesIO()
    with pytest.raises(FrameTooLarge):
        FrameWriter(stream).write(Load(1, "x" * MAX_FRAME_BYTES))
    assert stream.getvalue() == b""


@pytest.mark.parametrize(
    "garbage",
    [LENGTH.pack(MAX_FRAME_BYTES + 1), framed(msgspec.msgpack.encode({"type": "order_pizza"}))],
)
def test_the_worker_ends_at_a_bad_command(garbage: bytes) -> None:
    done = subprocess.run(
        (sys.executable, "-P", "-m", "runtime.worker"),
        input=garbage,
        capture_output=True,
        timeout=30,
        env=worker_environment(),
    )
    assert done.returncode == EXIT_BROKEN_CHANNEL
    assert isinstance(event_reader(io.BytesIO(done.stdout)).read(), Hello)


@pytest.fixture
def lying_client(tmp_path: Path) -> Callable[[str], EngineClient]:
    """A client whose worker is a script of the test."""

    def start(script: str) -> EngineClient:
        path = tmp_path / "worker.py"
        path.write_text(textwrap.dedent(script))
        return EngineClient(tmp_path / "engine.log", (sys.executable, str(path)))

    return start


@pytest.mark.parametrize(
    "lie",
    ["b'\\xff\\xff\\xff\\xff'", "b'\\x04\\x00\\x00\\x00oops'", "b'Segmentation fault (core)'"],
)
def test_a_worker_that_lies_is_ended_and_told(
    lying_client: Callable[[str], EngineClient], lie: str
) -> None:
    client = lying_client(
        f"""
        import sys, threading
        sys.stdout.buffer.write({lie})
        sys.stdout.buffer.flush()
        threading.Event().wait()
        """
    )
    with pytest.raises(Ended) as ended:
        client.wait(Loaded, 10)
    assert isinstance(ended.value.event, Exited)
    problem = why(ended.value.event)
    assert problem.kind == "engine_crashed"
    assert "could not be read" in problem.message


def test_sending_to_a_worker_that_is_gone_is_no_error(
    lying_client: Callable[[str], EngineClient],
) -> None:
    client = lying_client("raise SystemExit(3)")
    exited = client.wait(Exited, 10)
    assert (exited.returncode, exited.expected) == (3, False)
    for _ in range(3):
        client.send(Cancel(1))


def test_what_native_code_prints_goes_to_the_log(tmp_path: Path) -> None:
    """Python's print, C's puts and a plain write to descriptor 1, after the streams are claimed."""
    script = textwrap.dedent(
        """
        import ctypes, os
        from runtime.worker.standard_streams import claim_standard_streams
        from runtime.protocol.channel import FrameWriter
        from runtime.protocol.frames import Hello
        _, frames_out = claim_standard_streams()
        c = ctypes.CDLL(None)
        print("from Python", flush=True)
        c.puts(b"from C")
        c.fflush(None)
        os.write(1, b"from the system")
        FrameWriter(frames_out).write(Hello(1, 42))
        """
    )
    done = subprocess.run(
        (sys.executable, "-c", script), capture_output=True, timeout=30, env=worker_environment()
    )
    reader = event_reader(io.BytesIO(done.stdout))
    assert reader.read() == Hello(1, 42)
    assert reader.read() is None
    for origin in (b"from Python", b"from C", b"from the system"):
        assert origin in done.stderr
