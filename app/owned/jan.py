"""The models of Jan: a model.yml for each, with where its file lies."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from app.owned.bounded_walk import Limits, files_below, small_text
from app.owned.found_model import FoundModel, size_of
from app.owned.gguf_names import as_sha256, whole_models

SOURCE = "Jan"


class _Settings(msgspec.Struct):
    data_folder: str = ""


def find(home: Path, environment: Mapping[str, str], limits: Limits) -> Iterator[FoundModel]:
    """Those of its data folders, also files that it only points to."""
    for data in _data_folders(home, environment):
        for models in (data / "llamacpp" / "models", data / "models"):
            for description in files_below(models, "model.yml", limits):
                fields = _fields(small_text(description))
                path = Path(data, fields.get("model_path", ""))
                if path.suffix.lower() != ".gguf":
                    continue
                name = fields.get("name") or description.parent.relative_to(models).as_posix()
                digest = as_sha256(fields.get("model_sha256", ""))
                for paths in whole_models((path,)):
                    digests = (digest,) if digest and len(paths) == 1 else ()
                    yield FoundModel(name, paths, size_of(paths), SOURCE, digests)


def _data_folders(home: Path, environment: Mapping[str, str]) -> list[Path]:
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    share = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    own = [share / "Jan", config / "Jan"]
    if sys.platform == "darwin":
        own.append(home / "Library" / "Application Support" / "Jan")
    if roaming := environment.get("APPDATA"):
        own.append(Path(roaming, "Jan"))
    chosen = [Path(text) for folder in own if (text := _chosen(folder / "settings.json"))]
    return list(dict.fromkeys((*chosen, *(folder / "data" for folder in own), home / "jan")))


def _chosen(settings: Path) -> str:
    try:
        return msgspec.json.decode(small_text(settings), type=_Settings).data_folder
    except msgspec.MsgspecError:
        return ""


def _fields(yaml: str) -> dict[str, str]:
    """The plain `key: value` lines of a YAML file, which are all that Jan writes of a model."""
    fields = {}
    for line in yaml.splitlines():
        key, colon, value = line.partition(":")
        if colon and not key.startswith((" ", "#", "-")):
            fields[key.strip()] = value.strip().strip("\"'")
    return fields
