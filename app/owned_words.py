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

_DONE = {"link": "linked, nothing was copied", "copy": "copied", "move": "moved"}


def verified(model: LocalModel, result: Verification) -> tuple[str, Problem | None]:
    """The sentence, and a problem when the file is not what it was."""
    size = number_text.gib_unit(result.read_bytes)
    if result.verdict == "whole":
        return f"{model.name} is whole: {size} have the hash they should.", None
    if result.verdict == "first":
        kept = " It is kept for next time." if result.is_kept else ""
        return f"{model.name}: there was no hash to compare with.{kept}", None
    pieces = number_text.counted(len(result.damage), "place")
    remedy = (
        "Delete it, then download it again."
        if result.can_repair
        else "Get it again from where it came from."
    )
    return "", Problem(
        "model_damaged",
        f"{model.name} is damaged",
        f"It differs from what it was in {pieces}, so its answers can't be trusted",
        remedy,
    )


def deleted(name: str, result: Deleted) -> str:
    """What became of the files, and of the disk's space."""
    if result.is_linked:
        return f"{name} is out of the list. Its file stays with the program it belongs to."
    size = number_text.gib_unit(result.size_bytes)
    if result.is_in_trash:
        return f"{name} is in the trash. Emptying it frees {size}."
    if not result.freed_bytes:
        return f"{name} is deleted. Its file has another name too, so no space was freed."
    return f"{name} is deleted. {number_text.gib_unit(result.freed_bytes)} are free again."


def imported(results: Sequence[ImportResult], how: ImportHow) -> tuple[str, Problem | None]:
    """How many came, and the first thing that went wrong."""
    models = [model for result in results for model in result.models]
    new = sum(not model.was_known for model in models)
    problem = next((p for result in results for p in result.problems), None)
    known = len(models) - new
    said = []
    if new:
        said.append(f"{number_text.counted(new, 'model')} {_DONE[how]}.")
    if known:
        said.append(f"{number_text.counted(known, 'model')} in the list before.")
    if not models and problem is None:
        said.append("There was no model in it.")
    return " ".join(said), problem


def moved(result: Moved) -> str:
    said = f"Models are kept in {result.folder} now."
    if result.left_behind:
        said += f" {number_text.counted(len(result.left_behind), 'file')} stayed behind."
    return said


def found(rows: Sequence[FoundRow]) -> str:
    """How many there are, and how many of them would be new."""
    if not rows:
        return "No models of other programs were found."
    new = sum(not row.is_known for row in rows)
    return f"{number_text.counted(len(rows), 'model')} found, {new} of them not in the list yet."
