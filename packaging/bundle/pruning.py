"""What stays out of the bundle: modules, Qt's plugins and words, libraries that nothing needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# Parts of the standard library and of packages that only developers use.
NEVER = (
    *("test", "tkinter", "idlelib", "turtledemo", "lib2to3", "ensurepip", "venv", "distutils"),
    *("pip", "setuptools", "pkg_resources", "pytest", "_pytest", "IPython", "matplotlib", "pandas"),
    *("numpy.f2py", "numpy.testing", "numpy.distutils", "curses", "readline"),
    # Coterie downloads over HTTP by itself; this is 11 MB.
    "hf_xet",
)
# The window's process never loads what its parts are for.
NOT_IN_THE_WINDOW = ("llama_cpp", "gguf", "huggingface_hub", "jinja2", "numpy", "pynvml", "pypdf")
NOT_IN_A_PART = ("PySide6.QtGui", "PySide6.QtNetwork", "PySide6.QtSvg", "PySide6.QtWidgets")

QT_MODULES = ("QtCore", "QtGui", "QtNetwork", "QtSvg", "QtWidgets")
QT_PLUGINS = {
    "iconengines": ("qsvgicon",),
    "imageformats": ("qsvg",),
    "platforminputcontexts": (
        "composeplatforminputcontextplugin",
        "ibusplatforminputcontextplugin",
    ),
    "platforms": ("qoffscreen", "qwayland", "qxcb"),
    "platformthemes": ("qgtk3", "qxdgdesktopportal"),
    "wayland-decoration-client": ("adwaita", "bradient"),
    "wayland-shell-integration": ("xdg-shell",),
}
QT_WORDS = ("qtbase_de.qm", "qtbase_zh_CN.qm")

_QT_MODULE = re.compile(r"PySide6/(Qt\w+)\.abi3\.so")
_QT_PLUGIN = re.compile(r"PySide6/Qt/plugins/([\w-]+)/lib([\w-]+)\.so")
_QT_WORDS = re.compile(r"PySide6/Qt/translations/([\w.]+)")
_METADATA = re.compile(r"[^/]+\.dist-info/(?!METADATA$)")
_SOURCE_OF_WORDS = re.compile(r"assets/locale/.+\.po")

# Every Linux desktop has these, and its other libraries (drivers, GTK, fonts) are loaded beside
# them into this process: an older copy of ours would be taken for theirs.
_OF_THE_SYSTEM = re.compile(
    r"lib("
    # The compiler's own, the C library's and what both lean on.
    r"stdc\+\+|gcc_s|z|zstd|lzma|expat|"
    # The display.
    r"X\w+(-xcb)?|xcb|wayland-\w+|EGL|GL\w*|OpenGL|drm|gbm|"
    # Fonts and the desktop.
    r"fontconfig|freetype|harfbuzz|graphite2|png16|brotli\w+|"
    r"glib-2\.0|gthread-2\.0|gobject-2\.0|gio-2\.0|gmodule-2\.0|dbus-1|systemd|"
    # Qt's plugin for GTK's dialogs does without them where there is no GTK.
    r"gtk-3|gdk-3|gdk_pixbuf-2\.0|atk-1\.0|cairo|cairo-gobject|pango\w*-1\.0"
    r")\.so(\.\d+)*"
)
# Where a library lies only because another one needs it.
_DEPENDENCY = re.compile(r"(PySide6/Qt/lib/)?lib[^/]+\.so(\.\d+)*")
_LOADED_BY_NAME = re.compile(r"libpython\d\.\d+\.so(\.\d+)*")


def is_left_out(place: str) -> bool:
    """Whether the file at `place`, relative to `_internal`, is one that nobody opens."""
    if module := _QT_MODULE.fullmatch(place):
        return module[1] not in QT_MODULES
    if plugin := _QT_PLUGIN.fullmatch(place):
        return plugin[2] not in QT_PLUGINS.get(plugin[1], ())
    if words := _QT_WORDS.fullmatch(place):
        return words[1] not in QT_WORDS
    return bool(_METADATA.match(place) or _SOURCE_OF_WORDS.fullmatch(place))


def is_of_the_system(place: str) -> bool:
    """Whether it is a library that is left to the system."""
    return _OF_THE_SYSTEM.fullmatch(place) is not None


def unneeded(needs: Mapping[str, Iterable[str]]) -> set[str]:
    """The dependencies that nothing which is loaded leads to.

    `needs` has for each library and program, by its place, the names that it is linked to.
    """
    by_name = {place.rpartition("/")[2]: place for place in needs}
    reached: set[str] = set()
    waiting = [place for place in needs if not is_dependency(place)]
    while waiting:
        place = waiting.pop()
        if place not in reached:
            reached.add(place)
            waiting += [by_name[name] for name in needs[place] if name in by_name]
    return set(needs) - reached


def is_dependency(place: str) -> bool:
    """Whether the library is there for others alone."""
    return bool(_DEPENDENCY.fullmatch(place)) and not _LOADED_BY_NAME.fullmatch(place)
