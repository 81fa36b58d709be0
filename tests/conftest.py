"""Fixtures every test may use."""

from tests.models.fixtures import tiny_model

__all__ = ["tiny_model"]
