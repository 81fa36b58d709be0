"""What the doctor says of the user's files: models, settings and prices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.check_view import CheckView
from app.local_models import LocalModel
from app.number_text import gib_unit
from app.prices import PriceBook
from app.settings import Settings
from runtime.errors import Problem
from runtime.language import marked, tr, tr_in, tr_n

_MODELS, _SETTINGS, _PRICES = marked("Models"), marked("Settings"), marked("Prices")


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
        detail = f"{tr_in('models', 'None')}\n{files.models_dir}"
        advice = tr("make run makes a small starter model; or put a .gguf file into that folder.")
        return CheckView(_MODELS, "problem", detail, advice)
    total_bytes = sum(model.file_bytes for model in files.models)
    of_experts = sum(model.expert_count > 0 for model in files.models)
    found = tr_n(
        "{n} model, {size}, {experts} with experts",
        "{n} models, {size}, {experts} with experts",
        len(files.models),
        size=gib_unit(total_bytes),
        experts=of_experts,
    )
    return CheckView(_MODELS, "ok", f"{found}\n{files.models_dir}")


def _unreadable(problem: Problem) -> CheckView:
    return CheckView(marked("Model file"), "problem", _both(problem), problem.remedy)


def settings_check(files: UserFiles) -> CheckView:
    problem = files.settings_problem
    if problem is not None:
        return CheckView(_SETTINGS, "problem", _both(problem), problem.remedy)
    wanted = files.settings.reference_price
    if files.prices is not None and files.prices.find(wanted) is None:
        used = files.prices.reference(wanted).label
        detail = tr(
            'The chosen price "{price}" is no longer in the list\n{label} is used',
            price=wanted,
            label=used,
        )
        return CheckView(_SETTINGS, "info", detail, tr("Choose another price in Settings."))
    return CheckView(_SETTINGS, "ok", tr("Readable"))


def prices_check(files: UserFiles) -> CheckView:
    problem = files.prices_problem
    if problem is not None:
        return CheckView(_PRICES, "problem", _both(problem), problem.remedy)
    prices = files.prices.prices if files.prices else ()
    own = sum(price.kind == "own" for price in prices)
    found = tr_n(
        "{n} price built in, {own} of your own",
        "{n} prices built in, {own} of your own",
        len(prices) - own,
        own=own,
    )
    return CheckView(_PRICES, "ok", found)


def _both(problem: Problem) -> str:
    return f"{problem.title}\n{problem.message}"
