"""Loads a model for a session: asks where it goes, and tries safer ways when memory runs short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.engine_host import EngineHost
from app.local_models import LocalModel
from app.placed_load import PlacedLoad
from app.placer import GPU_SHORT, Placer, Safer
from runtime.errors import CoterieError, Problem
from runtime.protocol.messages import MemoryUse
from runtime.protocol.placement import Placement

MOST_TRIES = 4


class ModelLoading:
    """`failed` is called when not even a worker could be started. Without a `placer` the engine
    decides. `load_id` is the host's number of the load that runs, 0 while none does.
    """

    def __init__(
        self,
        host: EngineHost,
        placer: Placer | None,
        tell: Callable[[Problem], None],
        failed: Callable[[Problem], None],
        capture_experts: Callable[[], bool] = lambda: False,
    ) -> None:
        self._host, self._placer = host, placer
        self._tell, self._failed = tell, failed
        self._capture_experts, self._captures = capture_experts, False
        self._model: LocalModel | None = None
        self._placement: Placement | None = None
        self._relief: Safer | None = None
        self._ticket = 0
        self._tries = 0
        self._n_ctx = 0
        self.load_id = 0

    def load(self, model: LocalModel, n_ctx: int) -> None:
        """Begin; what ran before is ended at once, since its memory counts as free."""
        self._host.stop()
        self._model, self._n_ctx, self._placement = model, n_ctx, None
        self._tries, self.load_id, self._relief = 0, 0, None
        self._ticket += 1
        ticket = self._ticket
        if self._placer is None:
            self._placed(ticket, None)
        else:
            self._placer.place(model, n_ctx, lambda placement: self._placed(ticket, placement))

    def cancel(self) -> bool:
        """Whether there was nothing to cancel in the engine yet: then the load is simply over."""
        if self.load_id:
            self._host.cancel(self.load_id)
            return False
        self._ticket += 1
        return True

    def close(self) -> None:
        """A plan that comes in from now on loads nothing."""
        self._ticket += 1

    def try_safer(self, problem: Problem) -> bool:
        """After a load that failed: whether another is tried, of which the person is told."""
        if self._placer is None or self._model is None or self._placement is None:
            return False
        safer = self._placer.safer(self._model, self._placement, problem)
        if safer is None or self._tries >= MOST_TRIES:
            return False
        self._tries += 1
        self._tell(safer.notice)
        self._placed(self._ticket, safer.placement)
        return True

    def offer(self, free_bytes: int, shown: tuple[Problem, ...]) -> None:
        """Tell, once until it is dismissed, that a GPU has only `free_bytes` left and what would
        help; `relieve` then does it.
        """
        if self._placer is None or self._model is None or self._placement is None:
            return
        if any(notice.kind == GPU_SHORT for notice in shown):
            return
        self._relief = self._placer.relieved(self._model, self._placement, free_bytes)
        if self._relief is not None:
            self._tell(self._relief.notice)

    def relieve(self) -> bool:
        """Load again with what was offered last; False when there is nothing to act on."""
        if self._relief is None:
            return False
        self._host.stop()
        relief, self._relief = self._relief, None
        self._placed(self._ticket, relief.placement)
        return True

    def loaded(self, memory: MemoryUse) -> PlacedLoad:
        """The load is done: what it was loaded with."""
        known = None
        if self._placer and self._model and self._placement:
            known = self._placer.loaded(self._model, self._placement, memory)
        return replace(known or PlacedLoad(self._placement), captures_experts=self._captures)

    def _placed(self, ticket: int, placement: Placement | None) -> None:
        if ticket != self._ticket or self._model is None:
            return
        self._placement = placement
        self._captures = self._capture_experts()
        try:
            path = str(self._model.path)
            self.load_id = self._host.load(
                path,
                n_ctx=self._n_ctx,
                placement=placement,
                capture_experts=self._captures,
            )
        except CoterieError as error:
            self._failed(error.problem)
