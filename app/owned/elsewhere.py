"""Models that other programs keep on this disk, looked for only when somebody asks."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

from app.local_models import LocalModel
from app.owned import hugging_face_cache, jan, llama_cpp_cache, lm_studio, ollama
from app.owned.bounded_walk import Limits
from app.owned.found_model import FoundModel

PATIENCE_S = 10.0


def find_elsewhere(
    home: Path,
    environment: Mapping[str, str],
    known: Iterable[LocalModel] = (),
    limits: Limits | None = None,
) -> tuple[FoundModel, ...]:
    """Each once, by source and name. Those that `known` models are too are marked so.

    No file of a model is opened but Ollama's, for its first four bytes.
    """
    limits = limits or Limits(time.monotonic() + PATIENCE_S)
    searches = (
        lm_studio.find(home, limits),
        ollama.find(home, environment, limits),
        jan.find(home, environment, limits),
        hugging_face_cache.find(home, environment, limits),
        llama_cpp_cache.find(home, environment, limits),
    )
    listed = _Known(known)
    found: dict[object, FoundModel] = {}
    for model in chain.from_iterable(map(_unbroken, searches)):
        place = tuple(_real(path) for path in model.paths)
        if place not in found and not (model.digests and model.digests in found):
            shown = replace(model, is_known=listed.has(model))
            found[place] = shown
            if model.digests:
                found[model.digests] = shown
    unique = {model.paths: model for model in found.values()}
    return tuple(sorted(unique.values(), key=lambda model: (model.source, model.name.lower())))


class _Known:
    def __init__(self, models: Iterable[LocalModel]) -> None:
        models = tuple(models)
        self._places = {_real(model.path) for model in models}
        self._digests = {model.digests for model in models if model.digests}

    def has(self, model: FoundModel) -> bool:
        return model.digests in self._digests or _real(model.paths[0]) in self._places


def _unbroken(search: Iterator[FoundModel]) -> Iterator[FoundModel]:
    """What a search finds until a file goes away under it: the other programs go on meanwhile."""
    try:
        yield from search
    except OSError:
        return


def _real(path: Path) -> tuple[int, int] | Path:
    """The same for two names of one file."""
    try:
        status = path.stat()
    except OSError:
        return path
    return status.st_dev, status.st_ino
