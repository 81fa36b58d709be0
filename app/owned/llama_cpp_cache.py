"""The models that llama.cpp's own programs downloaded."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.owned.bounded_walk import Limits, files_below
from app.owned.found_model import FoundModel, size_of
from app.owned.gguf_names import whole_models
from runtime.gguf.split_files import model_stem

SOURCE = "llama.cpp"


def find(home: Path, environment: Mapping[str, str], limits: Limits) -> Iterator[FoundModel]:
    """Named OWNER_NAME_FILE.gguf; `manifest=OWNER=NAME=TAG.json` beside them tells the parts."""
    folder = _folder(home, environment)
    repos = [
        tuple(path.name.split("=")[1:3])
        for path in files_below(folder, ".json", limits)
        if path.name.startswith("manifest=") and path.name.count("=") == 3
    ]
    for paths in whole_models(files_below(folder, ".gguf", limits)):
        stem = model_stem(paths[0])
        repo, name = "", stem
        for parts in repos:
            if stem.startswith(prefix := f"{'_'.join(parts)}_"):
                repo, name = "/".join(parts), stem.removeprefix(prefix)
        yield FoundModel(name, paths, size_of(paths), SOURCE, repo=repo)


def _folder(home: Path, environment: Mapping[str, str]) -> Path:
    if chosen := environment.get("LLAMA_CACHE"):
        return Path(chosen)
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "llama.cpp"
    if sys.platform == "win32" and (local := environment.get("LOCALAPPDATA")):
        return Path(local, "llama.cpp")
    return Path(environment.get("XDG_CACHE_HOME") or home / ".cache", "llama.cpp")
