"""Named sets of choices for a chat: those that come with the program and the person's own."""

from __future__ import annotations

import hashlib
import logging
import re
import stat
from pathlib import Path

from msgspec.structs import replace

from app.chat_settings import Preset
from app.json_file import Unreadable, read_json, write_json
from app.setting_bounds import wrong_in
from runtime.errors import CoterieError, Problem
from runtime.language import tr

_LOG = logging.getLogger(__name__)
SHIPPED_PRESETS = Path(__file__).resolve().parents[1] / "assets" / "presets"
FORMAT_VERSION = 1
LARGEST_BYTES = 1 << 20
MOST_PRESETS = 500
LONGEST_NAME = 60
_LEFT_OUT = "left-out"
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f\u2028-\u202e\u2066-\u2069]")


class PresetFolder:
    """The person's own are files in `folder`; one of theirs stands before a shipped one of its
    name. A shipped one that was deleted is only left out.
    """

    def __init__(self, folder: Path, shipped: Path = SHIPPED_PRESETS) -> None:
        self._folder, self._shipped = folder, shipped

    def all(self) -> tuple[Preset, ...]:
        """By name. A file that can't be used is left out and logged."""
        left_out = self._left_out()
        shipped = {name: one for name, one in _read_all(self._shipped) if name not in left_out}
        found = shipped | dict(self._own())
        presets = (preset for _, preset in found.values())
        return tuple(sorted(presets, key=lambda preset: (preset.name.casefold(), preset.name)))

    def save(self, preset: Preset) -> None:
        """In place of one of the person's own of that name, if there is one.

        Raises CoterieError of kind "preset_invalid" or "not_saved".
        """
        preset = replace(preset, name=preset.name.strip(), version=FORMAT_VERSION)
        if wrong := _wrong_name(preset.name) or wrong_in(preset.settings):
            raise CoterieError(_invalid(wrong))
        known = dict(self._own()).get(preset.name)
        path = known[0] if known else self._folder / _file_name(preset.name)
        write_json(path, preset)

    def delete(self, name: str) -> None:
        """Raises CoterieError of kind "not_saved" when its file can't be removed."""
        for own, (path, _) in self._own():
            if own != name:
                continue
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise CoterieError(_not_deleted(path, error.strerror or str(error))) from error
        if name in dict(_read_all(self._shipped)):
            write_json(self._folder / _LEFT_OUT, sorted({*self._left_out(), name}))

    def _own(self) -> list[tuple[str, tuple[Path, Preset]]]:
        return _read_all(self._folder)

    def _left_out(self) -> frozenset[str]:
        try:
            return frozenset(read_json(self._folder / _LEFT_OUT, list[str]) or ())
        except Unreadable as reason:
            _LOG.info("shipped presets that were deleted are back: %s", reason)
            return frozenset()


def read_file(path: Path) -> Preset:
    """A preset that somebody shared, checked.

    Raises CoterieError of kind "preset_unreadable".
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise Unreadable(tr("it is not a file"))
        if about.st_size > LARGEST_BYTES:
            raise Unreadable(tr("it is larger than {size} MiB", size=LARGEST_BYTES >> 20))
        preset = read_json(path, Preset)
        if preset is None:
            raise Unreadable(tr("it is not there any more"))
        if preset.version > FORMAT_VERSION:
            raise Unreadable(tr("a newer Coterie wrote it"))
        if wrong := _wrong_name(preset.name) or wrong_in(preset.settings):
            raise Unreadable(wrong)
    except Unreadable as reason:
        raise CoterieError(_unreadable(path, str(reason))) from reason
    except (OSError, ValueError) as error:
        reason_text = getattr(error, "strerror", None) or tr("it can't be read")
        raise CoterieError(_unreadable(path, reason_text)) from error
    return preset


def write_file(preset: Preset, path: Path) -> None:
    """For others: the guard model is this computer's own and stays here.

    Raises CoterieError of kind "not_saved".
    """
    settings = replace(preset.settings, guard_model_id="", preset=preset.name)
    write_json(path, Preset(preset.name, settings, FORMAT_VERSION))


def _read_all(folder: Path) -> list[tuple[str, tuple[Path, Preset]]]:
    """(name, (file, preset)); of two files with one name the first, as they are sorted, counts."""
    try:
        paths = sorted(path for path in folder.iterdir() if _is_preset(path))[:MOST_PRESETS]
    except OSError:
        return []
    found: dict[str, tuple[Path, Preset]] = {}
    for path in paths:
        try:
            preset = read_file(path)
        except CoterieError as error:
            _LOG.info("a preset is left out: %s", error)
            continue
        settings = replace(preset.settings, preset=preset.name)
        found.setdefault(preset.name, (path, replace(preset, settings=settings)))
    return list(found.items())


def _is_preset(path: Path) -> bool:
    return path.suffix == ".json" and not path.name.startswith(".")


def _file_name(name: str) -> str:
    """Different for different names, on every file system."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain or 'preset'}-{digest}.json"


def _wrong_name(name: str) -> str:
    if not name.strip():
        return tr("it has no name")
    if len(name) > LONGEST_NAME:
        return tr("its name has more than {n} characters", n=LONGEST_NAME)
    if _NOT_IN_NAMES.search(name):
        return tr("its name has signs that can't be shown")
    return ""


def _invalid(reason: str) -> Problem:
    return Problem(
        "preset_invalid",
        tr("The preset was not saved"),
        tr("It can't be used: {reason}", reason=reason),
        tr("Change that and save it again."),
    )


def _unreadable(path: Path, reason: str) -> Problem:
    return Problem(
        "preset_unreadable",
        tr("The preset could not be used"),
        f"{path.name}: {reason}",
        tr("Choose a file that Coterie exported."),
    )


def _not_deleted(path: Path, reason: str) -> Problem:
    return Problem(
        "not_saved",
        tr("The preset was not deleted"),
        tr("{path} could not be removed ({reason})", path=path, reason=reason),
        tr("Check the permissions of that folder."),
    )
