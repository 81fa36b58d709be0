"""A file that the desktop opens with Coterie: looked at, and what can be done with it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from app.local_models import LocalModel
from app.owned.import_sources import ImportSource, already_there, look_at
from app.owned_state import ImportHow
from runtime.errors import CoterieError, Problem
from runtime.gguf.split_files import first_part
from runtime.language import tr

OfferPhase = Literal["looking", "new", "known", "adding", "added", "problem"]


@dataclass(frozen=True)
class Offer:
    """One file and how far it is; nothing is done with it before the person asks.

    `name` is the model's, the file's until that was read. `model_id` is what it is called in the
    list of models, "" while it is not in there. `said` is what the import came to.
    """

    path: str
    phase: OfferPhase = "looking"
    name: str = ""
    quantisation: str = ""
    size_bytes: int = 0
    file_count: int = 1
    model_id: str = ""
    done_bytes: int = 0
    total_bytes: int = 0
    said: str = ""
    problem: Problem | None = None

    @property
    def file_name(self) -> str:
        """As it can be shown: a name that is not UTF-8 has marks for what can't be read."""
        return os.fsencode(Path(self.path).name).decode("utf-8", "replace")


@dataclass(frozen=True)
class OpenedView:
    """The files that were opened and are not done with, oldest first. `can_add` is False while
    other work on model files runs. `loaded_id` is the loaded model.
    """

    offers: tuple[Offer, ...] = ()
    can_add: bool = True
    loaded_id: str = ""


class OpenedCommands(Protocol):
    """Each answers with a new `OpenedView`."""

    def load(self, path: str) -> None: ...
    def add(self, path: str, how: ImportHow) -> None: ...
    def cancel_adding(self) -> None: ...
    def dismiss(self, path: str) -> None: ...


def looked_at(path: str, models_dir: Path) -> Offer:
    """What there is at `path`: a model to add, or a problem that says what to do. Reads headers."""
    offer = Offer(path)
    try:
        refuse_what_is_no_file(path)
        source = look_at(Path(path)).sources[0]
        already_there(source, models_dir)  # refuses a download that is not finished
        return _new(offer, source)
    except CoterieError as error:
        return with_problem(path, error.problem)
    except OSError as error:
        return with_problem(path, _unreadable(offer.file_name, error.strerror or str(error)))


def refuse_what_is_no_file(path: str) -> None:
    """Raises CoterieError for a folder, nothing at all, or a name that can't be shown or kept."""
    name = Offer(path).file_name
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        raise CoterieError(_bad_name(name)) from None
    try:
        mode = Path(path).stat().st_mode
    except FileNotFoundError:
        raise CoterieError(_gone(path)) from None
    if stat.S_ISDIR(mode):
        raise CoterieError(_folder(name))
    if not stat.S_ISREG(mode):
        raise CoterieError(_no_file(name))


def model_at(path: str, models: Iterable[LocalModel]) -> LocalModel | None:
    """The one of `models` whose file this is, whatever part or other name of it."""
    first = first_part(Path(path))
    return next((model for model in models if _is_same(model.path, first)), None)


def model_that_came(
    offer: Offer, before: Iterable[LocalModel], after: Iterable[LocalModel], *, went_well: bool
) -> LocalModel | None:
    """What the import of `offer` put into the list: its own file, else what is new, else a copy
    that was there before. After a failure or a cancel such a copy says nothing.
    """
    models = tuple(after)
    if (same := model_at(offer.path, models)) is not None:
        return same
    had = {model.id for model in before}
    alike = [
        model
        for model in models
        if (model.file_bytes, model.quantisation) == (offer.size_bytes, offer.quantisation)
    ]
    new = [model for model in alike if model.id not in had]
    return next(iter((*new, *(alike if went_well else ()))), None)


def _new(offer: Offer, source: ImportSource) -> Offer:
    return Offer(
        offer.path,
        "new",
        source.model.name,
        source.shape.quantisation,
        source.shape.file_bytes,
        len(source.model.paths),
    )


def with_problem(path: str, problem: Problem) -> Offer:
    """The file can't be used, and why."""
    return Offer(path, "problem", problem=problem)


def look_broke(name: str) -> Problem:
    """A fault of our own met the file, which may be damaged in a way that nobody thought of."""
    return Problem(
        "file_look_broke",
        tr("The file could not be looked at"),
        tr("Coterie itself went wrong while it read {name}", name=name),
        tr("The file may be damaged: get it again. If it happens again, see the crash reports."),
    )


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _bad_name(name: str) -> Problem:
    return Problem(
        "file_name",
        tr("The file's name can't be read"),
        tr("{name} has a name that is not UTF-8", name=name),
        tr("Rename it with letters, digits and hyphens, and open it again."),
    )


def _gone(path: str) -> Problem:
    return Problem(
        "file_missing",
        tr("The file is not there"),
        tr("There is no {path}", path=path),
        tr("It may have been moved or deleted, or its disk is not connected."),
    )


def _folder(name: str) -> Problem:
    return Problem(
        "file_is_folder",
        tr("This is a folder"),
        tr("{name} is a folder, and one file is opened at a time", name=name),
        tr("Open a .gguf file in it, or drop the folder on Models, Installed."),
    )


def _no_file(name: str) -> Problem:
    return Problem(
        "file_is_none",
        tr("This is not a file"),
        tr("{name} is a device or a pipe", name=name),
        tr("Open a .gguf file."),
    )


def _unreadable(name: str, reason: str) -> Problem:
    return Problem(
        "file_unreadable",
        tr("The file can't be read"),
        tr("{name}: {reason}", name=name, reason=reason),
        tr("Check that you may read it and that its disk is connected, then open it again."),
    )
