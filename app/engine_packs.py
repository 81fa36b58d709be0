"""GPU packs: folders with a pack.json and a back end for the engine, found and looked through."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from app.engine_build import portable_variants
from app.json_file import Unreadable, read_json
from app.paths import Paths
from runtime.engine_parts import PackPart
from runtime.language import tr
from runtime.own_program import is_bundled

MANIFEST = "pack.json"
FOLDER = "engine-packs"
_CHUNK_BYTES = 1 << 20
_CHECKOUT = Path(__file__).resolve().parents[1]

PackKind = Literal["cuda", "vulkan", "rpc"]
FileFault = Literal["", "missing", "damaged"]


class PackFile(msgspec.Struct, frozen=True):
    """One library of a pack; `name` is that of a file in its folder."""

    name: str
    sha256: str
    size_bytes: int


class PackManifest(msgspec.Struct, frozen=True):
    """pack.json. `library` is the back end, one of `files`; the others are what it needs.

    `driver` is the oldest NVIDIA driver that will do, and `compute_capability` the oldest GPU,
    as "7.5"; "" where it does not matter. `needs` are libraries that the system must have.
    `endpoint` is where an "rpc" pack finds the other machine, as "HOST:PORT".
    """

    kind: PackKind
    name: str
    engine_version: str
    library: str
    files: tuple[PackFile, ...]
    driver: str = ""
    compute_capability: str = ""
    needs: tuple[str, ...] = ()
    endpoint: str = ""
    built_for: str = ""
    licences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pack:
    """A folder that has a pack.json. Without `manifest`, `unreadable` says why."""

    folder: Path
    manifest: PackManifest | None = None
    unreadable: str = ""

    @property
    def name(self) -> str:
        return self.manifest.name if self.manifest else self.folder.name

    @property
    def part(self) -> PackPart | None:
        """What the engine's processes load of it."""
        if self.manifest is None:
            return None
        return PackPart(str(self.folder / self.manifest.library), self.manifest.endpoint)


def pack_folders(paths: Paths) -> tuple[Path, ...]:
    """Where packs are looked for: beside the program, then in the user's data."""
    program = Path(sys.executable).resolve().parent if is_bundled() else _CHECKOUT
    return (program / FOLDER, paths.packs_dir)


def has_parts(paths: Paths) -> bool:
    """Whether there is anything beside the engine's own libraries; a checkout has nothing."""
    return bool(portable_variants()) or any(folder.is_dir() for folder in pack_folders(paths))


def find_packs(folders: Iterable[Path]) -> tuple[Pack, ...]:
    """The packs in `folders`, by name; a folder that can't be listed has none."""
    return tuple(
        read_pack(manifest.parent)
        for folder in folders
        for manifest in sorted(folder.glob(f"*/{MANIFEST}"))
    )


def read_pack(folder: Path) -> Pack:
    """The pack in `folder`."""
    try:
        manifest = read_json(folder / MANIFEST, PackManifest)
    except Unreadable as reason:
        return Pack(folder, unreadable=str(reason))
    if manifest is None:  # removed since the folder was listed
        return Pack(folder, unreadable=tr("It is gone"))
    names = [file.name for file in manifest.files]
    if stray := [name for name in (*names, manifest.library) if not _is_plain(name)]:
        return Pack(folder, unreadable=tr("“{name}” is not a file's name", name=stray[0]))
    if manifest.library not in names:
        return Pack(folder, unreadable=tr("{name} is not among its files", name=manifest.library))
    return Pack(folder, manifest)


def _is_plain(name: str) -> bool:
    return name not in ("", ".", "..") and not set(name) & set("/\\:\0")


def file_fault(pack: Pack) -> tuple[FileFault, str]:
    """The first file that is not what pack.json says; reads them whole (1 GB takes some 2 s)."""
    for file in pack.manifest.files if pack.manifest else ():
        path = pack.folder / file.name
        try:
            if path.stat().st_size != file.size_bytes or _sha256(path) != file.sha256.lower():
                return "damaged", file.name
        except OSError:
            return "missing", file.name
    return "", ""


def state_of(pack: Pack) -> tuple[object, ...]:
    """What tells that a pack is another than before, without reading its libraries."""
    facts: list[object] = [str(pack.folder)]
    names = [MANIFEST, *(file.name for file in pack.manifest.files)] if pack.manifest else []
    for name in names:
        try:
            found = (pack.folder / name).stat()
            facts.append((name, found.st_size, found.st_mtime_ns))
        except OSError:
            facts.append((name, None, None))
    return tuple(facts)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
