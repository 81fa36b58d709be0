"""The order in which Tab goes through widgets that came after their neighbours were made."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def tab_stops(*roots: QWidget | None) -> list[QWidget]:
    """What Tab may stop at in each of `roots`, and in the order they were made within one."""
    return [
        widget
        for root in roots
        if root is not None
        for widget in (root, *root.findChildren(QWidget))
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


def chain(stops: Iterable[QWidget]) -> None:
    """Let Tab go through `stops` in this order; the first keeps its place."""
    for earlier, later in pairwise(stops):
        QWidget.setTabOrder(earlier, later)
