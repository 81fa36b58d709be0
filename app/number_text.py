"""The one place that turns numbers into the text people read."""

from __future__ import annotations

import math
from datetime import datetime

GIB = 1024**3
MINUS = "\u2212"
EN_DASH = "\u2013"
NOT_MEASURED = "not measured"
KIBI_TOKENS = 1024
JOULES_PER_WH = 3_600
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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
    return signed(f"{abs(rounded):,.{max(0, digits - 1 - magnitude)}f}", rounded)


def tokens_per_s(value: float | None) -> str:
    """A measured speed without its unit; an en dash where there is none."""
    return EN_DASH if value is None else significant(value)


def tokens_per_s_unit(value: float | None) -> str:
    return NOT_MEASURED if value is None else f"{significant(value)} tok/s"


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
    text = f"{abs(size_bytes) / GIB:,.1f}"
    return signed("<0.1" if text == "0.0" else text, size_bytes)


def gib_unit(size_bytes: int) -> str:
    return f"{gib(size_bytes)} GiB"


def gib_of(used_bytes: int, total_bytes: int) -> str:
    return f"{gib(used_bytes)} of {gib(total_bytes)} GiB"


def gib_done(fraction: float, total_bytes: int) -> str:
    """Progress through a file: 9.1 of 17.3 GiB, 0.0 of 17.3 GiB."""
    return f"{fraction * total_bytes / GIB:,.1f} of {gib_unit(total_bytes)}"


def percent(fraction: float) -> str:
    return signed(f"{abs(fraction) * 100:.0f} %", round(fraction * 100))


def tokens(count: int) -> str:
    return f"{count:,}"


def counted(count: int, noun: str) -> str:
    """`1 token`, `1,204 tokens`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def tokens_short(count: int) -> str:
    """The context meter's form: 512, 3.1k, 16k (a k is 1,024 tokens)."""
    if count < KIBI_TOKENS:
        return str(count)
    kibi = count / KIBI_TOKENS
    if kibi >= 10:
        return f"{kibi:.0f}k"
    return f"{kibi:.1f}k".replace(".0k", "k")


def meter(used_tokens: int, n_ctx: int) -> str:
    return f"{tokens_short(used_tokens)} / {tokens_short(n_ctx)}"


def duration(seconds: float) -> str:
    """0.62 s, 4.2 s, 12 s, 1 min 17 s, 3 h 5 min, 22.9 days."""
    if seconds < 0.995:
        return f"{seconds:.2f} s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < MINUTE_S:
        return f"{whole} s"
    if whole < HOUR_S:
        return f"{whole // MINUTE_S} min {whole % MINUTE_S} s"
    if whole < 2 * DAY_S:
        return f"{whole // HOUR_S} h {whole % HOUR_S // MINUTE_S} min"
    return f"{seconds / DAY_S:,.1f} days"


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
    return f"{round(seconds / HOUR_S):,}", "h"


def brief(seconds: float) -> str:
    """A part of an estimate: 0.25 ms, 18 ms, 4.1 s."""
    if seconds < 0.9995:
        return f"{significant(seconds * 1000, 2)} ms"
    return duration(seconds)


def moment(unix_s: float) -> str:
    """Day and time of day where the person is: 11 Nov, 21:06."""
    when = datetime.fromtimestamp(unix_s).astimezone()
    return f"{when.day} {_MONTHS[when.month - 1]}, {when:%H:%M}"


def money_of_chat(usd: float) -> str:
    """Four decimals; a sum too small for them is said to be small, never shown as zero."""
    return _money(usd, 4)


def money_total(usd: float) -> str:
    """Two decimals, three below one cent."""
    return _money(usd, 2 if abs(usd) >= 0.01 or usd == 0 else 3)


def price(usd: float) -> str:
    """A list price: two decimals, more where it needs them."""
    text = f"{usd:,.6f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"${whole}.{decimals:0<2}"


def _money(usd: float, decimals: int) -> str:
    text = f"{abs(usd):,.{decimals}f}"
    if usd != 0 and float(text.replace(",", "")) == 0:
        smallest = f"${10**-decimals:.{decimals}f}"
        return f"<{smallest}" if usd > 0 else f">{MINUS}{smallest}"
    return signed(f"${text}", usd)


def watts(value: float) -> str:
    return f"{value:,.0f}" if value >= 0.5 or value == 0 else "<1"


def energy(joules: float) -> str:
    """3.0 Wh, 0.042 Wh, 1.25 kWh."""
    wh = joules / JOULES_PER_WH
    if wh >= 1_000:
        return f"{wh / 1_000:,.2f} kWh"
    if wh >= 1 or wh == 0:
        return f"{wh:,.1f} Wh"
    return f"{wh:.2g} Wh" if joules >= 0.36 else "<0.0001 Wh"


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
        return f"{count / 1e9:,.1f}".removesuffix(".0") + " B"
    return f"{count / 1e6:,.0f} M"


def parameters_used(total: int, active: int) -> str:
    """30.5 B (3.3 B): all parameters, and those one token uses where that is fewer."""
    if active <= 0 or active >= total:
        return parameters(total)
    return f"{parameters(total)} ({parameters(active)})"


def experts(count: int, used: int) -> str:
    return "dense" if count <= 0 else f"{count:,}, {used:,} at a time"


def recent_day(unix_s: float, now_s: float) -> str:
    """A day where the person is: today, yesterday, 11 Nov, 11 Nov 2025; an en dash for never."""
    if unix_s <= 0:
        return EN_DASH
    when = datetime.fromtimestamp(unix_s).astimezone().date()
    today = datetime.fromtimestamp(now_s).astimezone().date()
    days_ago = (today - when).days
    if days_ago in (0, 1):
        return ("today", "yesterday")[days_ago]
    text = f"{when.day} {_MONTHS[when.month - 1]}"
    return text if when.year == today.year else f"{text} {when.year}"


def mib_per_s(bytes_per_s: float) -> str:
    """The speed of a download: 58.4 MiB/s."""
    return f"{bytes_per_s / 1024**2:,.1f} MiB/s"


def day(unix_s: float) -> str:
    """The day where the person is: 11 Nov 2026."""
    when = datetime.fromtimestamp(unix_s).astimezone()
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def time_of_day(unix_s: float) -> str:
    """Where the person is: 21:04."""
    return f"{datetime.fromtimestamp(unix_s).astimezone():%H:%M}"
