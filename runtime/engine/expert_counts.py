"""Counts how often each expert of each layer was picked, and how often twice in a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from runtime.protocol.messages import ExpertUse

_ID = np.dtype(np.int32)
_COUNT = np.dtype("<u4")


class ExpertCounts:
    """The picks of one sequence of tokens. They are added as they come and summed up in `use`."""

    def __init__(self, n_experts: int, n_used: int) -> None:
        self._n_experts = n_experts
        self._n_used = n_used
        self._layers: dict[int, _Layer] = {}
        self._tokens = 0

    def add(self, n_tokens: int, end: int, picked: Mapping[int, bytes]) -> None:
        """`n_tokens` tokens passed, and the sequence has `end` of them now.

        `picked` are int32 ids, `n_used` a token; a layer with fewer tokens saw the last of them.
        """
        self._tokens += n_tokens
        row_bytes = self._n_used * _ID.itemsize
        for number, ids in picked.items():
            layer = self._layers.get(number)
            if layer is None:
                layer = self._layers[number] = _Layer(np.zeros(self._n_experts, _COUNT))
            layer.ids.append(ids)
            layer.positions.extend(range(end - len(ids) // row_bytes, end))

    def use(self) -> ExpertUse:
        """All picks so far."""
        for layer in self._layers.values():
            layer.sum_up(self._n_used)
        numbers = sorted(self._layers)
        layers = [self._layers[number] for number in numbers]
        return ExpertUse(
            layers=tuple(numbers),
            n_experts=self._n_experts,
            n_used=self._n_used,
            tokens=self._tokens,
            counts=b"".join(layer.counts.tobytes() for layer in layers),
            repeated=sum(layer.repeated for layer in layers),
            comparable=sum(layer.comparable for layer in layers),
        )


@dataclass
class _Layer:
    """`ids` and their `positions` wait to be summed up; `last` is the last token summed up."""

    counts: NDArray[np.uint32]
    ids: list[bytes] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    last_row: NDArray[np.int32] | None = None
    last_position: int = 0
    repeated: int = 0
    comparable: int = 0

    def sum_up(self, n_used: int) -> None:
        if not self.positions:
            return
        rows = np.frombuffer(b"".join(self.ids), _ID).reshape(-1, n_used)
        n_experts = len(self.counts)
        self.counts += np.bincount(rows.ravel(), minlength=n_experts)[:n_experts].astype(_COUNT)
        positions = self.positions
        if self.last_row is not None:
            rows = np.vstack((self.last_row, rows))
            positions = [self.last_position, *positions]
        in_a_row = np.diff(positions) == 1
        again = (rows[1:, :, None] == rows[:-1, None, :]).any(axis=2)
        self.repeated += int(again[in_a_row].sum())
        self.comparable += int(in_a_row.sum()) * n_used
        self.last_row, self.last_position = rows[-1:], positions[-1]
        self.ids, self.positions = [], []
