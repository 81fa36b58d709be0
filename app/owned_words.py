"""What a task on model files came to, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from app import number_text
from app.local_models import LocalModel
from app.owned.deleting import Deleted
from app.owned.importing import ImportResult
from app.owned.moving import Moved
from app.owned.verifying import Verification
from app.owned_state import FoundRow, ImportHow
from runtime.errors import Problem
from runtime.language import tr, tr_n


def verified(model: LocalModel, result: Verification) -> tuple[str, Problem | None]:
    """The sentence, and a problem when the file is not what it was."""
    size = number_text.gib_unit(result.read_bytes)
    if result.verdict == "whole":
        return tr(
            "{name} is whole: {size} have the hash they should.", name=model.name, size=size
        ), None
    if result.verdict == "first":
        return _first(model.name, is_kept=result.is_kept), None
    return "", _damaged(model.name, len(result.damage), can_repair=result.can_repair)


def _first(name: str, *, is_kept: bool) -> str:
    if is_kept:
        return tr("{name}: there was no hash to compare with. It is kept for next time.", name=name)
    return tr("{name}: there was no hash to compare with.", name=name)


def _damaged(name: str, places: int, *, can_repair: bool) -> Problem:
    return Problem(
        "model_damaged",
        tr("{name} is damaged", name=name),
        tr_n(
            "It differs from what it was in {n} place, so its answers can't be trusted",
            "It differs from what it was in {n} places, so its answers can't be trusted",
            places,
        ),
        tr("Delete it, then download it again.")
        if can_repair
        else tr("Get it again from where it came from."),
    )


def deleted(name: str, result: Deleted) -> str:
    """What became of the files, and of the disk's space."""
    if result.is_linked:
        return tr(
            "{name} is out of the list. Its file stays with the program it belongs to.", name=name
        )
    size = number_text.gib_unit(result.size_bytes)
    if result.is_in_trash:
        return tr("{name} is in the trash. Emptying it frees {size}.", name=name, size=size)
    if not result.freed_bytes:
        return tr(
            "{name} is deleted. Its file has another name too, so no space was freed.", name=name
        )
    freed = number_text.gib_unit(result.freed_bytes)
    return tr("{name} is deleted. {size} are free again.", name=name, size=freed)


def imported(results: Sequence[ImportResult], how: ImportHow) -> tuple[str, Problem | None]:
    """How many came, and the first thing that went wrong."""
    models = [model for result in results for model in result.models]
    new = sum(not model.was_known for model in models)
    problem = next((p for result in results for p in result.problems), None)
    known = len(models) - new
    came = _came(new, how) if new else ""
    were = tr_n("{n} model in the list before.", "{n} models in the list before.", known)
    if not models:
        return tr("There was no model in it.") if problem is None else "", problem
    if came and known:
        return tr("{first} {second}", first=came, second=were), problem
    return came or were, problem


def _came(count: int, how: ImportHow) -> str:
    match how:
        case "link":
            return tr_n(
                "{n} model linked, nothing was copied.",
                "{n} models linked, nothing was copied.",
                count,
            )
        case "copy":
            return tr_n("{n} model copied.", "{n} models copied.", count)
        case "move":
            return tr_n("{n} model moved.", "{n} models moved.", count)


def moved(result: Moved) -> str:
    """Where the models are now, and whether something is not there."""
    said = tr("Models are kept in {folder} now.", folder=result.folder)
    left = len(result.left_behind)
    if not left:
        return said
    behind = tr_n("{n} file stayed behind.", "{n} files stayed behind.", left)
    return tr("{first} {second}", first=said, second=behind)


def found(rows: Sequence[FoundRow]) -> str:
    """How many there are, and how many of them would be new."""
    if not rows:
        return tr("No models of other programs were found.")
    new = sum(not row.is_known for row in rows)
    return tr_n(
        "{n} model found, {new} of them not in the list yet.",
        "{n} models found, {new} of them not in the list yet.",
        len(rows),
        new=new,
    )
