"""What a row of the Models page says of its model, and what its button does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app import number_text
from app.local_models import LocalModel
from app.session_state import SessionState

RowAct = Literal["load", "chat", "cancel", "restart"]


@dataclass(frozen=True)
class RowState:
    """`tone` is a tone of labels; `verb` is the button's text and `act` what it does."""

    status: str
    tone: str
    verb: str
    act: RowAct


_READY = RowState("Loaded", "ok", "Chat", "chat")
_LOAD = RowState("", "secondary", "Load", "load")
_FAILED = RowState("Could not be loaded", "error", "Try again", "load")
_CRASHED = RowState("Stopped unexpectedly", "error", "Restart", "restart")


def row_state(model: LocalModel, state: SessionState) -> RowState:
    """The row of `model`: only the model in use is ever more than something to load."""
    if state.model is None or model.id != state.model.id:
        return _LOAD
    if state.engine.phase == "loading":
        percent = number_text.percent(state.engine.load_fraction)
        return RowState(f"Loading, {percent}", "secondary", "Cancel", "cancel")
    return {"ready": _READY, "failed": _FAILED, "crashed": _CRASHED}.get(state.engine.phase, _LOAD)
