"""What was saved by this answer, in this chat, today, this month and ever, and by day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from app import number_text
from app.dashboard.days import day_of, midnight_s, month_days
from app.dashboard.ledger import WriteOff, with_write_off, write_off
from app.dashboard.run import Run
from app.dashboard.run_sums import RunSum, RunSums, counted_usage, together
from app.dashboard.state import DayAmount, PeriodName, PeriodSaving
from app.prices import Price, PriceBook
from app.savings import MILLION, Savings, Usage, savings
from app.settings import Settings
from runtime.language import tr


@dataclass(frozen=True)
class Reckoning:
    """All that a saving is reckoned from, save the runs of a period."""

    sums: RunSums
    prices: PriceBook
    settings: Settings
    now_s: float

    @property
    def price(self) -> Price:
        """The chosen price, the first one when that is gone."""
        return self.prices.reference(self.settings.reference_price)

    @property
    def today(self) -> date:
        return day_of(self.now_s)

    @property
    def first_day(self) -> date | None:
        return day_of(self.sums.first.ended_at_s) if self.sums.first else None

    @property
    def write_off(self) -> WriteOff:
        return write_off(self.settings, self.first_day)

    def usage(self, total: RunSum) -> Usage:
        return counted_usage(total, self.settings)

    def usage_of(self, days: Iterable[date]) -> Usage:
        """The sum of these days, each counted by itself."""
        return together(self.usage(self.sums.of_day(day)) for day in days)

    @cached_property
    def usage_of_month(self) -> Usage:
        return self.usage_of(month_days(self.today))

    @cached_property
    def usage_ever(self) -> Usage:
        """As the sum of all days, which is quick to tell unless idle power is taken off."""
        if not self.settings.subtract_idle:
            return self.sums.ever.usage
        return self.usage_of(self.sums.days)

    def saved_usd(self, usage: Usage) -> float:
        """As `saved` says, without its words: for many days at once."""
        fresh, cached, answered, joule = self._rates
        return (
            (usage.prompt_tokens - usage.cached_tokens) * fresh
            + usage.cached_tokens * cached
            + usage.completion_tokens * answered
            + usage.joules * joule
        )

    @cached_property
    def _rates(self) -> tuple[float, float, float, float]:
        """Dollars that one of each saves: a saving is proportional to what was used."""
        of_one = (
            Usage(prompt_tokens=MILLION),
            Usage(prompt_tokens=MILLION, cached_tokens=MILLION),
            Usage(completion_tokens=MILLION),
            Usage(joules=MILLION),
        )
        fresh, cached, answered, joule = (self.saved(u).saved_usd / MILLION for u in of_one)
        return fresh, cached, answered, joule

    def saved(self, usage: Usage) -> Savings:
        """Against the chosen price, electricity taken off and nothing else."""
        settings, price = self.settings, self.price
        found = savings(price, usage, settings.electricity_usd_per_kwh)
        said = []
        if price.id != settings.reference_price:
            said.append(
                tr(
                    'The chosen price "{price}" is no longer in the list, so {label} is used.',
                    price=settings.reference_price,
                    label=price.label,
                )
            )
        if settings.subtract_idle:
            said.append(
                tr(
                    "An idle power of {watts} W is taken off what counters read.",
                    watts=number_text.watts(settings.idle_w),
                )
            )
        return replace(found, assumptions=(*said, *found.assumptions)) if said else found


def periods(reckoning: Reckoning, conversation_id: int | None) -> tuple[PeriodSaving, ...]:
    """The five periods, shortest first; those of a chat only where one is open and has a run."""
    return (*_of_chat(reckoning, conversation_id), *_of_calendar(reckoning))


def saved_by_day(reckoning: Reckoning) -> tuple[DayAmount, ...]:
    """Each day of this month up to today; together they are what the month saved."""
    off = reckoning.write_off
    found = []
    for day in month_days(reckoning.today):
        saved_usd = reckoning.saved_usd(reckoning.usage_of((day,)))
        found.append(DayAmount(midnight_s(day), saved_usd - off.usd(day, day)))
    return tuple(found)


def _of_chat(reckoning: Reckoning, conversation_id: int | None) -> tuple[PeriodSaving, ...]:
    """The computer is not written off here: an answer has no days."""
    sums, found = reckoning.sums, []
    ends = None if conversation_id is None else sums.chat_ends(conversation_id)
    last = ends[1] if ends else sums.last if conversation_id is None else None
    if last is not None:
        answer = RunSum.of([last.stats])
        found.append(_period(reckoning, "answer", tr("This answer"), answer, _began_s(last)))
    if ends and conversation_id is not None:
        chat = sums.of_chat(conversation_id)
        found.append(_period(reckoning, "chat", tr("This chat"), chat, _began_s(ends[0])))
    return tuple(found)


def _of_calendar(reckoning: Reckoning) -> tuple[PeriodSaving, ...]:
    today, now_s = reckoning.today, reckoning.now_s
    month = today.replace(day=1)
    first = reckoning.first_day
    since = tr("Ever")
    if reckoning.sums.first is not None:
        day = number_text.long_day(reckoning.sums.first.ended_at_s, now_s)
        since = tr("Since {day}", day=day)
    rows: tuple[tuple[PeriodName, str, Usage, date | None], ...] = (
        ("today", tr("Today"), reckoning.usage_of((today,)), today),
        ("month", number_text.month_name(now_s), reckoning.usage_of_month, month),
        ("ever", since, reckoning.usage_ever, first),
    )
    return tuple(_calendar_period(reckoning, *row) for row in rows)


def _calendar_period(
    reckoning: Reckoning, name: PeriodName, label: str, usage: Usage, since: date | None
) -> PeriodSaving:
    today = reckoning.today
    saved = reckoning.saved(usage)
    found = with_write_off(saved, reckoning.write_off, since or today, today)
    began_s = None if since is None else midnight_s(since)
    return PeriodSaving(name, label, found, _tokens(usage), began_s)


def _period(
    reckoning: Reckoning, name: PeriodName, label: str, total: RunSum, since_s: float
) -> PeriodSaving:
    usage = reckoning.usage(total)
    return PeriodSaving(name, label, reckoning.saved(usage), _tokens(usage), since_s)


def _tokens(usage: Usage) -> int:
    return usage.prompt_tokens + usage.completion_tokens


def _began_s(run: Run) -> float:
    return run.ended_at_s - run.stats.elapsed_s
