"""`python -m benchmarks.downloading_window REPO COMMIT PATH SIZE SHA256`: the window downloading.

Opens the Models page with the downloads in sight, downloads the file at full speed, and prints the
95th percentile and the longest of the main thread's beats in milliseconds, how many there were, and
the seconds the download took.
"""

from __future__ import annotations

import statistics
import sys
import time

from PySide6.QtCore import QObject, QTimer

from app.discover.state import DownloadsView
from app.paths import Paths
from benchmarks.beats import Beats
from runtime.downloads.frames import DownloadRequest
from runtime.hub.frames import HubFile
from ui.application import Program

SETTLE_MS = 2_500


class Watch(QObject):
    """Opens the page, starts the download when all is quiet, and ends with it."""

    def __init__(self, program: Program, request: DownloadRequest) -> None:
        super().__init__()
        self._program, self._request = program, request
        self._beats = Beats()
        self._began_s = 0.0
        QTimer.singleShot(SETTLE_MS, self._open)

    def _open(self) -> None:
        desk = self._program.window.desk
        desk.show_page("models")
        self._room = desk.room()
        self._room.downloads.changed.connect(self._follow)
        QTimer.singleShot(SETTLE_MS, self._start)

    def _start(self) -> None:
        self._began_s = time.monotonic()
        self._beats.start()
        self._room.downloads.add(self._request)

    def _follow(self, view: DownloadsView) -> None:
        if self._began_s and any(one.phase in ("done", "failed") for one in view.downloads):
            self._beats.stop()
            taken = self._beats.taken_ms
            p95 = statistics.quantiles(taken, n=20)[-1]
            elapsed_s = time.monotonic() - self._began_s
            self._began_s = 0.0
            phase = view.downloads[0].phase
            print(phase, p95, max(taken), len(taken), elapsed_s, flush=True)
            self._program.window.close()


def main(repo: str, revision: str, path: str, size: str, sha256: str) -> int:
    file = HubFile(path, int(size), sha256)
    request = DownloadRequest(repo, revision, (file,), "Benchmark", "Q4_K_M")
    program = Program(Paths.for_user(), (sys.executable, "-m", "benchmarks.flood_worker", "1", "1"))
    watches: list[Watch] = []
    program.furnished.connect(lambda: watches.append(Watch(program, request)))
    program.window.show()
    return program.app.exec()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
