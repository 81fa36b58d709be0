"""`python -m benchmarks.flood_worker RATE TOKENS`: a worker that answers at a steady rate.

It speaks the real frames over the real pipe; each token is a frame of its own.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

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

WORDS = [
    "The",
    "ship",
    "left",
    "the",
    "*harbour*",
    "at",
    "dawn,",
    "and",
    "the",
    "`crew`",
    "sang.",
    "It",
    "was",
    "**bright**",
    "and",
    "cold.",
    "Nobody",
    "spoke",
    "of",
    "the",
    "storm",
    "that",
    "had",
    "taken",
    "the",
    "mast;",
    "they",
    "counted",
    "ropes,",
    "sails",
    "and",
    "bread.",
    "",
]
PARAGRAPH_WORDS = 60


def main(rate: float, tokens: int, piece: Callable[[int], str]) -> None:
    """`piece(number)` is the text of each token, from 1."""
    reader = command_reader(sys.stdin.buffer)
    writer = FrameWriter(sys.stdout.buffer)
    writer.write(Hello(PROTOCOL_VERSION, os.getpid()))
    while (command := reader.read()) is not None:
        match command:
            case Load():
                writer.write(Loaded(command.request_id, FACTS, MEMORY, 1 << 20, 2, "flood"))
            case Generate():
                _answer(writer, command.request_id, rate, tokens, piece)


def _answer(
    writer: FrameWriter, request_id: int, rate: float, tokens: int, piece: Callable[[int], str]
) -> None:
    writer.write(PromptProgress(request_id, 12, 0, 12))
    started_s = time.monotonic()
    for count in range(1, tokens + 1):
        delay_s = started_s + count / rate - time.monotonic()
        if delay_s > 0:
            time.sleep(delay_s)  # the rate is the purpose here
        writer.write(Text(request_id, piece(count), count, rate, 2))
    writer.write(Finished(request_id, stats("stop", tokens)))


def word(number: int) -> str:
    """Plain prose in paragraphs."""
    end = "\n\n" if number % PARAGRAPH_WORDS == 0 else " "
    return WORDS[number % len(WORDS)] + end


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), word)
