"""The user's choices, kept as one readable JSON file."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Theme = Literal["system", "light", "dark"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every choice with its default. `reference_price` is an id in the price list."""

    theme: Theme = "system"
    model_id: str = ""
    reference_price: str = "ainews-gpt-4o"
    electricity_usd_per_kwh: Annotated[float, msgspec.Meta(ge=0, le=10)] = 0.30
    n_ctx: Annotated[int, msgspec.Meta(ge=0)] = 0
    temperature: Annotated[float, msgspec.Meta(ge=0, le=5)] = 0.7
    live_panel_open: bool = True
    first_run_done: bool = False
