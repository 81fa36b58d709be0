"""`coterie search`: mixture-of-experts models on the hub."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from typing import Any, TextIO

from app import number_text
from app.cli.hub_calls import hub_calls
from app.cli.text_table import print_table
from app.paths import Paths
from runtime.hub.frames import Found, HubSummary, Search


def run(options: argparse.Namespace, paths: Paths, out: TextIO) -> int:
    """Print what was found; dense models only with --all."""
    with hub_calls(paths) as calls:
        found = calls.ask(
            lambda number: Search(number, options.query, limit=options.limit), Found
        ).repositories
    shown = [one for one in found if options.all or one.is_moe is not False]
    if options.json:
        models = [as_json(one) for one in shown]
        json.dump({"query": options.query, "models": models}, out, indent=2)
        print(file=out)
    elif shown:
        print_table(_HEADINGS, [_cells(one) for one in shown], out)
    else:
        print(_nothing(len(found)), file=out)
    return 0


_HEADINGS = ("REPOSITORY", "PARAMETERS", "ARCHITECTURE", "LICENCE", "DOWNLOADS", "UPDATED", "")


def _cells(one: HubSummary) -> tuple[str, ...]:
    return (
        one.repo,
        number_text.parameters(one.parameters_total),
        one.architecture or number_text.EN_DASH,
        one.licence or number_text.EN_DASH,
        f"{one.downloads:,}",
        _day(one.updated_at_s) or number_text.EN_DASH,
        "to be accepted on its page" if one.gated != "no" else "",
    )


def _nothing(left_out: int) -> str:
    if left_out:
        dense = "1 dense one is" if left_out == 1 else f"{left_out} dense ones are"
        return f"No mixture-of-experts model was found; {dense} shown with --all."
    return "No model was found. Try fewer or other words."


def _day(unix_s: float) -> str:
    return f"{datetime.fromtimestamp(unix_s, UTC):%Y-%m-%d}" if unix_s else ""


def as_json(one: HubSummary) -> dict[str, Any]:
    """One repository as other programs read it; what is not known is null."""
    return {
        "repo": one.repo,
        "moe": one.is_moe,
        "architecture": one.architecture or None,
        "parameters": one.parameters_total or None,
        "context_train": one.n_ctx_train or None,
        "licence": one.licence or None,
        "base_model": one.base_model or None,
        "gated": one.gated != "no",
        "private": one.is_private,
        "downloads": one.downloads,
        "likes": one.likes,
        "updated": _day(one.updated_at_s) or None,
    }
