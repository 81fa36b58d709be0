"""What every page of the window can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame

if TYPE_CHECKING:
    from app.session_state import SessionState


class Page(QFrame):
    """One page of the window."""

    def show_state(self, state: SessionState) -> None:
        """Draw `state`; cheap when little has changed."""
        raise NotImplementedError

    def take_focus(self) -> None:
        """Put the keyboard where a person would begin; by default it stays where it is."""
