"""Fixtures every test may use."""

from tests.models.fixtures import tiny_model
from tests.starter_fixture import starter_model

__all__ = ["starter_model", "tiny_model"]
