"""The program as it is started, which also prints what it offers: `... told_window [FILE...]`.

COTERIE_FILE_EVENT names a file that macOS would open with it while it runs, COTERIE_PATIENCE_MS
how long it waits for the answer of a window that is open.
"""

from __future__ import annotations

import json
import os
import sys

from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

import ui.application
import ui.opened_file_bar
import ui.single_instance
from app.opened_file import OpenedView
from app.opened_file_message import Call
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

    def called(self, call: Call) -> None:
        print(json.dumps("forward"), flush=True)
        super().called(call)

    def come_forward(self, token: str = "") -> None:
        def told() -> None:
            print(json.dumps(["activated", os.environ.get("XDG_ACTIVATION_TOKEN")]), flush=True)

        if token:
            self.window.activateWindow = told
        super().come_forward(token)
        if token:
            print(json.dumps(["after", os.environ.get("XDG_ACTIVATION_TOKEN")]), flush=True)

    def _furnish(self) -> None:
        super()._furnish()
        if path := os.environ.get("COTERIE_FILE_EVENT"):
            QApplication.postEvent(self.app, QFileOpenEvent(path))
        print(json.dumps("furnished"), flush=True)


if __name__ == "__main__":
    ui.opened_file_bar.OpenedFileBar = ToldBar  # type: ignore[misc]
    ui.application.Program = ToldProgram  # type: ignore[misc]
    if patience_ms := os.environ.get("COTERIE_PATIENCE_MS"):
        ui.single_instance.ANSWER_PATIENCE_MS = int(patience_ms)
    sys.exit(ui.application.open_window(Paths.for_user(), tuple(sys.argv[1:])))
