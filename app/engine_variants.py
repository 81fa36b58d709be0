"""Tries a portable engine's builds for this processor, the best first, and those with AMX last."""

from __future__ import annotations

from collections.abc import Iterable

from app.engine_parts_file import EnginePartsFile, Verdict, part_key
from app.engine_probe import VariantScore
from app.engine_trials import Ask, reference_steps, try_part
from runtime.engine.cpu_variants import WITH_AMX
from runtime.protocol.engine_trial import EngineTrial

# They say that the code is wrong here; a test that hung or was refused says nothing of it.
_FAULTS = ("crashed", "wrong")


class VariantMemory:
    """What is known of the variants of one engine build on one machine."""

    def __init__(self, file: EnginePartsFile, machine: str) -> None:
        self._file, self._machine = file, machine

    def verdict(self, name: str) -> Verdict:
        return self._file.verdict(self._key(name))

    def remember(self, name: str, *, passed: bool) -> None:
        self._file.remember(self._key(name), passed=passed)

    @property
    def is_done(self) -> bool:
        """Whether all that matters here has been tried."""
        return self._file.verdict(self._key("")) == "passed"

    def done(self) -> None:
        self._file.remember(self._key(""), passed=True)

    def _key(self, name: str) -> str:
        return part_key(self._machine, "variant", name)


def climb(ask: Ask, variants: Iterable[VariantScore], memory: VariantMemory) -> None:
    """Find the best variant that works, then see whether a better one with AMX agrees with it.

    Each runs in a process of its own; what they do there is remembered.
    """
    by_score = sorted((one for one in variants if one.score > 0), key=lambda one: -one.score)
    works = None
    for variant in (one for one in by_score if one.name not in WITH_AMX):
        tried = try_part(ask, EngineTrial(variant.name), ())
        if tried.outcome == "agrees":
            works = variant
            memory.remember(variant.name, passed=True)
            break
        if tried.outcome in _FAULTS:
            memory.remember(variant.name, passed=False)
    if works is None:
        return
    better = [one for one in by_score if one.name in WITH_AMX and one.score > works.score]
    reference = reference_steps(ask, works.name) if better else ()
    for variant in better:
        tried = try_part(ask, EngineTrial(variant.name), reference)
        if tried.outcome == "agrees" or tried.outcome in _FAULTS:
            memory.remember(variant.name, passed=tried.outcome == "agrees")
    memory.done()
