"""What a row of the Models page says of its model, and what its button does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app import number_text
from app.local_models import LocalModel
from app.session_state import SessionState
from runtime.language import tr, tr_in

RowAct = Literal["load", "chat", "cancel", "restart"]


@dataclass(frozen=True)
class RowState:
    """`tone` is a tone of labels; `verb` is the button's text and `act` what it does.

    `status` and `verb` are in the person's language.
    """

    status: str
    tone: str
    verb: str
    act: RowAct


def row_state(model: LocalModel, state: SessionState) -> RowState:
    """The row of `model`: only the model in use is ever more than something to load."""
    phase = state.engine.phase if state.model is not None and model.id == state.model.id else "none"
    match phase:
        case "loading":
            percent = number_text.percent(state.engine.load_fraction)
            status = tr("Loading, {percent}", percent=percent)
            return RowState(status, "secondary", tr("Cancel"), "cancel")
        case "ready":
            return RowState(tr("Loaded"), "ok", tr_in("verb", "Chat"), "chat")
        case "failed":
            return RowState(tr("Could not be loaded"), "error", tr("Try again"), "load")
        case "crashed":
            return RowState(tr("Stopped unexpectedly"), "error", tr("Restart"), "restart")
        case _:
            return RowState("", "secondary", tr_in("verb", "Load"), "load")
