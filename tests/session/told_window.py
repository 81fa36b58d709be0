"""The program as it is started, which also prints what it offers: `... told_window [FILE...]`.

COTERIE_FILE_EVENT names a file that macOS would open with it while it runs.
"""

from __future__ import annotations

import json
import os
import sys

from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

import ui.application
import ui.opened_file_bar
from app.opened_file import OpenedView
from app.paths import Paths
from ui.application import Program
from ui.opened_file_bar import OpenedFileBar


class ToldBar(OpenedFileBar):
    def show_view(self, view: OpenedView) -> None:
        super().show_view(view)
        print(json.dumps([[offer.path, offer.phase] for offer in view.offers]), flush=True)


class ToldProgram(Program):
    def __init__(self, paths: Paths) -> None:
        super().__init__(paths)
        print(json.dumps("begun"), flush=True)

    def called(self, paths: tuple[str, ...]) -> None:
        print(json.dumps("forward"), flush=True)
        super().called(paths)

    def _furnish(self) -> None:
        super()._furnish()
        if path := os.environ.get("COTERIE_FILE_EVENT"):
            QApplication.postEvent(self.app, QFileOpenEvent(path))
        print(json.dumps("furnished"), flush=True)


if __name__ == "__main__":
    ui.opened_file_bar.OpenedFileBar = ToldBar  # type: ignore[misc]
    ui.application.Program = ToldProgram  # type: ignore[misc]
    sys.exit(ui.application.open_window(Paths.for_user(), tuple(sys.argv[1:])))
