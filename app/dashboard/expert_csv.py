"""Counted picks as a table in a file: a row for each expert of each layer."""

from __future__ import annotations

import csv
import io

from app.dashboard.expert_shares import counts_of
from runtime.protocol.messages import ExpertUse


def expert_csv(use: ExpertUse) -> bytes:
    """Layers by the model's own numbers, experts from 0; those never picked have a row too."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(("layer", "expert", "count"))
    for layer, counts in zip(use.layers, counts_of(use), strict=False):
        table.writerows((layer, expert, count) for expert, count in enumerate(counts))
    return text.getvalue().encode()
