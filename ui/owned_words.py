"""The words of the list of models on this computer, from its facts alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app import number_text
from app.local_models import LocalModel
from app.owned_state import FoundRow, ImportHow, OwnedFacts, OwnedTask

DOT = " \N{MIDDLE DOT} "
HOW_NAMES: dict[ImportHow, str] = {"link": "Link", "copy": "Copy", "move": "Move"}
HOW_LINES: dict[ImportHow, str] = {
    "link": "Nothing is copied: the file stays where it is, and is missing here once it is"
    " moved or deleted there.",
    "copy": "A second file is written to the models folder; the first stays where it is.",
    "move": "The file goes to the models folder and is no longer where it was.",
}
FOUND_LINES: dict[ImportHow, str] = {
    "link": "Nothing is copied: the files stay with the other program, and are missing here once"
    " it deletes them.",
    "copy": "Each file is written to the models folder a second time; the other program keeps its"
    " own.",
}
_TASKS = {
    "verify": "Verifying {}",
    "import": "Adding {}",
    "move_models": "Moving the models to {}",
    "delete": "Deleting {}",
    "find": "Looking for models of other programs",
}


def under_line(model: LocalModel, facts: OwnedFacts) -> str:
    """What stands below a model's name: its architecture, its licence, where it is from."""
    origin = facts.source or model.note
    if facts.linked:
        origin = f"linked from {facts.source}" if facts.source else "linked"
    parts = (model.architecture, facts.licence, origin)
    return DOT.join(part for part in parts if part)


def context(model: LocalModel) -> str:
    """The longest context the model was trained for."""
    n_ctx = model.n_ctx_train
    return number_text.tokens_short(n_ctx) if n_ctx > 0 else number_text.EN_DASH


def verified_line(facts: OwnedFacts) -> str:
    """When the file was last compared with its hash."""
    if facts.verified_at_s <= 0:
        return "Not verified yet"
    return f"Verified {number_text.moment(facts.verified_at_s)}"


def all_facts(model: LocalModel, facts: OwnedFacts, now_s: float) -> str:
    """Everything a row says and what it has no room for, a line for each."""
    parameters = number_text.parameters_used(model.parameters_total, model.parameters_active)
    experts = number_text.experts(model.expert_count, model.expert_used_count)
    speed = number_text.tokens_per_s_unit(facts.decode_tokens_per_s)
    if facts.prompt_tokens_per_s is not None:
        speed += f", prompt {number_text.tokens_per_s_unit(facts.prompt_tokens_per_s)}"
    used = (
        number_text.recent_day(facts.last_used_at_s, now_s) if facts.last_used_at_s > 0 else "never"
    )
    lines = (
        model.name,
        under_line(model, facts),
        model.note if facts.source else "",
        f"Parameters (used per token): {parameters}",
        f"Experts: {experts}",
        f"Quantisation: {model.quantisation}",
        f"Size: {number_text.gib_unit(model.file_bytes)}",
        f"Context: {context(model)}",
        f"Measured here: {speed}",
        f"Last used: {used}",
        verified_line(facts),
    )
    return "\n".join(line for line in lines if line)


def total_line(models: Sequence[LocalModel]) -> str:
    """How many there are and the room they take."""
    size = number_text.gib_unit(sum(model.file_bytes for model in models))
    return f"{number_text.counted(len(models), 'model')}, {size}"


# What runs


def task_line(task: OwnedTask) -> str:
    """What is being done, and to what."""
    return _TASKS[task.kind].format(task.about).strip()


def task_bytes(task: OwnedTask) -> str:
    """How far it is; nothing where that is not known."""
    if task.total_bytes <= 0:
        return ""
    return number_text.gib_done(task_fraction(task), task.total_bytes)


def task_fraction(task: OwnedTask) -> float:
    if task.total_bytes <= 0:
        return 0.0
    return min(1.0, max(0.0, task.done_bytes / task.total_bytes))


# Deleting


@dataclass(frozen=True)
class DeleteWords:
    """`trash` is the button that can be taken back, `for_good` "" where there is no second."""

    title: str
    line: str
    trash: str
    for_good: str = ""


def delete_words(model: LocalModel, facts: OwnedFacts) -> DeleteWords:
    """The question before a model goes."""
    if facts.linked:
        owner = f", {facts.source}," if facts.source else ""
        return DeleteWords(
            f"Remove {model.name}?",
            f"Its files belong to another program{owner} and stay there. Only the link to them is"
            " removed from this list; no room is freed.",
            "Remove from the list",
        )
    size = number_text.gib_unit(model.file_bytes)
    return DeleteWords(
        f"Delete {model.name}?",
        f"It takes {size}. From the trash it can be restored, and its room is free once the trash"
        f" is emptied. Deleting for good frees {size} at once and can't be undone.",
        "Move to trash",
        "Delete for good",
    )


# What other programs have


def found_line(found: Sequence[FoundRow]) -> str:
    """What was found, in one sentence."""
    if not found:
        return "No models of other programs were found on this computer."
    count = number_text.counted(len(found), "model")
    here = sum(row.is_known for row in found)
    if here == len(found):
        return f"Found {count}, already here."
    if here:
        return f"Found {count} of other programs, {here:,} of them already here."
    return f"Found {count} of other programs."


def found_end(row: FoundRow) -> str:
    """What stands at the end of its line."""
    return "already here" if row.is_known else number_text.gib_unit(row.size_bytes)


def add_words(rows: Sequence[FoundRow], how: ImportHow) -> str:
    """The button that takes the chosen ones in."""
    if not rows:
        return "Add models"
    words = f"Add {number_text.counted(len(rows), 'model')}"
    if how != "copy":
        return words
    return f"{words}, {number_text.gib_unit(sum(row.size_bytes for row in rows))}"


# Adding by hand


def importable(paths: Sequence[tuple[str, bool]]) -> tuple[str, ...]:
    """Those of (path, is a folder) that may be models."""
    return tuple(path for path, is_folder in paths if is_folder or path.lower().endswith(".gguf"))


def drop_line(count: int, how: ImportHow) -> str:
    """What letting go would do."""
    verb = {"link": "link", "copy": "copy", "move": "move"}[how]
    return f"Let go to {verb} {'it' if count == 1 else f'these {count:,}'} into your models"
