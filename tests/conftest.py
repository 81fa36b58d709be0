"""Fixtures every test may use; no test ever needs a screen."""

import os
import signal

# Before any test makes the application object.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
# A shell that starts this in the background has SIGINT ignored, here and in all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

from tests.models.fixtures import tiny_model
from tests.starter_fixture import starter_model

__all__ = ["starter_model", "tiny_model"]
