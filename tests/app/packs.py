"""Makes GPU packs of small files, which are whole by their pack.json and no libraries."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from app.engine_build import installed_engine
from app.engine_packs import MANIFEST, PackFile, PackManifest

LIBRARY = "libggml-cuda.so"
CUDA = PackManifest(
    kind="cuda",
    name="CUDA 12.4",
    engine_version=installed_engine().version or "",
    library=LIBRARY,
    files=(),
    driver="525.60.13",
    compute_capability="6.1",
    needs=("libcuda.so.1",),
)


def make_pack(folder: Path, manifest: PackManifest = CUDA, content: bytes = b"no ELF") -> Path:
    """Write the pack into `folder`; files that `manifest` lists itself are not written."""
    folder.mkdir(parents=True, exist_ok=True)
    if not manifest.files:
        (folder / manifest.library).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        file = PackFile(manifest.library, digest, len(content))
        manifest = msgspec.structs.replace(manifest, files=(file,))
    (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return folder
