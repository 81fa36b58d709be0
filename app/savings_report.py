"""Savings by the user's own settings and price list, for programs that only read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.dashboard.run_sums import RunSum, counted_usage
from app.paths import Paths
from app.prices import SHIPPED_PRICES, PriceBook, look_at_prices
from app.savings import Savings, savings
from app.settings import Settings, look_at_settings
from runtime.errors import Problem
from runtime.language import tr
from runtime.protocol.messages import GenerationStats


@dataclass(frozen=True)
class SavingsReport:
    """`problems` are about files that could not be read; they stay where they are."""

    settings: Settings
    prices: PriceBook
    problems: tuple[Problem, ...] = ()

    @classmethod
    def for_user(cls, paths: Paths) -> SavingsReport:
        """By what is stored, the defaults for what can't be read. Writes and moves nothing.

        Raises CoterieError of kind "prices_missing" when the installation is damaged.
        """
        settings, about_settings = look_at_settings(paths.settings_file)
        prices, about_prices = look_at_prices(SHIPPED_PRICES, paths.prices_file)
        problems = tuple(p for p in (about_settings, about_prices) if p is not None)
        return cls(settings, prices, problems)

    def of_answer(self, stats: GenerationStats) -> Savings:
        """What this one answer saved."""
        return saved_by((stats,), self.prices, self.settings)


def saved_by(answers: Iterable[GenerationStats], prices: PriceBook, settings: Settings) -> Savings:
    """What `answers` saved together against the chosen price.

    When that price is no longer in the list the first one is taken, and the assumptions say so.
    """
    price = prices.reference(settings.reference_price)
    usage = counted_usage(RunSum.of(tuple(answers)), settings)
    result = savings(price, usage, settings.electricity_usd_per_kwh)
    if price.id == settings.reference_price:
        return result
    said = tr(
        'The chosen price "{price}" is no longer in the list, so {label} is used.',
        price=settings.reference_price,
        label=price.label,
    )
    return replace(result, assumptions=(said, *result.assumptions))
