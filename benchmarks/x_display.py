"""An X display watched from outside: when a program's window is there, with something in it."""

from __future__ import annotations

import ctypes
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

MAP_NOTIFY = 19
SUBSTRUCTURE_NOTIFY_MASK = 1 << 19
Z_PIXMAP = 2
ALL_PLANES = ctypes.c_ulong(-1)
LOOK_EVERY_S = 0.002
EVENT_BYTES = 192  # X.h: an XEvent is 24 longs


class _MapEvent(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("event", ctypes.c_ulong),
        ("window", ctypes.c_ulong),
        ("override_redirect", ctypes.c_int),
    ]


class _Image(ctypes.Structure):
    _fields_ = [
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("xoffset", ctypes.c_int),
        ("format", ctypes.c_int),
        ("data", ctypes.POINTER(ctypes.c_ubyte)),
        ("byte_order", ctypes.c_int),
        ("bitmap_unit", ctypes.c_int),
        ("bitmap_bit_order", ctypes.c_int),
        ("bitmap_pad", ctypes.c_int),
        ("depth", ctypes.c_int),
        ("bytes_per_line", ctypes.c_int),
    ]


class WindowWatch:
    """Sees the next window that is opened on a display."""

    def __init__(self, display: str) -> None:
        x11 = ctypes.CDLL("libX11.so.6")
        x11.XOpenDisplay.restype = ctypes.c_void_p
        x11.XDefaultRootWindow.restype = ctypes.c_ulong
        x11.XGetImage.restype = ctypes.POINTER(_Image)
        self._x11 = x11
        # A window may be gone when it is asked; Xlib would end this program for that.
        self._handler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(
            lambda _display, _event: 0
        )
        x11.XSetErrorHandler(self._handler)
        self._display = ctypes.c_void_p(x11.XOpenDisplay(display.encode()))
        assert self._display, f"the display {display} does not answer"
        self._root = ctypes.c_ulong(x11.XDefaultRootWindow(self._display))
        x11.XSelectInput(self._display, self._root, ctypes.c_long(SUBSTRUCTURE_NOTIFY_MASK))
        x11.XSync(self._display, 0)

    def drawn_at_s(self, patience_s: float) -> float:
        """When the next window had more than one colour, by the monotonic clock."""
        give_up_s = time.monotonic() + patience_s
        window = 0
        while time.monotonic() < give_up_s:
            window = self._opened() or window
            if window and self._colours(window) > 1:
                return time.monotonic()
            time.sleep(LOOK_EVERY_S)
        raise TimeoutError("no window was drawn")

    def forget(self) -> None:
        """What has happened until now is not waited for."""
        while self._opened():
            pass

    def close(self) -> None:
        self._x11.XCloseDisplay(self._display)

    def _opened(self) -> int:
        buffer = ctypes.create_string_buffer(EVENT_BYTES)
        while self._x11.XPending(self._display):
            self._x11.XNextEvent(self._display, buffer)
            event = _MapEvent.from_buffer(buffer)
            if event.type == MAP_NOTIFY and not event.override_redirect:
                return int(event.window)
        return 0

    def _colours(self, window: int) -> int:
        """How many there are in a line across the top left, where the window is never one."""
        image = self._x11.XGetImage(
            self._display, ctypes.c_ulong(window), 0, 100, 400, 1, ALL_PLANES, Z_PIXMAP
        )
        if not image:
            return 0
        pixels = bytes(image.contents.data[: image.contents.bytes_per_line])
        self._x11.XDestroyImage(image)
        return len({pixels[at : at + 4] for at in range(0, len(pixels), 4)})


@contextmanager
def display() -> Iterator[str]:
    """The person's X display, or one of our own where there is none."""
    if os.environ.get("DISPLAY"):
        yield os.environ["DISPLAY"]
        return
    told, tell = os.pipe()
    command = ("Xvfb", "-displayfd", str(tell), "-screen", "0", "1400x900x24", "-nolisten", "tcp")
    with subprocess.Popen(
        command, pass_fds=(tell,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        os.close(tell)
        try:
            with os.fdopen(told) as number:
                yield f":{number.readline().strip()}"
        finally:
            server.terminate()
