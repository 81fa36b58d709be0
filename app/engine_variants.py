"""Tries a portable engine's builds for this processor, the best first, and those with AMX last."""

from __future__ import annotations

from collections.abc import Iterable

from app.engine_parts_file import EnginePartsFile, Verdict, part_key
from app.engine_probe import VariantScore
from app.engine_trials import Ask, Tried, reference_steps, try_part
from runtime.engine.cpu_variants import WITH_AMX
from runtime.protocol.engine_trial import EngineTrial


class VariantMemory:
    """What is known of the variants of one engine build on one machine."""

    def __init__(self, file: EnginePartsFile, machine: str) -> None:
        self._file, self._machine = file, machine

    def verdict(self, name: str) -> Verdict:
        return self._file.verdict(self._key(name))

    def remember(self, name: str, tried: Tried) -> None:
        """Nothing of a test that could not be made."""
        if tried.is_judged:
            self._file.remember(self._key(name), passed=tried.passed)

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

    Each runs in a process of its own; what they do there is remembered. Where a test could not be
    made it is not done yet.
    """
    by_score = sorted((one for one in variants if one.score > 0), key=lambda one: -one.score)
    works, all_judged = None, True
    for variant in (one for one in by_score if one.name not in WITH_AMX):
        tried = try_part(ask, EngineTrial(variant.name), ())
        memory.remember(variant.name, tried)
        all_judged = all_judged and tried.is_judged
        if tried.passed:
            works = variant
            break
    if works is None:
        return
    better = [one for one in by_score if one.name in WITH_AMX and one.score > works.score]
    reference = reference_steps(ask, works.name) if better else ()
    if better and not reference:
        return  # nothing to compare with: it answered a moment ago
    for variant in better:
        tried = try_part(ask, EngineTrial(variant.name), reference)
        memory.remember(variant.name, tried)
        all_judged = all_judged and tried.is_judged
    if all_judged:
        memory.done()
