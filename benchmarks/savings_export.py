"""Whether an exported table of runs gives the savings that the program shows, to the cent."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from app.dashboard.export import write_runs
from app.dashboard.run import Run, RunFacts
from app.dashboard.run_sums import RunSum, counted_usage
from app.prices import SHIPPED_PRICES, Price, load_prices
from app.savings import savings
from app.settings import Settings
from app.store import ConversationStore
from benchmarks.figure import Figure
from runtime.protocol.messages import Energy, GenerationStats, MemoryUse

RUNS = 1_000
SCRIPT = Path(__file__).with_name("recomputed_savings.py")
SETTINGS = (
    Settings(),
    Settings(electricity_usd_per_kwh=0.4137),
    Settings(electricity_usd_per_kwh=0.0),
    Settings(subtract_idle=True, idle_w=31.5),
)
# The user's own prices may have one side only, and a cached price without the full one.
OWN = (
    Price("own-answers", "Answers only", output_usd_per_million=7.77),
    Price("own-prompts", "Prompts only", input_usd_per_million=0.333),
    Price("own-cached", "Cached", None, 1.25, 0.0275),
)
CENT, NEARLY = Decimal("0.01"), Decimal("1e-9")


@dataclass(frozen=True)
class Compared:
    """`unequal` of `amounts` differ by a cent as they are rounded; `most_usd` before rounding."""

    amounts: int
    unequal: int
    most_usd: Decimal


def measure(folder: Path) -> Iterator[Figure]:
    """Each shipped price and each kind of settings; the sum of all runs is compared as well."""
    every = tuple(compare(folder, RUNS))
    amounts = sum(one.amounts for one in every)
    yield Figure(
        f"Savings of {RUNS:,} random runs recomputed from the exported CSV, unequal to the cent",
        sum(one.unequal for one in every),
        0,
        "at most",
        detail=f"{amounts:,} amounts by {len(every)} pairs of price and settings; largest"
        f" difference before rounding ${max(one.most_usd for one in every):.1e}",
    )


def compare(folder: Path, count: int) -> Iterator[Compared]:
    """`count` random runs through a store and a file, by each price and settings."""
    folder.mkdir(parents=True, exist_ok=True)
    book, _ = load_prices(SHIPPED_PRICES, folder / "none.json")
    store = ConversationStore(folder / "runs.db")
    try:
        for run in random_runs(count):
            store.add_run(run)
        runs = store.runs()
    finally:
        store.close()
    assert len(runs) == count
    for price in (*book.prices, *OWN):
        for settings in SETTINGS:
            yield _compared(folder / "runs.csv", runs, price, settings)


def random_runs(count: int) -> Iterator[Run]:
    """From a few tokens to a long day's work, each with its own energy."""
    chance = random.Random(1711)
    for number in range(count):
        yield Run(
            0,
            1.79e9 + 60 * number + chance.random(),
            chance.choice(("tiny", "=large", 'a "quoted", name')),
            _stats(chance),
            facts=RunFacts("Q4_K_M", "0.3.36", "engine", 4096, False, (30.0, 41.5)),
        )


def _stats(chance: random.Random) -> GenerationStats:
    prompt = int(chance.lognormvariate(7, 2)) + 1
    elapsed_s = chance.lognormvariate(2, 1.5)
    joules = chance.choice((0.0, elapsed_s * chance.uniform(5, 400)))
    source = chance.choice(("measured", "estimated"))
    measured = chance.choice((0.0, joules * chance.random())) if source == "estimated" else 0.0
    completion = int(chance.lognormvariate(6, 2)) + 1
    return GenerationStats(
        *("stop", prompt, chance.choice((0, prompt, chance.randint(0, prompt))), completion),
        *(0.3, 412.7, completion / elapsed_s, elapsed_s, 4, prompt + completion, 0),
        energy=Energy(joules, source, "a note", measured),
        memory=MemoryUse((), 5 * 10**9),
    )


def _compared(path: Path, runs: Sequence[Run], price: Price, settings: Settings) -> Compared:
    write_runs(path, "csv", runs, price, settings)
    ours = [*_exported(path), _shown(runs, price, settings)]
    theirs = _recomputed(path)
    pairs = list(zip(ours, theirs, strict=True))
    return Compared(
        len(pairs),
        sum(_cents(a) != _cents(b) for a, b in pairs),
        max(abs(a - b) for a, b in pairs),
    )


def _exported(path: Path) -> Iterator[Decimal]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Decimal(row["saved_usd"])


def _shown(runs: Iterable[Run], price: Price, settings: Settings) -> Decimal:
    """What the program itself says of all of them, each with its own idle power."""
    usages = (counted_usage(RunSum.of((run.stats,)), settings) for run in runs)
    each = (savings(price, usage, settings.electricity_usd_per_kwh) for usage in usages)
    return Decimal(repr(sum(found.saved_usd for found in each)))


def _recomputed(path: Path) -> list[Decimal]:
    command = (sys.executable, "-I", str(SCRIPT), str(path))
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    return [Decimal(line) for line in output.stdout.split()]


def _cents(usd: Decimal) -> Decimal:
    """Half a cent is half a cent on both sides, whatever binary fractions made of it."""
    return usd.quantize(NEARLY).quantize(CENT)
