"""Fixtures every test may use; no test ever needs a screen."""

import os

# Before any test makes the application object.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

from tests.models.fixtures import tiny_model
from tests.starter_fixture import starter_model

__all__ = ["starter_model", "tiny_model"]
