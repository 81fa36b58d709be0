"""A hub process to ask: one answer for each request, and what it cost the process."""

from __future__ import annotations

import itertools
import os
import queue
import re
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from runtime.frame_process import Ended, FrameProcess, hub_process
from runtime.hub.frames import HubEvent, HubFailed, HubHello

PATIENCE_S = 30.0
_FOREIGN = re.compile(r"HF_|HUGGING_FACE_|TRANSFORMERS_|.*_PROXY$", re.IGNORECASE)
AnswerT = TypeVar("AnswerT", bound=msgspec.Struct)


class Asking:
    """A hub process while it is entered; its home folder is `home`."""

    def __init__(self, endpoint: str, home: Path, environment: Mapping[str, str] = {}) -> None:
        self.home = home
        self.log_path = home / "hub.log"
        clean = {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}
        own = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home / "hf"), "HOME": str(home)}
        self._process: FrameProcess[HubEvent] = hub_process(
            self.log_path, environment={**clean, **own, **environment}
        )
        self._events: queue.SimpleQueue[HubEvent | Ended] = queue.SimpleQueue()
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        self._process.start(self._events.put)
        hello = self.next_event()
        assert isinstance(hello, HubHello)
        self.hello = hello
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.stop()

    def number(self) -> int:
        return next(self._numbers)

    def send(self, frame: msgspec.Struct) -> None:
        self._process.send(frame)

    def next_event(self, timeout_s: float = PATIENCE_S) -> Any:
        return self._events.get(timeout=timeout_s)

    def ask(self, kind: type[msgspec.Struct], expected: type[AnswerT], *what: Any) -> AnswerT:
        """Ask `kind(number, *what)`; the answer must be an `expected` with the same number."""
        number = self.number()
        self.send(kind(number, *what))
        event = self.next_event()
        assert isinstance(event, expected), event
        assert event.request_id == number  # type: ignore[attr-defined]
        return event

    def fails(self, kind: type[msgspec.Struct], *what: Any) -> HubFailed:
        return self.ask(kind, HubFailed, *what)

    def peak_bytes(self) -> int:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s*(\d+) kB", status)
        assert found
        return int(found[1]) * 1024

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")
