"""The GPU benchmark's results as Markdown: what was measured, and the ratios that have goals."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from benchmarks.figure import rounded
from benchmarks.gpu_cell import SERVER_FIT, SERVER_TUNED, SWEEP, TUNED
from benchmarks.gpu_outcome import Outcome, Report
from runtime.protocol.placement import Placement

NOTHING = "\N{EM DASH}"


@dataclass(frozen=True)
class Ratios:
    """One turn of one cell; None where one of the two was not measured.

    `to_fit` is our worker beside llama-server with its own fit, `same_server` both plans in
    llama-server, `to_best` beside the fastest of the sweep and of all else our worker ran.
    """

    to_fit: float | None
    same_server: float | None
    to_best: float | None
    predicted: float | None


def page(report: Report, command: str) -> str:
    """The whole page."""
    cells = list(dict.fromkeys((o.model, o.free_gib) for o in report.outcomes))
    parts = "\n".join(_cell(report, *cell) for cell in cells)
    return f"""# GPU benchmark

`{command}` on {date.today():%d %B %Y}. Times are seconds of a turn, prompt + answer tokens.
Coterie's worker samples no tokens here and llama-server does, so the plans are also compared
within llama-server.

- Machine: {report.machine}
- Driver: {report.driver or "not known"}
- Builds: {report.build}

{_summary(report)}
{parts}"""


def _summary(report: Report) -> str:
    names = _turn_names(report.outcomes)
    cells = list(dict.fromkeys((o.model, o.free_gib) for o in report.outcomes))
    lines = []
    for name in names:
        found = [ratios(report, *cell, name) for cell in cells]
        columns = (
            [ratio.to_fit for ratio in found],
            [ratio.same_server for ratio in found],
            [ratio.to_best for ratio in found],
            [ratio.predicted for ratio in found],
        )
        lines.append(f"| {name} | {' | '.join(_spread(column) for column in columns)} |")
    failed = sum(outcome.out_of_memory for outcome in report.outcomes if _accepted(outcome))
    table = "\n".join(lines)
    return f"""\
| turn | tuned ÷ llama-server --fit | the same, both in llama-server | tuned ÷ best found | \
predicted ÷ measured |
|---|---|---|---|---|
{table}

Each is the geometric mean, with the largest in brackets. Accepted plans that ran out of memory: \
{failed}.
"""


def ratios(report: Report, model: str, free_gib: float, name: str) -> Ratios:
    """The ratios of the turn `name` in a cell."""
    cell = [o for o in report.outcomes if (o.model, o.free_gib) == (model, free_gib)]
    turns = {o.contender: turn for o in cell if (turn := o.turn(name)) is not None}
    fit, server_tuned = turns.get(SERVER_FIT), turns.get(SERVER_TUNED)
    same_server = server_tuned.turn_s / fit.turn_s if server_tuned and fit else None
    plan = next((o.placement for o in cell if o.contender == TUNED and o.turn(name)), None)
    ours = _fastest(cell, name)
    if plan is None:
        return Ratios(None, same_server, None, None)
    tuned_s = ours[plan]
    return Ratios(
        tuned_s / fit.turn_s if fit else None,
        same_server,
        tuned_s / min(ours.values()) if len(ours) > 1 else None,
        turns[TUNED].predicted_s / tuned_s,
    )


def _fastest(cell: list[Outcome], name: str) -> dict[Placement, float]:
    """The turn of each plan our worker ran; one that was measured twice counts by its faster."""
    found: dict[Placement, float] = {}
    for outcome in cell:
        turn = outcome.turn(name)
        if turn is not None and outcome.placement is not None:
            turn_s = min(turn.turn_s, found.get(outcome.placement, turn.turn_s))
            found[outcome.placement] = turn_s
    return found


def _accepted(outcome: Outcome) -> bool:
    """Plans of ours that were said to fit: the tuned one, those tried for it, and the sweep's."""
    return outcome.contender.startswith((TUNED, SWEEP))


def _cell(report: Report, model: str, free_gib: float) -> str:
    cell = [o for o in report.outcomes if (o.model, o.free_gib) == (model, free_gib)]
    names = _turn_names(report.outcomes)
    head = f"| contender | plan | {' | '.join(names)} | planned ÷ actual bytes | note |"
    rule = "|---" * (len(names) + 4) + "|"
    lines = "\n".join(_line(outcome, names) for outcome in cell)
    return f"\n## {model}, {free_gib:g} GiB free\n\n{head}\n{rule}\n{lines}\n"


def _line(outcome: Outcome, names: list[str]) -> str:
    times = (outcome.turn(name) for name in names)
    cells = (
        outcome.contender,
        _plan(outcome),
        *(f"{rounded(turn.turn_s):g}" if turn else NOTHING for turn in times),
        ", ".join(_bytes(outcome)) or NOTHING,
        _in_cell(outcome.problem),
    )
    return f"| {' | '.join(cells)} |"


def _plan(outcome: Outcome) -> str:
    placement = outcome.placement
    if placement is None:
        return NOTHING
    told = [f"{len(placement.cpu_expert_layers)} expert layers on the CPU"]
    if placement.split_layer >= 0:
        told.append("one in part")
    told += [f"{placement.n_gpu_layers} layers on the GPU", f"ubatch {placement.n_ubatch}"]
    told += [placement.load_mode, placement.kv_type, f"{placement.n_threads} threads"]
    return ", ".join(told)


def _bytes(outcome: Outcome) -> Iterator[str]:
    for device in outcome.devices:
        if device.actual_bytes:
            yield f"{device.name} {device.planned_bytes / device.actual_bytes:.3f}"


def _turn_names(outcomes: tuple[Outcome, ...]) -> list[str]:
    return list(dict.fromkeys(turn.name for outcome in outcomes for turn in outcome.turns))


def _spread(found: list[float | None]) -> str:
    known = [ratio for ratio in found if ratio]
    if not known:
        return NOTHING
    return f"{statistics.geometric_mean(known):.3f} ({max(known):.3f})"


def _in_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
