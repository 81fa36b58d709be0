"""What the doctor says of the user's files: models, settings and prices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.check_view import CheckView
from app.local_models import LocalModel
from app.number_text import counted, gib_unit
from app.prices import PriceBook
from app.settings import Settings
from runtime.errors import Problem


@dataclass(frozen=True)
class UserFiles:
    """What was read; `prices` is None when the program's own list is damaged."""

    models_dir: Path
    models: tuple[LocalModel, ...]
    model_problems: tuple[Problem, ...]
    settings: Settings
    settings_problem: Problem | None
    prices: PriceBook | None
    prices_problem: Problem | None


def file_checks(files: UserFiles) -> tuple[CheckView, ...]:
    """Models, then those that can't be read, then settings and prices."""
    return (
        models_check(files),
        *(_unreadable(problem) for problem in files.model_problems),
        settings_check(files),
        prices_check(files),
    )


def models_check(files: UserFiles) -> CheckView:
    if not files.models:
        advice = "make run makes a small starter model; or put a .gguf file into that folder."
        return CheckView("Models", "problem", f"None\n{files.models_dir}", advice)
    total_bytes = sum(model.file_bytes for model in files.models)
    of_experts = sum(model.expert_count > 0 for model in files.models)
    found = f"{counted(len(files.models), 'model')}, {gib_unit(total_bytes)}"
    detail = f"{found}, {of_experts} with experts\n{files.models_dir}"
    return CheckView("Models", "ok", detail)


def _unreadable(problem: Problem) -> CheckView:
    return CheckView("Model file", "problem", f"{problem.title}\n{problem.message}", problem.remedy)


def settings_check(files: UserFiles) -> CheckView:
    problem = files.settings_problem
    if problem is not None:
        return CheckView("Settings", "problem", _both(problem), problem.remedy)
    wanted = files.settings.reference_price
    if files.prices is not None and files.prices.find(wanted) is None:
        used = files.prices.reference(wanted).label
        detail = f'The chosen price "{wanted}" is no longer in the list\n{used} is used'
        return CheckView("Settings", "info", detail, "Choose another price in Settings.")
    return CheckView("Settings", "ok", "Readable")


def prices_check(files: UserFiles) -> CheckView:
    problem = files.prices_problem
    if problem is not None:
        return CheckView("Prices", "problem", _both(problem), problem.remedy)
    prices = files.prices.prices if files.prices else ()
    own = sum(price.kind == "own" for price in prices)
    return CheckView(
        "Prices", "ok", f"{counted(len(prices) - own, 'price')} built in, {own} of your own"
    )


def _both(problem: Problem) -> str:
    return f"{problem.title}\n{problem.message}"
