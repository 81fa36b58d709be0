"""What presets are called, in the chat's settings and as files."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from app.chat_settings import ChatSettings, Preset
from app.presets import LONGEST_NAME
from runtime.language import tr, tr_in

_FILE_ENDING = ".coterie-preset.json"
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f\u2028-\u202e\u2066-\u2069]")
_NOT_IN_FILES = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')


def shown_name(name: str) -> str:
    """Presets that come with the program are named in the person's language."""
    return _shipped_names().get(name, name)


def kept_name(shown: str, known: Iterable[Preset]) -> str:
    """Which name is meant by one a person wrote: that of a shipped preset, as it is shown."""
    plain = shown.strip()
    return next((one.name for one in known if shown_name(one.name) == plain), plain)


def _shipped_names() -> dict[str, str]:
    return {
        "Code": tr_in("preset", "Code"),
        "Creative": tr_in("preset", "Creative"),
        "JSON": "JSON",
        "Precise": tr_in("preset", "Precise"),
    }


def no_preset() -> str:
    return tr_in("preset", "None")


def my_preset() -> str:
    """A name for one that has none."""
    return tr("My preset")


def applied(preset: Preset) -> ChatSettings:
    """What a chat has that takes this preset."""
    return replace(preset.settings, preset=preset.name)


def preset_label(settings: ChatSettings, presets: tuple[Preset, ...]) -> str:
    """What the select says: the preset in use, and whether this chat has gone on from it."""
    preset = _of_chat(settings, presets)
    if preset is None:
        return no_preset()
    name = shown_name(preset.name)
    return tr("{name} (changed)", name=name) if is_changed(settings, presets) else name


def is_changed(settings: ChatSettings, presets: tuple[Preset, ...]) -> bool:
    """Whether this chat has gone on from its preset."""
    preset = _of_chat(settings, presets)
    return preset is not None and applied(preset) != settings


def _of_chat(settings: ChatSettings, presets: tuple[Preset, ...]) -> Preset | None:
    return next((one for one in presets if one.name == settings.preset), None)


def name_error(name: str) -> str:
    """What is wrong with a name a person wrote."""
    if not name.strip():
        return tr("Write a name.")
    if len(name.strip()) > LONGEST_NAME:
        return tr("Write {most} characters at most.", most=LONGEST_NAME)
    if _NOT_IN_NAMES.search(name):
        return tr("Write a name without signs that can't be shown.")
    return ""


def replaces_line(name: str, presets: tuple[Preset, ...]) -> str:
    """What saving under this name does to what is there."""
    if any(one.name == kept_name(name, presets) for one in presets):
        return tr("This replaces the preset {name}.", name=name.strip())
    return ""


def free_name(name: str, taken: Iterable[str]) -> str:
    """`name`, shortened and without what no name has, and with a number where it is taken."""
    plain = _NOT_IN_NAMES.sub(" ", name).strip()[:LONGEST_NAME].strip() or tr("Preset")
    known = tuple(taken)
    names = {*known, *map(shown_name, known)}
    found, number = plain, 1
    while found in names:
        number += 1
        found = f"{plain[: LONGEST_NAME - 4]} {number}"
    return found


def file_name(name: str) -> str:
    """For a file that is shared; every system takes it."""
    plain = _NOT_IN_FILES.sub("-", name).strip(" .-") or "preset"
    return f"{plain}{_FILE_ENDING}"
