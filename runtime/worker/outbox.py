"""Events on their way out: text is gathered a little, so frames do not cost decode speed."""

from __future__ import annotations

import time
from collections.abc import Callable

from runtime.chat.stop_strings import StopStrings
from runtime.chat.thinking import ThinkingSplitter
from runtime.engine.text_assembly import TextAssembler
from runtime.protocol.frames import Event, Text
from runtime.worker.speed import SpeedMeter


class TextOutbox:
    """The text of one answer. The first token goes out at once, later ones every `gather_s()`."""

    def __init__(
        self,
        request_id: int,
        send: Callable[[Event], None],
        splitter: ThinkingSplitter,
        stop: StopStrings,
        gather_s: Callable[[], float],
    ) -> None:
        self._request_id = request_id
        self._send = send
        self._splitter = splitter
        self._stop = stop
        self._gather_s = gather_s
        self._assembler = TextAssembler()
        self._thoughts: list[str] = []
        self._answer: list[str] = []
        self._sent_at_s = 0.0

    @property
    def stopped(self) -> bool:
        """A stop string has come: there is no more to the answer."""
        return self._stop.stopped

    def is_answering(self) -> bool:
        """Whether a grammar for the answer holds for what comes next."""
        return self._splitter.answering

    def add(self, piece: bytes, meter: SpeedMeter, n_threads: int) -> None:
        was_thinking = self._splitter.thinking
        self._take(*self._splitter.add(self._assembler.add(piece)))
        if was_thinking or self._splitter.thinking:
            meter.count_as_thought()
        if time.monotonic() - self._sent_at_s >= self._gather_s():
            self._flush(meter, n_threads)

    def finish(self, meter: SpeedMeter, n_threads: int) -> None:
        """Send all that is left."""
        self._take(*self._splitter.add(self._assembler.finish()))
        self._take(*self._splitter.finish())
        self._answer.append(self._stop.finish())
        self._flush(meter, n_threads)

    def _take(self, thought: str, answer: str) -> None:
        self._thoughts.append(thought)
        self._answer.append(self._stop.add(answer))

    def _flush(self, meter: SpeedMeter, n_threads: int) -> None:
        text, thought = "".join(self._answer), "".join(self._thoughts)
        self._answer.clear()
        self._thoughts.clear()
        self._sent_at_s = time.monotonic()
        self._send(
            Text(self._request_id, text, meter.count, meter.live_tokens_per_s, n_threads, thought)
        )
