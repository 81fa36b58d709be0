"""Whether a window can be opened here, found out before Qt, which would abort the process."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from runtime.errors import Problem
from runtime.language import marked, tr

HEADLESS = marked(
    "Without a window, use: coterie doctor, coterie list or coterie run MODEL PROMPT."
)
PLATFORM_VARIABLE = "QT_QPA_PLATFORM"


def display_problem(environment: Mapping[str, str] = os.environ) -> Problem | None:
    """Why no window can be opened, None when one can."""
    if not sys.platform.startswith("linux") or environment.get(PLATFORM_VARIABLE):
        return None
    wayland, x11 = environment.get("WAYLAND_DISPLAY"), environment.get("DISPLAY")
    if not wayland and not x11:
        return _no_display(tr("No display is set"))
    # Without it the library prints a complaint of its own, and finds nothing.
    if wayland and environment.get("XDG_RUNTIME_DIR") and wayland_answers():
        return None
    lacking = missing_library(xcb_plugin()) if x11 else None
    if lacking is not None:
        return lacking
    if not x11 or not x11_answers():
        return _no_display(_no_answer(wayland, x11))
    return None


def _no_answer(wayland: str | None, x11: str | None) -> str:
    if wayland and x11:
        return tr("The display {first} or {second} does not answer", first=wayland, second=x11)
    return tr("The display {name} does not answer", name=wayland or x11)


def _no_display(message: str) -> Problem:
    return Problem("no_display", tr("Coterie found no screen"), message, tr(HEADLESS))


def missing_library(plugin: Path, load: Callable[[str], object] = ctypes.CDLL) -> Problem | None:
    """What Qt's window plugin needs and this system lacks."""
    if not plugin.exists():
        return None
    try:
        load(str(plugin))
    except OSError as error:
        # "libxcb-cursor.so.0: cannot open shared object file: No such file or directory"
        library = str(error).split(":", 1)[0]
        return Problem(
            "library_missing",
            tr("The window can't be opened"),
            tr("The system library {library} is missing", library=library),
            tr(
                "Install it (make run does so as root, and names the packages). {otherwise}",
                otherwise=tr(HEADLESS),
            ),
        )
    return None


def xcb_plugin() -> Path:
    """Qt's own plugin for X11, found without loading Qt."""
    package = importlib.util.find_spec("PySide6")
    folder = Path(package.origin).parent if package and package.origin else Path()
    return folder / "Qt" / "plugins" / "platforms" / "libqxcb.so"


def x11_answers() -> bool:
    """Whether the X server of DISPLAY lets us in (xcb_connect of libxcb)."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not refused


def wayland_answers() -> bool:
    """Whether the compositor of WAYLAND_DISPLAY lets us in (wl_display_connect)."""
    try:
        wayland = ctypes.CDLL("libwayland-client.so.0")
    except OSError:
        return False
    wayland.wl_display_connect.restype = ctypes.c_void_p
    display = wayland.wl_display_connect(None)
    if not display:
        return False
    wayland.wl_display_disconnect(ctypes.c_void_p(display))
    return True
