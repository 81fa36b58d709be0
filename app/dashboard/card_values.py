"""What stands on the picture of one run that people share: numbers, and no word of the chat."""

from __future__ import annotations

from dataclasses import dataclass

PROGRAM = "Coterie"


@dataclass(frozen=True)
class CardValues:
    """The values of one run; None where nothing was measured. `ended_at_s` is Unix time.

    `hardware` is one line. `predicted` is (low, high) in tokens/s. `compared_with` names the price
    that `saved_usd` is against.
    """

    model: str
    quantisation: str
    hardware: str
    ended_at_s: float
    answer_tokens: int = 0
    tokens_per_s: float | None = None
    predicted: tuple[float, float] | None = None
    ttft_s: float | None = None
    joules_per_token: float | None = None
    energy_is_estimated: bool = False
    saved_usd: float | None = None
    compared_with: str = ""
    program: str = PROGRAM
