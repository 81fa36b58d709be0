"""Cloud prices by name, source and date: those that come with the program and the user's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from app.json_file import Unreadable, read_json, write_json
from app.set_aside import kept_as, set_aside
from runtime.errors import CoterieError, Problem
from runtime.language import marked, tr

SHIPPED_PRICES = Path(__file__).resolve().parents[1] / "assets" / "prices.json"
# What assets/prices.json says in words; the notes are shown through `tr`.
SHIPPED_WORDS = (
    marked("OpenAI list price, 2025"),
    marked("OpenAI list price, 2024"),
    marked("DeepSeek list price, 2025"),
    marked("The article gives the output price only."),
    marked("The article gives this as the output price; $15.00 is the vendor's input price."),
    marked("The article gives this as the output price; $0.55 is the vendor's input price."),
    marked("Checked against published copies of the list."),
    marked("As DeepSeek's API documentation listed R1; later models there have other prices."),
)
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")

PriceKind = Literal["published", "list", "own"]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Usd = Annotated[float, msgspec.Meta(ge=0, le=1e9)]


class Price(msgspec.Struct, frozen=True):
    """What one model's tokens cost, in US dollars per million.

    A price the source doesn't give is None; one of input and output is always known. `kind` is
    "published" for an article's figure, "list" for a vendor's price list, "own" for the user's.
    `date` is the source's year, month or day; `checked` the day someone compared it last.
    """

    id: Name
    name: Name
    input_usd_per_million: Usd | None = None
    output_usd_per_million: Usd | None = None
    cached_input_usd_per_million: Usd | None = None
    source: str = ""
    date: str = ""
    kind: PriceKind = "own"
    checked: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.input_usd_per_million is None and self.output_usd_per_million is None:
            raise ValueError(
                tr('"{price}" has neither an input nor an output price', price=self.id)
            )
        for date in (self.date, self.checked or ""):
            if date and not _DATE.fullmatch(date):
                raise ValueError(tr('"{date}" is not a date such as 2026-11-24', date=date))

    @property
    def label(self) -> str:
        """The name with its source, since two sources price the same model differently."""
        return f"{self.name} ({self.shown_source})" if self.source else self.name

    @property
    def shown_source(self) -> str:
        """The source in the person's language, where its name has words of ours."""
        return tr(self.source) if self.source else ""


class MonthlyCost(msgspec.Struct, frozen=True):
    """A published cost of serving a month's requests; a lower bound where `at_least`."""

    id: Name
    name: Name
    usd_per_month: Usd
    requests_per_month: Annotated[int, msgspec.Meta(ge=1)]
    hardware: str = ""
    at_least: bool = False
    source: str = ""
    date: str = ""
    note: str = ""


class _PriceFile(msgspec.Struct, frozen=True):
    prices: tuple[Price, ...] = ()
    monthly_costs: tuple[MonthlyCost, ...] = ()


@dataclass(frozen=True)
class PriceBook:
    """All prices in the order they are shown, each id once."""

    prices: tuple[Price, ...]
    monthly_costs: tuple[MonthlyCost, ...] = ()

    def find(self, price_id: str) -> Price | None:
        return next((price for price in self.prices if price.id == price_id), None)

    def reference(self, price_id: str) -> Price:
        """The price to compare with: the wanted one, the first when it is no longer there."""
        return self.find(price_id) or self.prices[0]


def load_prices(shipped: Path, user_file: Path) -> tuple[PriceBook, Problem | None]:
    """The shipped prices with the user's added or put in place of those of the same id.

    A user's file that can't be used is set aside and the user told. Raises CoterieError of kind
    "prices_missing" when the program's own file is damaged.
    """
    ours = _read_shipped(shipped)
    theirs, problem = _read_or_set_aside(user_file)
    return _merged(ours, theirs), problem


def look_at_prices(shipped: Path, user_file: Path) -> tuple[PriceBook, Problem | None]:
    """As `load_prices`, but a user's file that can't be used stays where it is."""
    ours = _read_shipped(shipped)
    try:
        return _merged(ours, read_json(user_file, _PriceFile) or _PriceFile()), None
    except Unreadable as reason:
        return _merged(ours, _PriceFile()), Problem(
            "prices_unreadable",
            tr("Your price list is not readable"),
            tr(
                "Only the built-in prices are used, because {file} is not valid: {reason}",
                file=user_file,
                reason=reason,
            ),
            tr("Correct that file, or open the window: it keeps the file under another name."),
        )


def save_user_price(user_file: Path, price: Price) -> Problem | None:
    """Add `price` to the user's file, or put it in place of the entry with its id.

    Returns the problem when a damaged file was set aside for it. Raises CoterieError of kind
    "not_saved".
    """
    _, problem = _read_or_set_aside(user_file)
    stored = _raw(user_file)
    entries: list[dict[str, Any]] = stored.get("prices", [])
    old = next((entry for entry in entries if entry["id"] == price.id), None)
    new = msgspec.to_builtins(price)
    if old is None:
        entries.append(new)
    else:
        old.update(new)
    write_json(user_file, {**stored, "prices": entries})
    return problem


def remove_user_price(user_file: Path, price_id: str) -> None:
    """Take the user's entry out; a shipped price of that id is in force again.

    Raises CoterieError of kind "not_saved".
    """
    _, problem = _read_or_set_aside(user_file)
    stored = _raw(user_file)
    entries = stored.get("prices", [])
    kept = [entry for entry in entries if entry["id"] != price_id]
    if problem is None and len(kept) < len(entries):
        write_json(user_file, {**stored, "prices": kept})


def _raw(user_file: Path) -> dict[str, Any]:
    """The file with what a newer version wrote in it; it is known to be valid or absent."""
    return read_json(user_file, dict[str, Any]) or {}


def _read_shipped(shipped: Path) -> _PriceFile:
    try:
        found = read_json(shipped, _PriceFile)
    except Unreadable as reason:
        message = tr("{file} is damaged: {reason}", file=shipped.name, reason=reason)
        raise CoterieError(_missing(message)) from reason
    if found is None or not found.prices:
        raise CoterieError(_missing(tr("{file} has no prices", file=shipped)))
    return found


def _read_or_set_aside(user_file: Path) -> tuple[_PriceFile, Problem | None]:
    try:
        return read_json(user_file, _PriceFile) or _PriceFile(), None
    except Unreadable as reason:
        kept = set_aside(user_file, "invalid")
        return _PriceFile(), Problem(
            "prices_set_aside",
            tr("Your price list was not readable"),
            tr(
                "Only the built-in prices are used, because prices.json is not valid: {reason}. "
                "{kept}",
                reason=reason,
                kept=kept_as(kept),
            ),
            tr("Correct that file and rename it back, or enter the prices again."),
        )


def _merged(ours: _PriceFile, theirs: _PriceFile) -> PriceBook:
    prices = {price.id: price for price in (*ours.prices, *theirs.prices)}
    costs = {cost.id: cost for cost in (*ours.monthly_costs, *theirs.monthly_costs)}
    return PriceBook(tuple(prices.values()), tuple(costs.values()))


def _missing(message: str) -> Problem:
    return Problem(
        "prices_missing",
        tr("The built-in price list is missing"),
        message,
        tr("Install Coterie again."),
    )
