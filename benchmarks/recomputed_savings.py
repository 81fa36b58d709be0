"""What was saved, from an exported table of runs alone: knows nothing of the program.

`python -I recomputed_savings.py RUNS.csv` prints dollars: a line for each run, then their sum.
"""

import csv
import sys
from decimal import Decimal
from pathlib import Path

JOULES_PER_KWH = 3_600_000
MILLION = 1_000_000


def saved_usd(row: dict[str, str]) -> Decimal:
    return cloud_usd(row) - kwh(row) * Decimal(row["electricity_usd_per_kwh"])


def cloud_usd(row: dict[str, str]) -> Decimal:
    """A kind of token without a price is free; cached ones without their own cost the full one."""
    prompt, cached = int(row["prompt_tokens"]), int(row["cached_tokens"])
    fresh_price = Decimal(row["input_usd_per_million"] or 0)
    cached_price = Decimal(row["cached_input_usd_per_million"] or fresh_price)
    answer_price = Decimal(row["output_usd_per_million"] or 0)
    usd_millions = (prompt - cached) * fresh_price + cached * cached_price
    return (usd_millions + int(row["completion_tokens"]) * answer_price) / MILLION


def kwh(row: dict[str, str]) -> Decimal:
    """Idle power is taken off what was measured alone."""
    estimated = Decimal(row["estimated_joules"])
    measured = Decimal(row["joules"]) - estimated
    idle = Decimal(row["idle_w"]) * Decimal(row["elapsed_s"])
    return (max(Decimal(0), measured - idle) + estimated) / JOULES_PER_KWH


def main(path: str) -> None:
    with Path(path).open(encoding="utf-8", newline="") as file:
        amounts = [saved_usd(row) for row in csv.DictReader(file)]
    for amount in (*amounts, sum(amounts, Decimal(0))):
        print(format(amount, "f"))


if __name__ == "__main__":
    main(sys.argv[1])
