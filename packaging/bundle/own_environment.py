"""The environment that the user gave, without what PyInstaller's starter put into it."""

from __future__ import annotations

from collections.abc import MutableMapping

# The starter points it at the bundle's libraries for this process. Another program started from
# here (a browser, a file manager) would load ours instead of its own and may not start.
_CHANGED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH")
_SAVED = "_ORIG"
# How the starter knows its own second start; each of our processes is a first start.
_STARTERS_OWN = "_PYI_"


def restore(environment: MutableMapping[str, str]) -> None:
    """Undo the starter's changes in `environment`; this process has read them already."""
    for name in _CHANGED:
        environment.pop(name, None)
        saved = environment.pop(name + _SAVED, None)
        if saved is not None:
            environment[name] = saved
    for name in [name for name in environment if name.startswith(_STARTERS_OWN)]:
        del environment[name]
