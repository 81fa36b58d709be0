"""All runs as a table in a file, with every number that a saving is reckoned from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec

from app.dashboard.run import Run
from app.dashboard.run_sums import RunSum, counted_usage
from app.prices import Price
from app.savings import savings
from app.settings import Settings
from app.whole_file import write_whole
from runtime.errors import CoterieError, Problem
from runtime.language import tr

RunFormat = Literal["csv", "json"]
Cell = str | int | float | bool | None
Row = dict[str, Cell]
# What a spreadsheet would take for a formula; a file's name may begin so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_runs(
    path: Path, file_format: RunFormat, runs: Iterable[Run], price: Price, settings: Settings
) -> None:
    """One row for each run, as `run_rows` has them.

    Raises CoterieError of kind "export_empty" or "not_exported".
    """
    rows = run_rows(runs, price, settings)
    if not rows:
        raise CoterieError(_nothing())
    data = as_csv(rows) if file_format == "csv" else as_json(rows)
    write_table(path, data, tr("The runs were not exported"))


def write_table(path: Path, data: bytes, failure: str) -> None:
    """All of `data` or nothing. Raises CoterieError of kind "not_exported", titled `failure`."""
    try:
        write_whole(path, data)
    except OSError as error:
        raise CoterieError(_not_exported(failure, path, error.strerror or str(error))) from error
    except ValueError as error:  # a zero byte in the path
        reason = tr("there can be no file of this name")
        raise CoterieError(_not_exported(failure, path, reason)) from error


def run_rows(runs: Iterable[Run], price: Price, settings: Settings) -> tuple[Row, ...]:
    """Each run with its own saving: what its tokens cost at `price`, less the electricity.

    `counted_joules` are what that electricity is reckoned from: `idle_w` over `elapsed_s` is taken
    off what was measured, never below zero, where the settings want it. Nothing of the computer's
    own price is in it.
    """
    return tuple(
        {**_what(run), **_speeds(run), **_memory(run), **_money(run, price, settings)}
        for run in runs
    )


def as_csv(rows: Sequence[Row]) -> bytes:
    """Absent numbers are empty cells; a point stands before decimals and nothing is rounded."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(rows[0])
    table.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def as_json(rows: Sequence[Row]) -> bytes:
    """An object, so that a later version can say more."""
    written = {"format": "coterie-runs", "version": 1, "runs": rows}
    return msgspec.json.format(msgspec.json.encode(written), indent=2) + b"\n"


def _what(run: Run) -> Row:
    facts, stats = run.facts, run.stats
    low, high = facts.predicted or (None, None)
    return {
        "run_id": run.id,
        "ended_at": datetime.fromtimestamp(run.ended_at_s, UTC).isoformat(),
        "ended_at_s": run.ended_at_s,
        "model": _text(run.model_id),
        "quantisation": _text(facts.quant),
        "engine": _text(facts.engine),
        "placement": _text(facts.placement),
        "tuned": facts.tuned,
        "n_ctx": facts.n_ctx or None,
        "n_threads": stats.n_threads,
        "experts_captured": facts.experts_captured,
        "conversation_id": run.conversation_id,
        "message_id": run.message_id,
        "finish_reason": stats.finish_reason,
        "predicted_low_tokens_per_s": low,
        "predicted_high_tokens_per_s": high,
    }


def _speeds(run: Run) -> Row:
    stats = run.stats
    return {
        "decode_tokens_per_s": stats.decode_tokens_per_s,
        "prompt_tokens_per_s": stats.prompt_tokens_per_s,
        "ttft_s": stats.ttft_s,
        "elapsed_s": stats.elapsed_s,
        "reasoning_s": stats.reasoning_s,
        "prompt_tokens": stats.prompt_tokens,
        "cached_tokens": stats.cached_tokens,
        "completion_tokens": stats.completion_tokens,
        "reasoning_tokens": stats.reasoning_tokens,
        "context_used": stats.context_used,
        "dropped_turns": stats.dropped_turns,
    }


def _memory(run: Run) -> Row:
    memory = run.stats.memory
    return {
        "rss_bytes": memory.rss_bytes,
        "weights_bytes": memory.weights_bytes,
        "kv_bytes": memory.kv_bytes,
        "compute_bytes": memory.compute_bytes,
    }


def _money(run: Run, price: Price, settings: Settings) -> Row:
    energy = run.stats.energy
    usage = counted_usage(RunSum.of((run.stats,)), settings)
    found = savings(price, usage, settings.electricity_usd_per_kwh)
    return {
        "joules": energy.joules,
        "estimated_joules": energy.estimated_joules,
        "energy_note": _text(energy.note),
        "idle_w": settings.idle_w if settings.subtract_idle else 0.0,
        "counted_joules": usage.joules,
        "price_id": _text(price.id),
        "input_usd_per_million": price.input_usd_per_million,
        "cached_input_usd_per_million": price.cached_input_usd_per_million,
        "output_usd_per_million": price.output_usd_per_million,
        "electricity_usd_per_kwh": settings.electricity_usd_per_kwh,
        "cloud_usd": found.cloud_cost_usd,
        "electricity_usd": found.local_cost_usd,
        "saved_usd": found.saved_usd,
    }


def _text(text: str) -> str:
    """As a file can hold it."""
    return text.encode("utf-8", "replace").decode()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _nothing() -> Problem:
    return Problem(
        "export_empty",
        tr("There is nothing to export"),
        tr("No run is kept yet"),
        tr("Send a message first."),
    )


def _not_exported(failure: str, path: Path, reason: str) -> Problem:
    return Problem(
        "not_exported",
        failure,
        tr("{path} could not be written ({reason})", path=path, reason=reason),
        tr("Choose another place, or check its free space and permissions."),
    )
