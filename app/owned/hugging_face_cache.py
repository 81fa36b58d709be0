"""The models in the cache that Hugging Face's own programs share."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.owned.bounded_walk import Limits, files_below, small_text
from app.owned.found_model import FoundModel, size_of
from app.owned.gguf_names import as_sha256, whole_models
from runtime.gguf.split_files import model_stem
from runtime.language import marked

SOURCE = marked("Hugging Face cache")
_PREFIX = "models--"


def find(home: Path, environment: Mapping[str, str], limits: Limits) -> Iterator[FoundModel]:
    """Of each repository's snapshots, the one of the main branch first."""
    hub = _hub(home, environment)
    try:
        folders = sorted(hub.glob(f"{_PREFIX}*"))
    except OSError:
        return
    for folder in folders:
        repo = folder.name.removeprefix(_PREFIX).replace("--", "/")
        main = small_text(folder / "refs" / "main").strip()
        for snapshot in sorted(_folders(folder / "snapshots"), key=lambda path: path.name != main):
            for paths in whole_models(files_below(snapshot, ".gguf", limits)):
                digests = tuple(as_sha256(path.resolve().name) for path in paths)
                yield FoundModel(
                    model_stem(paths[0]),
                    paths,
                    size_of(paths),
                    SOURCE,
                    digests if all(digests) else (),
                    repo,
                    snapshot.name,
                )


def _hub(home: Path, environment: Mapping[str, str]) -> Path:
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if chosen := environment.get(variable):
            return _expanded(chosen, home)
    if chosen := environment.get("HF_HOME"):
        return _expanded(chosen, home) / "hub"
    cache = environment.get("XDG_CACHE_HOME") or home / ".cache"
    return Path(cache, "huggingface", "hub")


def _expanded(text: str, home: Path) -> Path:
    return home / text[2:] if text.startswith(("~/", f"~{os.sep}")) else Path(text)


def _folders(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_dir()]
    except OSError:
        return []
