"""What there is to import at a path, looked at before anything is touched."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.owned.found_model import FILE, FoundModel, size_of
from app.owned.model_files import OWN_FOLDER, SUFFIX, models_under
from runtime.errors import CoterieError, Problem
from runtime.gguf.model_shape import ModelShape, model_shape
from runtime.gguf.split_files import model_stem, part_paths, read_model
from runtime.language import tr
from runtime.model_records import ModelRecord, read_records


@dataclass(frozen=True)
class ImportSource:
    """One model that can be used. `model.source` is "file" for one that no program keeps."""

    model: FoundModel
    shape: ModelShape

    @property
    def path(self) -> Path:
        return self.model.paths[0]


@dataclass(frozen=True)
class Sources:
    """What was found, and why other files there are left out."""

    sources: tuple[ImportSource, ...]
    problems: tuple[Problem, ...]


def look_at(what: Path | FoundModel) -> Sources:
    """The models at a file or in a folder, or that one of another program.

    Raises CoterieError when there is none that can be used. Projectors in a folder go unsaid.
    """
    if isinstance(what, FoundModel):
        return Sources((ImportSource(what, _shape(what.paths[0])),), ())
    path = Path(os.path.abspath(what))  # noqa: PTH100 - resolve() follows links
    if path.is_dir():
        return _in_folder(path)
    paths = part_paths(path)
    shape = _shape(paths[0])
    name = shape.name or model_stem(path)
    return Sources((ImportSource(_of_person(name, paths), shape),), ())


def _in_folder(folder: Path) -> Sources:
    sources, problems = [], []
    for files in sorted(models_under(os.fspath(folder))):
        paths = part_paths(Path(files.path))
        try:
            shape = _shape(paths[0])
            sources.append(ImportSource(_of_person(shape.name, paths), shape))
        except CoterieError as error:
            if "mmproj" not in paths[0].name.lower():
                problems.append(error.problem)
    if not sources:
        raise CoterieError(problems[0] if problems else _nothing(folder))
    return Sources(tuple(sources), tuple(problems))


def _of_person(name: str, paths: tuple[Path, ...]) -> FoundModel:
    return FoundModel(name, paths, size_of(paths), FILE)


def _shape(path: Path) -> ModelShape:
    try:
        return model_shape(read_model(path))
    except CoterieError as error:
        problem = error.problem
        named = Problem(
            problem.kind, problem.title, f"{path.name}: {problem.message}", problem.remedy
        )
        raise CoterieError(named) from None


def already_there(source: ImportSource, models_dir: Path) -> Path | None:
    """The first file of the same model in the list, by its place or by its sha256."""
    real, folder = source.path.resolve(), models_dir.resolve()
    if real.is_relative_to(folder):
        if real.relative_to(folder).parts[0] == OWN_FOLDER:
            raise CoterieError(_unfinished(source.path))
        return source.path
    for record in read_records(models_dir):
        if record.files and _is_same(record, source, models_dir):
            return models_dir / record.files[0].path
    return None


def with_digests(digests: Iterable[str], models_dir: Path) -> Path | None:
    """The first file of a model whose files have these sha256 and are still there."""
    wanted = tuple(digests)
    for record in read_records(models_dir):
        if wanted and tuple(file.sha256 for file in record.files) == wanted:
            paths = [models_dir / file.path for file in record.files]
            if all(path.is_file() for path in paths):
                return paths[0]
    return None


def _is_same(record: ModelRecord, source: ImportSource, models_dir: Path) -> bool:
    first = models_dir / record.files[0].path
    if not first.exists():
        return False
    if first.samefile(source.path):
        return True
    digests = tuple(file.sha256 for file in record.files)
    return bool(source.model.digests) and digests == source.model.digests


def own_folder(source: ImportSource) -> str:
    """A folder's name for a model whose file name is taken: its repository's, or where it was."""
    names = source.model.repo.split("/")
    is_plain = all(name not in ("", ".", "..") and "\\" not in name for name in names)
    return source.model.repo if is_plain else source.path.parent.name


def file_name(source: ImportSource, path: Path) -> str:
    """What a copy of `path` is called: its own name, or the model's where a hash is its name."""
    if path.suffix.lower() == SUFFIX:
        return path.name
    name = "".join(
        letter if letter.isalnum() or letter in "._-" else "-" for letter in source.model.name
    )
    return f"{name.strip('.-')[:120] or 'model'}{SUFFIX}"


def _nothing(folder: Path) -> Problem:
    return Problem(
        "nothing_to_import",
        tr("There is no model there"),
        tr("No file in {folder} ends in .gguf", folder=folder),
        tr("Choose the folder that holds the model's files."),
    )


def _unfinished(path: Path) -> Problem:
    return Problem(
        "nothing_to_import",
        tr("This is not a finished model"),
        tr("{path} is a download of Coterie that is not finished", path=path),
        tr("Let the download finish; the model then appears in the list."),
    )
