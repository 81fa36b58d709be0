"""How large the window draws: the steps there are, and the design at one of them."""

from __future__ import annotations

from dataclasses import replace

from ui.design_tokens import DesignTokens

STEPS = (0.75, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
USUAL = 1.0
# Lines stay as thin as they are; measures of the layout's own breakpoints grow like the rest.
_UNCHANGED = ("stroke.",)


def stepped(zoom: float, steps: int) -> float:
    """The next larger (+1) or smaller (-1) size; the last one stays."""
    if steps > 0:
        return next((step for step in STEPS if step > zoom + 0.001), STEPS[-1])
    return next((step for step in reversed(STEPS) if step < zoom - 0.001), STEPS[0])


def zoomed(tokens: DesignTokens, zoom: float) -> DesignTokens:
    """The same design with type and measures `zoom` times as large."""
    return DesignTokens(
        palettes=tokens.palettes,
        sizes={
            name: size if name.startswith(_UNCHANGED) else size * zoom
            for name, size in tokens.sizes.items()
        },
        type_roles={
            name: replace(
                role,
                # Qt draws in whole and half pixels.
                size=round(role.size * zoom * 2) / 2,
                line=round(role.line * zoom),
                tracking_px=role.tracking_px * zoom,
            )
            for name, role in tokens.type_roles.items()
        },
    )
