"""What a model was loaded with: where it went, and how fast it was planned to be."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import asdict

from runtime.protocol.placement import Placement

# A run keeps its context by itself: another length of it alone is no other placement.
_APART = frozenset({"n_ctx"})
_USUAL = asdict(Placement())


@dataclass(frozen=True)
class PlacedLoad:
    """`placement` is None where the engine decided. `tuned` is whether it was the fastest one
    measured; `predicted` is (low, high) decode tokens/s, None where nothing was planned.
    With `captures_experts` the router's picks are counted.
    """

    placement: Placement | None = None
    tuned: bool = False
    predicted: tuple[float, float] | None = None
    captures_experts: bool = False

    @property
    def text(self) -> str:
        """Equal for equal placements: what differs from a load without a GPU."""
        if self.placement is None:
            return "engine"
        chosen = asdict(self.placement).items()
        parts = [
            f"{name}={_value(value)}"
            for name, value in chosen
            if name not in _APART and value != _USUAL[name]
        ]
        return " ".join(parts) or "host"


def _value(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
