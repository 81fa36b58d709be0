"""Asks where the dashboard's numbers are to be written, in the system's own dialog."""

from __future__ import annotations

from typing import Literal, Protocol

from PySide6.QtWidgets import QFileDialog, QWidget

TableFormat = Literal["csv", "json"]
_FILTERS: dict[TableFormat, str] = {"csv": "CSV (*.csv)", "json": "JSON (*.json)"}


class TableFiles(Protocol):
    """It answers with "" when the person gave up."""

    def to_write(self, parent: QWidget, title: str, name: str, form: TableFormat) -> str: ...


class TableDialogs:
    """Qt takes the system's dialog, and its own where there is none."""

    def to_write(self, parent: QWidget, title: str, name: str, form: TableFormat) -> str:
        path, _ = QFileDialog.getSaveFileName(parent, title, f"{name}.{form}", _FILTERS[form])
        return path
