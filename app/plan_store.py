"""What tuning found out on this machine: the fastest placements, those that failed, and how far
predictions were off.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.json_file import Unreadable, read_json, write_json
from app.placed_load import PlacedLoad
from app.set_aside import set_aside
from runtime.errors import CoterieError
from runtime.placement.calibration import Calibration, Observation, calibrated
from runtime.protocol.placement import Placement

_LOG = logging.getLogger(__name__)
MOST_OBSERVATIONS = 24
MOST_TUNED = 200


class Tuned(msgspec.Struct, frozen=True):
    """The fastest placement of one tuning, as measured. `at_s` is Unix time."""

    placement: Placement
    prompt_tokens_per_s: float
    decode_tokens_per_s: float
    at_s: float


class Chosen(msgspec.Struct, frozen=True):
    """What a person loads a model with, until they choose otherwise.

    `tuned` is whether it was the fastest one measured, `predicted` what was promised of it: (low,
    high) decode tokens/s.
    """

    file_bytes: int
    placement: Placement
    tuned: bool = False
    predicted: tuple[float, float] | None = None


class PlanBook(msgspec.Struct, frozen=True):
    """`tuned` and `failed` are by plan key, `observations` by kind of machine (`rates_key`),
    `chosen` by the model's path.
    """

    tuned: dict[str, Tuned] = {}
    failed: dict[str, tuple[Placement, ...]] = {}
    observations: dict[str, tuple[Observation, ...]] = {}
    chosen: dict[str, Chosen] = {}


@dataclass(frozen=True)
class PlanKey:
    """What a measured placement holds for. Anything that differs asks for another tuning."""

    model: Path
    file_bytes: int
    machine: str
    devices: tuple[str, ...]
    driver: str
    n_ctx: int
    objective: str

    def text(self) -> str:
        try:
            changed_ns = self.model.stat().st_mtime_ns
        except OSError:
            changed_ns = 0
        facts = (
            *(str(self.model), self.file_bytes, changed_ns, self.machine),
            *(self.devices, self.driver, self.n_ctx, self.objective),
        )
        return hashlib.sha256(repr(facts).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def rates_key(machine: str, gpus: Iterable[str]) -> str:
    """Predictions on a processor say nothing about those on a GPU, nor one card about another."""
    return f"{machine}:{'+'.join(gpus) or 'cpu'}"


class PlanStore:
    """The book on disk. A damaged one is set aside and begun anew; it is only measurements."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def tuned(self, key: PlanKey) -> Tuned | None:
        return self._read().tuned.get(key.text())

    def failed(self, key: PlanKey) -> tuple[Placement, ...]:
        """Placements that did not load, or not with enough memory left."""
        return self._read().failed.get(key.text(), ())

    def calibration(self, rates: str) -> Calibration:
        return calibrated(self._read().observations.get(rates, ()))

    def keep_tuned(self, key: PlanKey, tuned: Tuned) -> None:
        book = self._read()
        others = {name: kept for name, kept in book.tuned.items() if name != key.text()}
        newest = dict(list(others.items())[-(MOST_TUNED - 1) :]) | {key.text(): tuned}
        self._write(msgspec.structs.replace(book, tuned=newest))

    def keep_failed(self, key: PlanKey, placement: Placement) -> None:
        book = self._read()
        known = book.failed.get(key.text(), ())
        if placement not in known:
            failed = book.failed | {key.text(): (*known, placement)}
            self._write(msgspec.structs.replace(book, failed=failed))

    def observe(self, rates: str, observation: Observation) -> None:
        book = self._read()
        seen = (*book.observations.get(rates, ()), observation)[-MOST_OBSERVATIONS:]
        observations = book.observations | {rates: seen}
        self._write(msgspec.structs.replace(book, observations=observations))

    def chosen(self, model: Path, file_bytes: int, n_ctx: int) -> Placement | None:
        """What to load `model` with; None when nothing was chosen for this file and context."""
        found = self._read().chosen.get(str(model))
        if found is None or found.file_bytes != file_bytes:
            return None
        return found.placement if n_ctx in (0, found.placement.n_ctx) else None

    def chosen_load(self, model: Path, file_bytes: int, placement: Placement) -> PlacedLoad | None:
        """What was known of `placement` when it was chosen; None for one that was not."""
        found = self._read().chosen.get(str(model))
        if found is None or (found.file_bytes, found.placement) != (file_bytes, placement):
            return None
        return PlacedLoad(placement, found.tuned, found.predicted)

    def choose(
        self,
        model: Path,
        file_bytes: int,
        placement: Placement,
        *,
        tuned: bool = False,
        predicted: tuple[float, float] | None = None,
    ) -> None:
        book = self._read()
        choice = Chosen(file_bytes, placement, tuned, predicted)
        chosen = book.chosen | {str(model): choice}
        self._write(msgspec.structs.replace(book, chosen=chosen))

    def _read(self) -> PlanBook:
        try:
            return read_json(self._path, PlanBook) or PlanBook()
        except Unreadable as reason:
            _LOG.info("the tuned placements are begun anew: %s", reason)
            set_aside(self._path, "invalid")
            return PlanBook()

    def _write(self, book: PlanBook) -> None:
        try:
            write_json(self._path, book)
        except CoterieError as error:
            _LOG.info("a measured placement is not kept: %s", error)
