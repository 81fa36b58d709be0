"""What Coterie keeps on this disk for one person, in the groups it can be removed by."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.owned.model_files import OWN_FOLDER, models_under
from app.paths import Paths
from runtime.model_records import read_records

MODELS, CHATS, CACHE = GROUPS = ("models", "chats", "cache")
ENGINE_PACKS = "engine-packs"  # They can be had again, so they go with the caches.
_BLOCK_BYTES = 512  # of st_blocks


@dataclass(frozen=True)
class OwnGroup:
    """The files of one group, most of them in Coterie's own `folders`.

    `chosen` is the folder that the person chose for models: of that only the files listed here are
    Coterie's, and `strangers` counts the models in it that others put there. `size_bytes` is the
    room the files take; an unfinished download is longer than that.
    """

    name: str
    folders: tuple[Path, ...]
    files: tuple[Path, ...]
    size_bytes: int
    chosen: Path | None = None
    strangers: int = 0


def own_groups(paths: Paths) -> tuple[OwnGroup, ...]:
    """All three, in the order of `GROUPS`; one may have no files."""
    return (_models(paths), _chats(paths), _cache(paths))


def _models(paths: Paths) -> OwnGroup:
    usual = paths.data_dir / "models"
    # Somebody may have put a link to another disk there: that is a folder they chose.
    is_own = usual.resolve().is_relative_to(paths.data_dir.resolve())
    files = list(_all_below(usual)) if is_own else []
    chosen = paths.models_dir
    if is_own and chosen.resolve() == usual.resolve():
        return _group(MODELS, (usual,), files)
    owned = set(_owned_in(chosen))
    found = (Path(part.path) for model in models_under(os.fspath(chosen)) for part in model.parts)
    strangers = sum(path not in owned for path in found)
    files.extend(sorted(owned))
    return _group(MODELS, (usual,) if is_own else (), files, chosen, strangers)


def _owned_in(models_dir: Path) -> Iterator[Path]:
    """What Coterie downloaded, copied or moved there, and its notes. Linked files are others'."""
    inside = models_dir.resolve()
    for record in read_records(models_dir):
        for recorded in record.files:
            path = models_dir / recorded.path
            if Path(recorded.path).is_absolute() or not os.path.lexists(path):
                continue
            if path.parent.resolve().is_relative_to(inside):
                yield path
    yield from _all_below(models_dir / OWN_FOLDER)


def _chats(paths: Paths) -> OwnGroup:
    apart = (paths.data_dir / "models", paths.models_dir, paths.data_dir / ENGINE_PACKS)
    folders = (paths.data_dir, paths.config_dir)
    return _group(CHATS, folders, (file for each in folders for file in _all_below(each, apart)))


def _cache(paths: Paths) -> OwnGroup:
    folders = (paths.cache_dir, paths.log_dir, paths.data_dir / ENGINE_PACKS)
    apart = (paths.models_dir,)
    return _group(CACHE, folders, (file for each in folders for file in _all_below(each, apart)))


def _group(
    name: str,
    folders: tuple[Path, ...],
    files: Iterable[Path],
    chosen: Path | None = None,
    strangers: int = 0,
) -> OwnGroup:
    unique = tuple(dict.fromkeys(files))
    size_bytes = sum(map(_room_bytes, unique))
    return OwnGroup(name, folders, unique, size_bytes, chosen, strangers)


def _all_below(folder: Path, apart: tuple[Path, ...] = ()) -> Iterator[Path]:
    """Every file and link, in order; nothing in `apart`. Links are not followed."""
    for parent, folders, names in os.walk(folder):
        inner = Path(parent)
        links = [name for name in folders if (inner / name).is_symlink()]
        folders[:] = sorted(n for n in folders if n not in links and inner / n not in apart)
        yield from (inner / name for name in sorted((*names, *links)) if inner / name not in apart)


def _room_bytes(path: Path) -> int:
    try:
        status = path.lstat()
    except OSError:
        return 0
    blocks = getattr(status, "st_blocks", None)
    return status.st_size if blocks is None else blocks * _BLOCK_BYTES
