"""The words of the list of models on this computer, from its facts alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app import number_text
from app.local_models import LocalModel
from app.owned.found_model import source_name
from app.owned_state import FoundRow, ImportHow, OwnedFacts, OwnedTask
from runtime.language import marked, number, tr, tr_n

DOT = " \N{MIDDLE DOT} "
HOW_NAMES: dict[ImportHow, str] = {
    "link": marked("Link"),
    "copy": marked("Copy"),
    "move": marked("Move"),
}
HOW_LINES: dict[ImportHow, str] = {
    "link": marked(
        "Nothing is copied: the file stays where it is, and is missing here once it is"
        " moved or deleted there."
    ),
    "copy": marked("A second file is written to the models folder; the first stays where it is."),
    "move": marked("The file goes to the models folder and is no longer where it was."),
}
FOUND_LINES: dict[ImportHow, str] = {
    "link": marked(
        "Nothing is copied: the files stay with the other program, and are missing here once"
        " it deletes them."
    ),
    "copy": marked(
        "Each file is written to the models folder a second time; the other program keeps its own."
    ),
}
_TASKS = {
    "verify": marked("Verifying {name}"),
    "import": marked("Adding {name}"),
    "move_models": marked("Moving the models to {name}"),
    "delete": marked("Deleting {name}"),
    "find": marked("Looking for models of other programs"),
}


def how_name(how: ImportHow) -> str:
    """The choice of how files come in, in the window's language."""
    return tr(HOW_NAMES[how])


def under_line(model: LocalModel, facts: OwnedFacts) -> str:
    """What stands below a model's name: its architecture, its licence, where it is from."""
    source = source_name(facts.source)
    origin = source or _note(model)
    if facts.linked:
        origin = tr("linked from {source}", source=source) if source else tr("linked")
    parts = (model.architecture, facts.licence, origin)
    return DOT.join(part for part in parts if part)


def _note(model: LocalModel) -> str:
    """The note in its file; only the starter model's has a translation."""
    return tr(model.note) if model.note else ""


def context(model: LocalModel) -> str:
    """The longest context the model was trained for."""
    n_ctx = model.n_ctx_train
    return number_text.tokens_short(n_ctx) if n_ctx > 0 else number_text.EN_DASH


def verified_line(facts: OwnedFacts) -> str:
    """When the file was last compared with its hash."""
    if facts.verified_at_s <= 0:
        return tr("Not verified yet")
    return tr("Verified {moment}", moment=number_text.moment(facts.verified_at_s))


def all_facts(model: LocalModel, facts: OwnedFacts, now_s: float) -> str:
    """Everything a row says and what it has no room for, a line for each."""
    parameters = number_text.parameters_used(model.parameters_total, model.parameters_active)
    experts = number_text.experts(model.expert_count, model.expert_used_count)
    size = number_text.gib_unit(model.file_bytes)
    lines = (
        model.name,
        under_line(model, facts),
        _note(model) if facts.source else "",
        tr("Parameters (used per token): {parameters}", parameters=parameters),
        tr("Experts: {experts}", experts=experts),
        tr("Quantisation: {quantisation}", quantisation=model.quantisation),
        tr("Size: {size}", size=size),
        tr("Context: {context}", context=context(model)),
        _measured_line(facts),
        _used_line(facts, now_s),
        verified_line(facts),
    )
    return "\n".join(line for line in lines if line)


def _measured_line(facts: OwnedFacts) -> str:
    speed = number_text.tokens_per_s_unit(facts.decode_tokens_per_s)
    if facts.prompt_tokens_per_s is None:
        return tr("Measured here: {speed}", speed=speed)
    prompt = number_text.tokens_per_s_unit(facts.prompt_tokens_per_s)
    return tr("Measured here: {speed}, prompt {prompt}", speed=speed, prompt=prompt)


def _used_line(facts: OwnedFacts, now_s: float) -> str:
    if facts.last_used_at_s <= 0:
        return tr("Last used: never")
    return tr("Last used: {day}", day=number_text.recent_day(facts.last_used_at_s, now_s))


def total_line(models: Sequence[LocalModel]) -> str:
    """How many there are and the room they take."""
    size = number_text.gib_unit(sum(model.file_bytes for model in models))
    return tr_n("{n} model, {size}", "{n} models, {size}", len(models), size=size)


# What runs


def task_line(task: OwnedTask) -> str:
    """What is being done, and to what."""
    return tr(_TASKS[task.kind], name=task.about).strip()


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


def delete_action(facts: OwnedFacts) -> str:
    """The line of the menu; for a model that can't be deleted with the reason."""
    if facts.shipped:
        return tr("Delete (comes with the program)")
    if facts.linked:
        return tr("Remove from the list\N{HORIZONTAL ELLIPSIS}")
    return tr("Delete\N{HORIZONTAL ELLIPSIS}")


def delete_words(model: LocalModel, facts: OwnedFacts) -> DeleteWords:
    """The question before a model goes."""
    if facts.linked:
        return DeleteWords(
            tr("Remove {name}?", name=model.name),
            _stays_there(source_name(facts.source)),
            tr("Remove from the list"),
        )
    size = number_text.gib_unit(model.file_bytes)
    return DeleteWords(
        tr("Delete {name}?", name=model.name),
        tr(
            "It takes {size}. From the trash it can be restored, and its room is free once the"
            " trash is emptied. Deleting for good frees {size} at once and can't be undone.",
            size=size,
        ),
        tr("Move to trash"),
        tr("Delete for good"),
    )


def _stays_there(source: str) -> str:
    if not source:
        return tr(
            "Its files belong to another program and stay there. Only the link to them is removed"
            " from this list; no room is freed."
        )
    return tr(
        "Its files belong to another program, {source}, and stay there. Only the link to them is"
        " removed from this list; no room is freed.",
        source=source,
    )


# What other programs have


def found_line(found: Sequence[FoundRow]) -> str:
    """What was found, in one sentence."""
    if not found:
        return tr("No models of other programs were found on this computer.")
    count = len(found)
    here = sum(row.is_known for row in found)
    if here == count:
        return tr_n("Found {n} model, already here.", "Found {n} models, already here.", count)
    if here:
        return tr_n(
            "Found {n} model of other programs, {here} of them already here.",
            "Found {n} models of other programs, {here} of them already here.",
            count,
            here=number(here, ","),
        )
    return tr_n("Found {n} model of other programs.", "Found {n} models of other programs.", count)


def found_end(row: FoundRow) -> str:
    """What stands at the end of its line."""
    return tr("already here") if row.is_known else number_text.gib_unit(row.size_bytes)


def add_words(rows: Sequence[FoundRow], how: ImportHow) -> str:
    """The button that takes the chosen ones in."""
    if not rows:
        return tr("Add models")
    if how != "copy":
        return tr_n("Add {n} model", "Add {n} models", len(rows))
    size = number_text.gib_unit(sum(row.size_bytes for row in rows))
    return tr_n("Add {n} model, {size}", "Add {n} models, {size}", len(rows), size=size)


# Adding by hand


def importable(paths: Sequence[tuple[str, bool]]) -> tuple[str, ...]:
    """Those of (path, is a folder) that may be models."""
    return tuple(path for path, is_folder in paths if is_folder or path.lower().endswith(".gguf"))


def drop_line(count: int, how: ImportHow) -> str:
    """What letting go would do."""
    match how:
        case "link":
            return tr_n(
                "Let go to link it into your models",
                "Let go to link these {n} into your models",
                count,
            )
        case "copy":
            return tr_n(
                "Let go to copy it into your models",
                "Let go to copy these {n} into your models",
                count,
            )
        case "move":
            return tr_n(
                "Let go to move it into your models",
                "Let go to move these {n} into your models",
                count,
            )
