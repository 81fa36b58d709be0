"""The models on this machine, read from their file headers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

import msgspec

from app.header_cache import HeaderCache
from runtime.errors import CoterieError, Problem
from runtime.gguf.header import GgufHeader
from runtime.gguf.model_shape import ModelShape, model_shape
from runtime.gguf.split_files import first_part, model_stem, part_paths, read_model
from runtime.gguf.values import shown

_MAX_NAMED = 8


@dataclass(frozen=True)
class LocalModel:
    """A GGUF on this disk. `parameters_active` counts what one token uses; 0 experts is dense.

    `note` is a short honest line for people ("a 135M model, for trying things out").
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


class LocalModels:
    """The models in one folder and the folders in it.

    Headers already read are kept in `cache_path`. A model split over files is one model, at the
    path of its first part.
    """

    def __init__(
        self,
        models_dir: Path,
        cache_path: Path,
        read_header: Callable[[Path], GgufHeader] = read_model,
    ) -> None:
        self._models_dir = models_dir
        self._cache = HeaderCache(cache_path)
        self._read_header = read_header
        self._problems: dict[str, Problem] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why the last scan left files out, one for each file."""
        return tuple(self._problems.values())

    def scan(self) -> tuple[LocalModel, ...]:
        """Every model there is now, by id. Files that can't be used are in `problems`."""
        ids = _ids(self._models_dir, _model_files(self._models_dir))
        models = []
        self._problems = {}
        for path, model_id in ids.items():
            try:
                models.append(self._model(path, model_id))
            except CoterieError as error:
                self._problems[model_id] = _naming(path, error.problem)
        self._cache.keep_only({model.path for model in models})
        return tuple(sorted(models, key=lambda model: model.id))

    def find(self, id_or_path: str) -> LocalModel:
        """The model with this id, or in the file at this path (any part of a split model).

        Raises CoterieError of kind "model_unknown", or "model_unreadable" for a file that is there
        and can't be used.
        """
        models = self.scan()
        wanted = id_or_path.strip().lower().removesuffix(".gguf")
        for model in models:
            if model.id == wanted:
                return model
        if problem := self._problems.get(wanted):
            raise CoterieError(problem)
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

    def _model(self, path: Path, model_id: str) -> LocalModel:
        shape = self._cache.shape(
            path, part_paths(path), lambda: model_shape(self._read_header(path))
        )
        return _local_model(model_id, path, shape)


def _existing_file(text: str) -> Path | None:
    """The file that `text` names; None also for text that can't be a path on this system."""
    try:
        path = Path(text).expanduser()
        return path if path.is_file() else None
    except (OSError, ValueError, RuntimeError):  # too long, a zero byte, an unknown ~user
        return None


def _local_model(model_id: str, path: Path, shape: ModelShape) -> LocalModel:
    return LocalModel(
        id=model_id,
        name=shape.name or model_stem(path),
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
    )


def _model_files(folder: Path) -> list[Path]:
    """One path for each model under `folder`, in order; folders that can't be read are left out."""
    found = {
        first_part(Path(parent, name))
        for parent, _, names in os.walk(folder)
        for name in names
        if name.lower().endswith(".gguf")
    }
    return sorted(found)


def _ids(folder: Path, paths: Iterable[Path]) -> dict[Path, str]:
    """An id for each path: its stem in lower case, after its folder where another has that id."""
    ids: dict[Path, str] = {}
    taken: set[str] = set()
    for path in sorted(paths, key=lambda path: (len(path.parts), path)):
        stem = model_stem(path).lower()
        inner = path.relative_to(folder).with_name(stem).as_posix().lower()
        candidates = chain((stem, inner), (f"{stem}-{number}" for number in count(2)))
        ids[path] = next(candidate for candidate in candidates if candidate not in taken)
        taken.add(ids[path])
    return ids


def _naming(path: Path, problem: Problem) -> Problem:
    return msgspec.structs.replace(problem, message=f"{path.name}: {problem.message}")


def _unknown(wanted: str, known: list[str]) -> CoterieError:
    if not known:
        remedy = "There are none here yet: give the path of a .gguf file, or run the set-up again."
    else:
        remedy = f"Known models: {', '.join(known[:_MAX_NAMED])}"
        if len(known) > _MAX_NAMED:
            remedy += f" and {len(known) - _MAX_NAMED} more (coterie list)"
        remedy += ". Use one of these, or the path of a .gguf file."
    return CoterieError(
        Problem(
            kind="model_unknown",
            title="The model is not known",
            message=f'There is no model and no file "{shown(wanted)}"',
            remedy=remedy,
        )
    )
