"""Layouts of models on the hub, kept by commit: what was read once is not fetched again."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import msgspec

from runtime.hub.frames import HubModel
from runtime.placement.model_layout import ModelLayout

_LOG = logging.getLogger(__name__)
_FORMAT = 1  # Another number when a ModelLayout of the same header comes out differently.
MOST_KEPT = 400


class LayoutCache:
    """One file for each model in `folder`; a damaged one counts as none, the oldest are dropped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, repo: str, revision: str, model: HubModel) -> ModelLayout | None:
        """The layout of `model` at that commit, None when it was not read yet."""
        try:
            data = self._path(repo, revision, model).read_bytes()
            return msgspec.msgpack.decode(data, type=ModelLayout)
        except (OSError, msgspec.MsgspecError):
            return None

    def put(self, repo: str, revision: str, model: HubModel, layout: ModelLayout) -> None:
        """Keep it; a disk that refuses costs only time."""
        path = self._path(repo, revision, model)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".part")
            partial.write_bytes(msgspec.msgpack.encode(layout))
            partial.replace(path)
            self._drop_oldest()
        except OSError as error:
            _LOG.info("a layout is not kept: %s", error.strerror or error)

    def _path(self, repo: str, revision: str, model: HubModel) -> Path:
        facts = (_FORMAT, repo, revision, [(f.path, f.size_bytes, f.sha256) for f in model.files])
        return self._folder / f"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}.layout"

    def _drop_oldest(self) -> None:
        kept = sorted(self._folder.glob("*.layout"), key=lambda path: path.stat().st_mtime_ns)
        for path in kept[:-MOST_KEPT]:
            path.unlink(missing_ok=True)
