"""Hands what a process's thread heard to the window's thread, also when the window is gone."""

from __future__ import annotations

import contextlib

from PySide6.QtCore import SignalInstance


def post(signal: SignalInstance, *values: object) -> None:
    """Emit `signal`. The thread of a process that ends may outlive the object it told."""
    with contextlib.suppress(RuntimeError):  # PySide: "Signal source has been deleted"
        signal.emit(*values)
