"""The names under which Coterie keeps its files, for folders that others keep theirs in too."""

from __future__ import annotations

from app.window_lock import LOCK_NAME

DATA = (
    "conversations.db",
    "engine-parts.json",
    "experts",
    "placements.json",
    "quirks.json",
    "updates.json",
    LOCK_NAME,
)
CONFIG = ("presets", "prices.json", "settings.json")
CACHE = ("disks.json", "hub", "kv", "machine.json", "model-headers.json", "model-records.json")
LOGS = (
    "crashes",
    "downloads-command.log",
    "downloads.log",
    "engine-cli.log",
    "engine-doctor.log",
    "engine-tune.log",
    "engine.log",
    "hub-command.log",
    "hub.log",
    "window-crash.log",
    "window.log",
)


def is_own_name(name: str, known: tuple[str, ...]) -> bool:
    """Whether it is one of `known`, or a file that was written, kept or set aside beside one."""
    return name in known or any(
        name.startswith((f"{own}.", f"{own}-", f".{own}.")) for own in known if "." in own
    )
