"""Fixtures every test may use; no test ever needs a screen."""

import os
import signal

# Before any test makes the application object.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
# The program speaks the desktop's language, and tests compare English words.
os.environ["LANGUAGE"] = "en"

import pytest

from tests.models.fixtures import tiny_model
from tests.starter_fixture import starter_model

__all__ = ["starter_model", "tiny_model"]


@pytest.fixture(scope="session", autouse=True)
def _interrupts() -> None:
    """A shell that starts the run in the background has Ctrl-C ignored, in all it starts too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
