"""Events on their way out: text is gathered a little, so frames do not cost decode speed."""

from __future__ import annotations

import time
from collections.abc import Callable

from runtime.engine.text_assembly import TextAssembler
from runtime.protocol.frames import Event, Text
from runtime.worker.speed import SpeedMeter

GATHER_S = 0.04


class TextOutbox:
    """The text of one answer. The first token goes out at once, later ones every `GATHER_S`."""

    def __init__(self, request_id: int, send: Callable[[Event], None]) -> None:
        self._request_id = request_id
        self._send = send
        self._assembler = TextAssembler()
        self._waiting: list[str] = []
        self._sent_at_s = 0.0

    def add(self, piece: bytes, meter: SpeedMeter, n_threads: int) -> None:
        self._waiting.append(self._assembler.add(piece))
        if time.monotonic() - self._sent_at_s >= GATHER_S:
            self._flush(meter, n_threads)

    def finish(self, meter: SpeedMeter, n_threads: int) -> None:
        """Send all that is left."""
        self._waiting.append(self._assembler.finish())
        self._flush(meter, n_threads)

    def _flush(self, meter: SpeedMeter, n_threads: int) -> None:
        text = "".join(self._waiting)
        self._waiting.clear()
        self._sent_at_s = time.monotonic()
        self._send(Text(self._request_id, text, meter.count, meter.live_tokens_per_s, n_threads))
