"""What presets are called, in the chat's settings and as files."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from app.chat_settings import ChatSettings, Preset
from app.presets import LONGEST_NAME

NO_PRESET, CHANGED = "None", "{} (changed)"
_FILE_ENDING = ".coterie-preset.json"
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f\u2028-\u202e\u2066-\u2069]")
_NOT_IN_FILES = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')


def applied(preset: Preset) -> ChatSettings:
    """What a chat has that takes this preset."""
    return replace(preset.settings, preset=preset.name)


def preset_label(settings: ChatSettings, presets: tuple[Preset, ...]) -> str:
    """What the select says: the preset in use, and whether this chat has gone on from it."""
    preset = next((one for one in presets if one.name == settings.preset), None)
    if preset is None:
        return NO_PRESET
    return preset.name if applied(preset) == settings else CHANGED.format(preset.name)


def name_error(name: str) -> str:
    """What is wrong with a name a person wrote."""
    if not name.strip():
        return "Write a name."
    if len(name.strip()) > LONGEST_NAME:
        return f"Write {LONGEST_NAME} characters at most."
    return "Write a name without signs that can't be shown." if _NOT_IN_NAMES.search(name) else ""


def replaces_line(name: str, presets: tuple[Preset, ...]) -> str:
    """What saving under this name does to what is there."""
    if any(one.name == name.strip() for one in presets):
        return f"This replaces the preset {name.strip()}."
    return ""


def free_name(name: str, taken: Iterable[str]) -> str:
    """`name`, shortened and without what no name has, and with a number where it is taken."""
    plain = _NOT_IN_NAMES.sub(" ", name).strip()[:LONGEST_NAME].strip() or "Preset"
    names, found, number = set(taken), plain, 1
    while found in names:
        number += 1
        found = f"{plain[: LONGEST_NAME - 4]} {number}"
    return found


def file_name(name: str) -> str:
    """For a file that is shared; every system takes it."""
    plain = _NOT_IN_FILES.sub("-", name).strip(" .-") or "preset"
    return f"{plain}{_FILE_ENDING}"
