"""Which Coterie this is."""

from __future__ import annotations

import importlib.metadata


def version() -> str:
    """The installed version, "0+source" when run from a checkout that is not installed."""
    try:
        return importlib.metadata.version("coterie")
    except importlib.metadata.PackageNotFoundError:
        return "0+source"
