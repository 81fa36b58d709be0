"""`python -m benchmarks.counting_worker LOG`: a worker whose tokens are numbered.

It says in LOG when it made each token; like the real worker it sends 25 frames a second.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TextIO

from runtime.fake_engine import FACTS, MEMORY, stats
from runtime.protocol.channel import FrameWriter, command_reader
from runtime.protocol.frames import (
    PROTOCOL_VERSION,
    Finished,
    Generate,
    Hello,
    Load,
    Loaded,
    PromptProgress,
    Text,
)

RATE = 100
FRAME_TOKENS = 4
SHORT, LONG = "Say little", "Say much"
SHORT_TOKENS, LONG_TOKENS = 10, 3_000


def token(number: int) -> str:
    """The text of a token, from 1."""
    return f"{number} "


def main(log: TextIO) -> None:
    reader = command_reader(sys.stdin.buffer)
    writer = FrameWriter(sys.stdout.buffer)
    writer.write(Hello(PROTOCOL_VERSION, os.getpid()))
    while (command := reader.read()) is not None:
        match command:
            case Load():
                writer.write(Loaded(command.request_id, FACTS, MEMORY, 1 << 20, 2, "counting"))
            case Generate():
                is_long = command.messages[-1].content.startswith(LONG)
                _answer(writer, command.request_id, log if is_long else None)


def _answer(writer: FrameWriter, request_id: int, log: TextIO | None) -> None:
    writer.write(PromptProgress(request_id, 12, 0, 12))
    count = LONG_TOKENS if log else SHORT_TOKENS
    started_s, pieces = time.monotonic(), ""
    for number in range(1, count + 1):
        time.sleep(max(0.0, started_s + number / RATE - time.monotonic()))
        pieces += token(number)
        if log:
            print(number, time.monotonic(), file=log, flush=True)
        if number % FRAME_TOKENS == 0 or number == count:
            writer.write(Text(request_id, pieces, number, RATE, 2))
            pieces = ""
    writer.write(Finished(request_id, stats("stop", count)))


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w", encoding="utf-8") as file:
        main(file)
