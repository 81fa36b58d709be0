"""A virtual display with hands: a window is found, typed into and photographed."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from linux.failure import PackagingError
from linux.waiting import wait_for

SIZE = "1280x800"
_KEY_DELAY_MS = "40"


class Screen:
    """Drives one display from outside of what is shown on it."""

    def __init__(self, display: str) -> None:
        self.display = display

    def window(self, title: str, most_s: float) -> str:
        """The id of a visible window with this title, when it has come."""
        found = wait_for(lambda: self._search(title), f"a window called {title}", most_s)
        width, height = SIZE.split("x")
        self._do("windowmove", found, "0", "0")
        self._do("windowsize", found, width, height)
        self._do("windowfocus", found)
        return found

    def press(self, window: str, key: str) -> None:
        self._do("windowfocus", window)
        self._do("key", key)

    def type(self, window: str, text: str) -> None:
        self._do("windowfocus", window)
        self._do("type", "--delay", _KEY_DELAY_MS, text)

    def photograph(self, target: Path) -> None:
        target.unlink(missing_ok=True)
        self._run("import", "-window", "root", str(target))

    def _search(self, title: str) -> str:
        pattern = f"^{title}$"
        done = self._run("xdotool", "search", "--onlyvisible", "--name", pattern, check=False)
        return done.split()[-1] if done.split() else ""

    def _do(self, *words: str) -> None:
        self._run("xdotool", *words)

    def _run(self, *command: str, check: bool = True) -> str:
        done = subprocess.run(
            command,
            check=False,
            env={**os.environ, "DISPLAY": self.display},
            capture_output=True,
            text=True,
            timeout=60,
        )
        if check and done.returncode != 0:
            raise PackagingError(f"{' '.join(command)} failed: {done.stderr.strip()}")
        return done.stdout


@contextlib.contextmanager
def virtual_screen() -> Iterator[Screen]:
    """An X server on a number that is free, with no screen behind it."""
    reader, writer = os.pipe()
    command = ("Xvfb", "-displayfd", str(writer), "-screen", "0", f"{SIZE}x24", "-nolisten", "tcp")
    with subprocess.Popen(
        command, pass_fds=(writer,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        os.close(writer)
        try:
            with os.fdopen(reader) as number:
                name = number.readline().strip()
            if not name:
                raise PackagingError("Xvfb did not start.")
            yield Screen(f":{name}")
        finally:
            server.terminate()
