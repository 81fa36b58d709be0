"""The hub's own tests have it too."""

from __future__ import annotations

from tests.hub.fixtures import hub, tiny_repo

__all__ = ["hub", "tiny_repo"]
