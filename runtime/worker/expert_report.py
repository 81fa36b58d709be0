"""Tells of the router's picks while one answer is read and written."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from runtime.engine.expert_counts import ExpertCounts
from runtime.engine.expert_picks import ExpertPicks
from runtime.protocol.frames import Event, ExpertsPicked

REPORT_S = 0.5


class ExpertReport:
    """The picks of the tokens that pass while it is entered; `picks` None counts and tells nothing.

    A batch that was stopped half-way is not counted, as its tokens are not in the sequence either.
    """

    def __init__(
        self, picks: ExpertPicks | None, request_id: int, send: Callable[[Event], None]
    ) -> None:
        self._picks = picks
        self._request_id = request_id
        self._send = send
        self._counts = ExpertCounts(picks.n_experts, picks.n_used) if picks else None
        self._told_at_s = 0.0

    def __enter__(self) -> ExpertReport:
        self._watch(wanted=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._watch(wanted=False)

    def _watch(self, *, wanted: bool) -> None:
        if self._picks is not None:
            self._picks.take()
            self._picks.watching = wanted

    def passed(self, n_tokens: int, end: int) -> None:
        """`n_tokens` were computed, and the sequence has `end` tokens now."""
        if self._picks is None or self._counts is None:
            return
        self._counts.add(n_tokens, end, self._picks.take())
        if time.monotonic() - self._told_at_s >= REPORT_S:
            self.tell()

    def tell(self) -> None:
        """Send what was counted so far."""
        if self._counts is not None:
            self._send(ExpertsPicked(self._request_id, self._counts.use()))
            self._told_at_s = time.monotonic()
