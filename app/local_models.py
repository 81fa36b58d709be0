"""The models on this machine, read from their file headers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.header_cache import HeaderCache
from app.owned.found_model import FILE, source_name
from app.owned.record_index import RecordIndex
from app.owned.shelf import ShelfEntry, shelf_entries, shipped_entries
from app.starter import shipped_models
from runtime.errors import CoterieError, Problem
from runtime.gguf.header import GgufHeader
from runtime.gguf.model_shape import ModelShape, model_shape
from runtime.gguf.split_files import first_part, model_stem, read_model
from runtime.gguf.values import shown
from runtime.language import tr, tr_n

_MAX_NAMED = 8


@dataclass(frozen=True)
class LocalModel:
    """A GGUF on this disk. `parameters_active` counts what one token uses; 0 experts is dense.

    `note` is a short honest line for people ("a 135M model, for trying things out"). `licence` is
    the hub's word or the file's own, `source` "hub" or what it was imported from, both "" when
    nobody knows. `digests` are the sha256 of its files where all are known. A linked model stays
    where it is and belongs to another program; a shipped one is a part of this one.
    `verified_at_s` is Unix time, 0 for never.
    """

    id: str
    name: str
    path: Path
    architecture: str
    quantisation: str
    file_bytes: int
    parameters_total: int
    parameters_active: int
    expert_count: int
    expert_used_count: int
    n_ctx_train: int
    note: str = ""
    licence: str = ""
    source: str = ""
    repo: str = ""
    digests: tuple[str, ...] = ()
    is_linked: bool = False
    is_shipped: bool = False
    verified_at_s: float = 0.0


@dataclass(frozen=True)
class UnusableModel:
    """A file that can't be used as a model, or a link to one that is gone.

    It can be deleted, unless it was shipped with the program.
    """

    id: str
    path: Path
    problem: Problem
    is_linked: bool
    is_shipped: bool = False


class LocalModels:
    """The models in one folder and the folders in it, those linked from elsewhere, and `shipped`
    ones, which came with the program and are used where they lie.

    Headers already read are kept in `cache_path`. A model split over files is one model, at the
    path of its first part; the same model twice is listed once.
    """

    def __init__(
        self,
        models_dir: Path,
        cache_path: Path,
        read_header: Callable[[Path], GgufHeader] = read_model,
        shipped: Iterable[Path] | None = None,
    ) -> None:
        self._models_dir = models_dir
        self._cache = HeaderCache(cache_path)
        self._index_path = cache_path.with_name("model-records.json")
        self._records = RecordIndex(models_dir, self._index_path)
        self._read_header = read_header
        self._shipped = tuple(shipped_models() if shipped is None else shipped)
        self._unusable: dict[str, UnusableModel] = {}

    @property
    def folder(self) -> Path:
        """Where models are kept."""
        return self._models_dir

    def use_folder(self, models_dir: Path) -> None:
        """The next scan looks there."""
        self._models_dir = models_dir
        self._records = RecordIndex(models_dir, self._index_path)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why the last scan left files out, one for each file."""
        return tuple(model.problem for model in self._unusable.values())

    @property
    def unusable(self) -> tuple[UnusableModel, ...]:
        """What the last scan left out."""
        return tuple(self._unusable.values())

    def scan(self) -> tuple[LocalModel, ...]:
        """Every model there is now, by id. Files that can't be used are in `problems`."""
        models, used = [], []
        self._unusable = {}
        entries = shelf_entries(self._models_dir, self._records.summaries())
        for entry in (*entries, *shipped_entries(self._shipped, entries)):
            try:
                models.append(self._model(entry))
                used.append(entry.files.path)
            except CoterieError as error:
                path = Path(entry.files.path)
                problem = _naming(path, error.problem)
                self._unusable[entry.id] = UnusableModel(
                    entry.id, path, problem, entry.is_linked, entry.is_shipped
                )
        self._cache.keep_only(used)
        return tuple(sorted(models, key=lambda model: model.id))

    def find(self, id_or_path: str) -> LocalModel:
        """The model with this id, or in the file at this path (any part of a split model).

        Raises CoterieError of kind "model_unknown", "model_unreadable" for a file that is there and
        can't be used, or "model_gone" for a linked one that is not there any more.
        """
        models = self.scan()
        wanted = id_or_path.strip().lower().removesuffix(".gguf")
        for model in models:
            if model.id == wanted:
                return model
        if unusable := self._unusable.get(wanted):
            raise CoterieError(unusable.problem)
        if path := _existing_file(id_or_path):
            return self._outside(path, models)
        raise _unknown(id_or_path, [model.id for model in models])

    def _outside(self, path: Path, models: Iterable[LocalModel]) -> LocalModel:
        path = first_part(path.absolute())
        for model in models:
            if model.path.exists() and path.exists() and model.path.samefile(path):
                return model
        try:
            shape = model_shape(self._read_header(path))
        except CoterieError as error:
            raise CoterieError(_naming(path, error.problem)) from None
        return _local_model(model_stem(path).lower(), path, shape)

    def _model(self, entry: ShelfEntry) -> LocalModel:
        path = Path(entry.files.path)
        if entry.is_linked and not entry.files.parts:
            raise _gone(path, entry)
        shape = self._cache.stamped(
            entry.files.path, entry.files.stamp, lambda: model_shape(self._read_header(path))
        )
        return _local_model(entry.id, path, shape, entry)


def _existing_file(text: str) -> Path | None:
    """The file that `text` names; None also for text that can't be a path on this system."""
    try:
        path = Path(text).expanduser()
        return path if path.is_file() else None
    except (OSError, ValueError, RuntimeError):  # too long, a zero byte, an unknown ~user
        return None


def _local_model(
    model_id: str, path: Path, shape: ModelShape, entry: ShelfEntry | None = None
) -> LocalModel:
    record = entry.record if entry else None
    return LocalModel(
        id=model_id,
        name=shape.name or (record.name if record else "") or model_stem(path),
        path=path,
        architecture=shape.architecture,
        quantisation=shape.quantisation,
        file_bytes=shape.file_bytes,
        parameters_total=shape.parameters_total,
        parameters_active=shape.parameters_active,
        expert_count=shape.expert_count,
        expert_used_count=shape.expert_used_count,
        n_ctx_train=shape.n_ctx_train,
        note=shape.note,
        licence=(record.licence if record else "") or shape.licence,
        source=record.source if record else "",
        repo=record.repo if record else "",
        digests=entry.digests if entry else (),
        is_linked=entry.is_linked if entry else False,
        is_shipped=entry.is_shipped if entry else False,
        verified_at_s=record.verified_at_s if record else 0.0,
    )


def _naming(path: Path, problem: Problem) -> Problem:
    return msgspec.structs.replace(problem, message=f"{path.name}: {problem.message}")


def _gone(path: Path, entry: ShelfEntry) -> CoterieError:
    source = entry.record.source if entry.record else ""
    if source in ("", FILE):
        message = tr("It is not where it was linked any more ({path})", path=path)
    else:
        message = tr(
            "It is not where {source} keeps it any more ({path})",
            source=source_name(source),
            path=path,
        )
    return CoterieError(
        Problem(
            kind="model_gone",
            title=tr("A linked model is gone"),
            message=message,
            remedy=tr("Connect its disk or put the file back; or take the model out of the list."),
        )
    )


def _unknown(wanted: str, known: list[str]) -> CoterieError:
    return CoterieError(
        Problem(
            kind="model_unknown",
            title=tr("The model is not known"),
            message=tr('There is no model and no file "{name}"', name=shown(wanted)),
            remedy=_instead(known),
        )
    )


def _instead(known: list[str]) -> str:
    if not known:
        return tr(
            "There are none here yet: give the path of a .gguf file, or run the set-up again."
        )
    names, rest = ", ".join(known[:_MAX_NAMED]), len(known) - _MAX_NAMED
    if rest <= 0:
        return tr(
            "Known models: {names}. Use one of these, or the path of a .gguf file.", names=names
        )
    return tr_n(
        "Known models: {names} and {n} more (coterie list). Use one of these, or the path of a"
        " .gguf file.",
        "Known models: {names} and {n} more (coterie list). Use one of these, or the path of a"
        " .gguf file.",
        rest,
        n=rest,
        names=names,
    )
