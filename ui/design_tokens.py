"""The design's colours, sizes and type, read from `assets/design_tokens.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

ASSETS = Path(__file__).resolve().parent.parent / "assets"

PaletteName = Literal["light", "dark"]


@dataclass(frozen=True)
class TypeRole:
    """One size of type. `size` and `line` are logical pixels, `tracking_px` goes between letters.

    `families` are tried in order.
    """

    families: tuple[str, ...]
    size: float
    line: int
    weight: int
    tracking_px: float


@dataclass(frozen=True)
class DesignTokens:
    """`palettes` maps a colour's dotted name ("text.primary") to #RRGGBB, for each palette.

    `sizes` maps dotted names ("layout.rail", "radius.card") to logical pixels.
    """

    palettes: Mapping[PaletteName, Mapping[str, str]]
    sizes: Mapping[str, float]
    type_roles: Mapping[str, TypeRole]


def read_design_tokens(path: Path = ASSETS / "design_tokens.json") -> DesignTokens:
    raw = json.loads(path.read_bytes())
    return DesignTokens(
        palettes={name: _flat(raw["color"][name], str) for name in ("light", "dark")},
        sizes=_flat(
            {
                key: raw[key]
                for key in ("space", "radius", "stroke", "control", "row", "layout", "chart")
            },
            (int, float),
        ),
        type_roles={name: _type_role(role, raw["font"]) for name, role in raw["type"].items()},
    )


def _type_role(role: Mapping[str, Any], fonts: Mapping[str, list[str]]) -> TypeRole:
    tracking_px = role.get("tracking_px", role.get("tracking_em", 0.0) * role["size"])
    return TypeRole(
        families=tuple(
            family
            for family in fonts[role.get("family", "ui")]
            if family not in ("system-ui", "sans-serif")  # CSS words, not families
        ),
        size=role["size"],
        line=role["line"],
        weight=role["weight"],
        tracking_px=tracking_px,
    )


def _flat(tree: Mapping[str, Any], leaf: Any, prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat |= _flat(value, leaf, f"{prefix}{key}.")
        elif isinstance(value, leaf):
            flat[prefix + key] = value
    return flat
