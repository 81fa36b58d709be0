"""Question and answer of an engine's trial: a tiny model evaluated by a part not yet trusted."""

from __future__ import annotations

import msgspec

from runtime.engine_parts import PackPart


class EngineTrial(msgspec.Struct, frozen=True):
    """Load `variant` ("" is the usual one) and `pack`, whose system's libraries are `needs`."""

    variant: str = ""
    pack: PackPart | None = None
    needs: tuple[str, ...] = ()


class TrialStep(msgspec.Struct, frozen=True):
    """The greedy token after one of the tiny model's tokens, and the logits behind it."""

    token: int
    logits: tuple[float, ...]


class EngineTrialResult(msgspec.Struct, frozen=True):
    """`missing` is a library of the system that did not load, `fault` why no token came.

    `device` is the pack's first device, "" where it has none.
    """

    steps: tuple[TrialStep, ...] = ()
    device: str = ""
    missing: str = ""
    fault: str = ""
