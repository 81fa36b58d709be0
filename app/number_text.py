"""The one place that turns numbers into the text people read."""

from __future__ import annotations

import math
from datetime import date, datetime

from runtime.language import marked, number, tr, tr_n

GIB = 1024**3
MINUS = "\u2212"
EN_DASH = "\u2013"
NOT_MEASURED = marked("not measured")
KIBI_TOKENS = 1024
JOULES_PER_WH = 3_600
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
_MONTHS = (
    marked("Jan"),
    marked("Feb"),
    marked("Mar"),
    marked("Apr"),
    marked("May"),
    marked("Jun"),
    marked("Jul"),
    marked("Aug"),
    marked("Sep"),
    marked("Oct"),
    marked("Nov"),
    marked("Dec"),
)

_MONTH_NAMES = (
    marked("January"),
    marked("February"),
    marked("March"),
    marked("April"),
    marked("May"),
    marked("June"),
    marked("July"),
    marked("August"),
    marked("September"),
    marked("October"),
    marked("November"),
    marked("December"),
)


def signed(text: str, value: float) -> str:
    """`text` of the absolute value, with a true minus sign where `value` is below zero."""
    return MINUS + text if value < 0 else text


def significant(value: float, digits: int = 3) -> str:
    """Three significant digits and no exponent: 331, 41.8, 5.70, 1,200."""
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    rounded = round(value, digits - 1 - magnitude)
    magnitude = math.floor(math.log10(abs(rounded)))
    return signed(number(abs(rounded), f",.{max(0, digits - 1 - magnitude)}f"), rounded)


def tokens_per_s(value: float | None) -> str:
    """A measured speed without its unit; an en dash where there is none."""
    return EN_DASH if value is None else significant(value)


def tokens_per_s_unit(value: float | None) -> str:
    return tr(NOT_MEASURED) if value is None else f"{significant(value)} tok/s"


def predicted(value: float) -> str:
    """A prediction has two significant digits: 41, 340, 2,200."""
    return significant(value, 2)


def predicted_range(low: float, high: float) -> str:
    """Stands beside every prediction: 37\N{EN DASH}45."""
    return f"{predicted(low)}{EN_DASH}{predicted(high)}"


def gib(size_bytes: int) -> str:
    """GiB with one decimal and no unit; an en dash for nothing at all."""
    if size_bytes == 0:
        return EN_DASH
    size_gib = round(abs(size_bytes) / GIB, 1)
    text = number(size_gib, ",.1f") if size_gib else f"<{number(0.1, '.1f')}"
    return signed(text, size_bytes)


def gib_unit(size_bytes: int) -> str:
    return f"{gib(size_bytes)} GiB"


def gib_of(used_bytes: int, total_bytes: int) -> str:
    return tr("{used} of {total} GiB", used=gib(used_bytes), total=gib(total_bytes))


def gib_done(fraction: float, total_bytes: int) -> str:
    """Progress through a file: 9.1 of 17.3 GiB, 0.0 of 17.3 GiB."""
    used = number(fraction * total_bytes / GIB, ",.1f")
    return tr("{used} of {total} GiB", used=used, total=gib(total_bytes))


def percent(fraction: float) -> str:
    return signed(f"{abs(fraction) * 100:.0f} %", round(fraction * 100))


def tokens(count: int) -> str:
    return number(count, ",")


def counted(count: int, noun: str) -> str:
    """`1 token`, `1,204 tokens`: English only, for the command line."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def tokens_short(count: int) -> str:
    """The context meter's form: 512, 3.1k, 16k (a k is 1,024 tokens)."""
    if count < KIBI_TOKENS:
        return str(count)
    kibi = count / KIBI_TOKENS
    whole = kibi >= 10 or f"{kibi:.1f}".endswith(".0")
    return f"{number(kibi, '.0f' if whole else '.1f')}k"


def meter(used_tokens: int, n_ctx: int) -> str:
    return f"{tokens_short(used_tokens)} / {tokens_short(n_ctx)}"


def duration(seconds: float) -> str:
    """0.62 s, 4.2 s, 12 s, 1 min 17 s, 3 h 5 min, 22.9 days."""
    if seconds < 0.995:
        return f"{number(seconds, '.2f')} s"
    if seconds < 9.95:
        return f"{number(seconds, '.1f')} s"
    whole = round(seconds)
    if whole < MINUTE_S:
        return f"{whole} s"
    if whole < HOUR_S:
        return tr("{min} min {s} s", min=whole // MINUTE_S, s=whole % MINUTE_S)
    if whole < 2 * DAY_S:
        return tr("{h} h {min} min", h=whole // HOUR_S, min=whole % HOUR_S // MINUTE_S)
    return tr("{days} days", days=number(seconds / DAY_S, ",.1f"))


def number_of_duration(seconds: float | None) -> tuple[str, str]:
    """The figure and its unit apart, for a large figure with a small unit."""
    if seconds is None:
        return EN_DASH, ""
    figure, _, unit = duration(seconds).partition(" ")
    return figure, unit


def about(seconds: float) -> tuple[str, str]:
    """A time that is only estimated, figure and unit apart: 7 s, 60 s, 3 min, 2 h."""
    if seconds < 1.5 * MINUTE_S:
        return f"{max(1, round(seconds))}", "s"
    if seconds < 1.5 * HOUR_S:
        return f"{round(seconds / MINUTE_S)}", "min"
    return number(round(seconds / HOUR_S), ","), "h"


def brief(seconds: float) -> str:
    """A part of an estimate: 0.25 ms, 18 ms, 4.1 s."""
    if seconds < 0.9995:
        return f"{significant(seconds * 1000, 2)} ms"
    return duration(seconds)


def moment(unix_s: float) -> str:
    """Day and time of day where the person is: 11 Nov, 21:06."""
    when = datetime.fromtimestamp(unix_s).astimezone()
    return tr("{day}, {time}", day=_day_and_month(when), time=f"{when:%H:%M}")


def money_of_chat(usd: float) -> str:
    """Four decimals; a sum too small for them is said to be small, never shown as zero."""
    return _money(usd, 4)


def money_total(usd: float) -> str:
    """Two decimals, three below one cent."""
    return _money(usd, 2 if abs(usd) >= 0.01 or usd == 0 else 3)


def money_rough(usd: float) -> str:
    """Whole dollars from ten on, for what is only roughly known: $1,200, $3.40."""
    return _money(usd, 0) if abs(usd) >= 10 else money_total(usd)


def price(usd: float) -> str:
    """A list price: two decimals, more where it needs them."""
    needed = len(f"{usd:.6f}".rstrip("0").partition(".")[2])
    return f"${number(usd, f',.{max(2, needed)}f')}"


def _money(usd: float, decimals: int) -> str:
    if usd != 0 and float(f"{abs(usd):.{decimals}f}") == 0:
        smallest = f"${number(10**-decimals, f'.{decimals}f')}"
        return f"<{smallest}" if usd > 0 else f">{MINUS}{smallest}"
    return signed(f"${number(abs(usd), f',.{decimals}f')}", usd)


def watts(value: float) -> str:
    return number(value, ",.0f") if value >= 0.5 or value == 0 else "<1"


def energy(joules: float) -> str:
    """3.0 Wh, 0.042 Wh, 1.25 kWh."""
    wh = joules / JOULES_PER_WH
    if wh >= 1_000:
        return f"{number(wh / 1_000, ',.2f')} kWh"
    if wh >= 1 or wh == 0:
        return f"{number(wh, ',.1f')} Wh"
    return f"{number(wh, '.2g')} Wh" if joules >= 0.36 else f"<{number(0.0001, '.4f')} Wh"


def kwh(value: float) -> str:
    """Without its unit: 0, 0.029, 0.70, 12.40."""
    if value >= 1:
        return number(value, ",.2f")
    return f"<{number(0.0001, '.4f')}" if 0 < value < 0.0001 else significant(value, 2)


def number_of_energy(amount_kwh: float) -> tuple[str, str]:
    """The figure and its unit apart: 0.70 kWh, and 0.42 Wh where it is less than 0.001 kWh."""
    if 0 < amount_kwh < 0.001:
        wh = amount_kwh * 1_000
        return significant(wh, 2) if wh >= 0.0001 else f"<{number(0.0001, '.4f')}", "Wh"
    return kwh(amount_kwh), "kWh"


def energy_used(amount_kwh: float) -> str:
    return " ".join(number_of_energy(amount_kwh))


def co2(value_kg: float) -> str:
    """0.042 g, 270 g, 1.2 kg."""
    if value_kg >= 1:
        return f"{significant(value_kg, 2)} kg"
    return f"{significant(value_kg * 1000, 2)} g"


def share(fraction: float) -> str:
    """A share that may be small: 0 %, 2.5 %, 12 %."""
    percents = fraction * 100
    return f"{number(percents, '.0f' if percents >= 9.95 else '.2g')} %"


def joules_per_token(joules: float, completion_tokens: int) -> str:
    """Without its unit, J/token; an en dash for an answer without tokens."""
    if completion_tokens <= 0:
        return EN_DASH
    return significant(joules / completion_tokens, 2)


def parameters(count: int) -> str:
    """135 M, 30.5 B."""
    if count <= 0:
        return EN_DASH
    if count >= 999_500_000:
        billions = round(count / 1e9, 1)
        return f"{number(billions, ',.0f' if billions.is_integer() else ',.1f')} B"
    return f"{number(count / 1e6, ',.0f')} M"


def parameters_used(total: int, active: int) -> str:
    """30.5 B (3.3 B): all parameters, and those one token uses where that is fewer."""
    if active <= 0 or active >= total:
        return parameters(total)
    return f"{parameters(total)} ({parameters(active)})"


def experts(count: int, used: int) -> str:
    if count <= 0:
        return tr("dense")
    return tr("{count}, {used} at a time", count=number(count, ","), used=number(used, ","))


def recent_day(unix_s: float, now_s: float) -> str:
    """A day where the person is: today, yesterday, 11 Nov, 11 Nov 2025; an en dash for never."""
    if unix_s <= 0:
        return EN_DASH
    when = datetime.fromtimestamp(unix_s).astimezone().date()
    today = datetime.fromtimestamp(now_s).astimezone().date()
    days_ago = (today - when).days
    if days_ago in (0, 1):
        return tr("yesterday") if days_ago else tr("today")
    return _day_and_month(when) if when.year == today.year else _whole_day(when)


def mib_per_s(bytes_per_s: float) -> str:
    """The speed of a download: 58.4 MiB/s."""
    return f"{number(bytes_per_s / 1024**2, ',.1f')} MiB/s"


def day(unix_s: float) -> str:
    """The day where the person is: 11 Nov 2026."""
    return _whole_day(datetime.fromtimestamp(unix_s).astimezone())


def month_name(unix_s: float) -> str:
    """The month where the person is: November."""
    return tr(_MONTH_NAMES[datetime.fromtimestamp(unix_s).astimezone().month - 1])


def long_day(unix_s: float, now_s: float) -> str:
    """A day of this year or an earlier one: 3 September, 3 September 2025."""
    when, now = (datetime.fromtimestamp(s).astimezone() for s in (unix_s, now_s))
    month = month_name(unix_s)
    if when.year == now.year:
        return tr("{day} {month}", day=when.day, month=month)
    return tr("{day} {month} {year}", day=when.day, month=month, year=when.year)


def years(count: float) -> str:
    """1 year, 4 years, 2.5 years."""
    return tr_n("{n} year", "{n} years", 1 if count == 1 else 2, n=number(count, ",.3g"))


def time_of_day(unix_s: float) -> str:
    """Where the person is: 21:04."""
    return f"{datetime.fromtimestamp(unix_s).astimezone():%H:%M}"


def day_and_month(unix_s: float) -> str:
    """The day where the person is: 11 Nov."""
    return _day_and_month(datetime.fromtimestamp(unix_s).astimezone())


def _day_and_month(when: date) -> str:
    return tr("{day} {month}", day=when.day, month=tr(_MONTHS[when.month - 1]))


def _whole_day(when: date) -> str:
    return tr(
        "{day} {month} {year}", day=when.day, month=tr(_MONTHS[when.month - 1]), year=when.year
    )
