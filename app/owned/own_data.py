"""What Coterie keeps on this disk for one person, in the groups it can be removed by."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.owned import own_names
from app.owned.model_files import OWN_FOLDER, SUFFIX, models_under
from app.paths import Paths
from runtime.model_records import read_records

MODELS, CHATS, CACHE = GROUPS = ("models", "chats", "cache")
_BLOCK_BYTES = 512  # of st_blocks
_Identity = tuple[int, int]


@dataclass(frozen=True)
class OwnGroup:
    """The files of one group, most of them in Coterie's own `folders`.

    In `shared` folders only the files listed here are Coterie's. `links` lead elsewhere: they are
    among the files, what they lead to is not. `chosen` is the folder that the person chose for
    models, shared too, and `strangers` counts the models in it that others put there. `size_bytes`
    is the room the files take; an unfinished download is longer than that.
    """

    name: str
    folders: tuple[Path, ...]
    files: tuple[Path, ...]
    size_bytes: int
    shared: tuple[Path, ...] = ()
    links: tuple[Path, ...] = ()
    chosen: Path | None = None
    strangers: int = 0


def own_groups(paths: Paths) -> tuple[OwnGroup, ...]:
    """All three, in the order of `GROUPS`; one may have no files."""
    return (_models(paths), _chats(paths), _cache(paths))


# Models


def _models(paths: Paths) -> OwnGroup:
    usual, chosen = _usual(paths), paths.models_dir
    is_same = _is_same(chosen, usual)
    found = _Found(_identities(() if is_same else (chosen,)))
    # Somebody may have put a link to another disk there: that is a folder they chose.
    if not (usual.is_symlink() or paths.data_dir.is_symlink()):
        if is_same:
            found.add(usual)
            return found.group(MODELS)
        if _contains(chosen, usual):
            found.add_some(usual, _owned_in(usual))
        else:
            found.add(usual)
    found.files.extend(sorted(set(_owned_in(chosen))))
    owned = set(found.files)
    inside = (Path(part.path) for model in models_under(os.fspath(chosen)) for part in model.parts)
    strangers = sum(path not in owned for path in inside)
    return found.group(MODELS, chosen, strangers)


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


def _usual(paths: Paths) -> Path:
    return paths.data_dir / "models"


# The rest


def _chats(paths: Paths) -> OwnGroup:
    others = (paths.cache_dir, paths.log_dir)
    apart = (_usual(paths), paths.models_dir, paths.packs_dir, *others)
    found = _Found(_identities(apart))
    folders = ((paths.data_dir, own_names.DATA), (paths.config_dir, own_names.CONFIG))
    for folder, names in folders:
        found.add(folder, names, is_shared=_is_shared(folder, paths.models_dir, others))
    return found.group(CHATS)


def _cache(paths: Paths) -> OwnGroup:
    """GPU packs can be had again, so they go with the caches."""
    others = (paths.data_dir, paths.config_dir)
    found = _Found(_identities((_usual(paths), paths.models_dir, *others)))
    for folder, names in ((paths.cache_dir, own_names.CACHE), (paths.log_dir, own_names.LOGS)):
        found.add(folder, names, is_shared=_is_shared(folder, paths.models_dir, others))
    packs = paths.packs_dir
    if not paths.data_dir.is_symlink():
        if _contains(paths.models_dir, packs):
            found.add_some(packs, _all_below(packs, found.apart, with_models=False))
        else:
            found.add(packs)
    return found.group(CACHE)


def _is_shared(folder: Path, models_dir: Path, others: Iterable[Path]) -> bool:
    """Whether more than this group's files are in it: models, or another group's."""
    return _contains(models_dir, folder) or any(_is_same(folder, other) for other in others)


@dataclass
class _Found:
    """Gathers the files of a group; nothing in the folders `apart`."""

    apart: frozenset[_Identity]
    folders: list[Path] = field(default_factory=list)
    shared: list[Path] = field(default_factory=list)
    links: list[Path] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def add(self, folder: Path, names: tuple[str, ...] = (), *, is_shared: bool = False) -> None:
        """All of `folder`; of a shared one what is under Coterie's `names`; of a link itself."""
        if folder.is_symlink():
            self.links.append(folder)
            self.files.append(folder)
        elif is_shared:
            self.add_some(folder, self._named(folder, names))
        else:
            self.folders.append(folder)
            self.files.extend(_all_below(folder, self.apart))

    def add_some(self, folder: Path, files: Iterable[Path]) -> None:
        """`files` in `folder`, which is not Coterie's alone."""
        self.shared.append(folder)
        self.files.extend(files)

    def group(self, name: str, chosen: Path | None = None, strangers: int = 0) -> OwnGroup:
        files = tuple(dict.fromkeys(self.files))
        size_bytes = sum(map(_room_bytes, files))
        folders, shared, links = tuple(self.folders), tuple(self.shared), tuple(self.links)
        return OwnGroup(name, folders, files, size_bytes, shared, links, chosen, strangers)

    def _named(self, folder: Path, names: tuple[str, ...]) -> Iterator[Path]:
        entries = sorted(folder.iterdir()) if folder.is_dir() else []
        for path in entries:
            if own_names.is_own_name(path.name, names):
                yield from _all_below(path, self.apart, with_models=False)


# The disk


def _all_below(
    top: Path, apart: frozenset[_Identity] = frozenset(), *, with_models: bool = True
) -> Iterator[Path]:
    """Every file and link, in order, or `top` where it is one; nothing in `apart`.

    Links are not followed.
    """

    def is_wanted(path: Path) -> bool:
        if not with_models and path.name.lower().endswith(SUFFIX):
            return False
        return _identity(path) not in apart

    if not is_wanted(top):
        return
    if top.is_symlink() or top.is_file():
        yield top
        return
    for parent, folders, names in os.walk(top):
        inner = Path(parent)
        links = [name for name in folders if (inner / name).is_symlink()]
        folders[:] = sorted(n for n in folders if n not in links and is_wanted(inner / n))
        yield from (inner / n for n in sorted((*names, *links)) if is_wanted(inner / n))


def _identities(paths: Iterable[Path]) -> frozenset[_Identity]:
    """Of each and of what it leads to: one folder has many spellings."""
    both = (one for path in paths for one in (_identity(path), _identity(path, follow=True)))
    return frozenset(one for one in both if one)


def _identity(path: Path, *, follow: bool = False) -> _Identity | None:
    try:
        status = path.stat(follow_symlinks=follow)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_same(one: Path, other: Path) -> bool:
    return _resolved(one) == _resolved(other)


def _resolved(path: Path) -> _Identity | Path:
    return _identity(path, follow=True) or path.resolve()


def _contains(outer: Path, inner: Path) -> bool:
    """Whether `inner` is `outer` or beneath it, whatever they are called."""
    place, top = inner.resolve(), _resolved(outer)
    return any(_resolved(folder) == top for folder in (place, *place.parents))


def _room_bytes(path: Path) -> int:
    try:
        status = path.lstat()
    except OSError:
        return 0
    blocks = getattr(status, "st_blocks", None)
    return status.st_size if blocks is None else blocks * _BLOCK_BYTES
