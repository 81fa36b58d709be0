"""The models of LM Studio: publisher/repository/file below its models folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.owned.bounded_walk import Limits, files_below, small_text
from app.owned.found_model import FoundModel, size_of
from app.owned.gguf_names import whole_models
from runtime.gguf.split_files import model_stem

SOURCE = "LM Studio"


class _Settings(msgspec.Struct):
    downloads_folder: str = msgspec.field(default="", name="downloadsFolder")


def find(home: Path, limits: Limits) -> Iterator[FoundModel]:
    """In the folder its settings name, and in the usual ones of now and before."""
    for folder in _folders(home):
        for paths in whole_models(files_below(folder, ".gguf", limits)):
            inner = paths[0].parent.relative_to(folder).parts
            repo = "/".join(inner) if len(inner) == 2 else ""
            yield FoundModel(model_stem(paths[0]), paths, size_of(paths), SOURCE, repo=repo)


def _folders(home: Path) -> list[Path]:
    homes = [home / ".lmstudio", home / ".cache" / "lm-studio"]
    if pointed := small_text(home / ".lmstudio-home-pointer").strip():
        homes.insert(0, Path(pointed))
    chosen = [Path(folder) for own in homes if (folder := _chosen(own / "settings.json"))]
    return list(dict.fromkeys((*chosen, *(own / "models" for own in homes))))


def _chosen(settings: Path) -> str:
    try:
        return msgspec.json.decode(small_text(settings), type=_Settings).downloads_folder
    except msgspec.MsgspecError:
        return ""
