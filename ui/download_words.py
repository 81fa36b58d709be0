"""What the dock says of downloads, in words: pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app import number_text
from runtime.downloads.frames import Download, DownloadPhase
from runtime.errors import Problem

_COUNTED: tuple[tuple[str, frozenset[DownloadPhase]], ...] = (
    ("running", frozenset({"running", "checking"})),
    ("waiting", frozenset({"waiting"})),
    ("queued", frozenset({"queued"})),
    ("paused", frozenset({"paused"})),
    ("stopped", frozenset({"failed"})),
    ("ready", frozenset({"done"})),
)


@dataclass(frozen=True)
class RowText:
    """One row of the dock. `state` stands in the column of speeds, in the tone of labels."""

    amount: str
    state: str
    detail: str
    state_tone: str = "secondary"


@dataclass(frozen=True)
class Note:
    """What stands under a row that does not go on by itself. `icon` and `tone` mark its title."""

    title: str
    line: str
    tone: str
    try_text: str
    can_pause: bool = False


def full_name(download: Download) -> str:
    request = download.request
    return f"{request.name} {request.quantisation}".rstrip()


def share(done_bytes: int, total_bytes: int) -> float:
    return min(1.0, max(0.0, done_bytes / total_bytes)) if total_bytes else 0.0


def fetched_share(download: Download) -> float:
    return share(fetched_bytes(download), download.total_bytes)


def fetched_bytes(download: Download) -> int:
    return max(download.live_bytes, download.done_bytes)


def checked_share(download: Download) -> float:
    return share(download.checked_bytes, download.total_bytes)


def fetched_words(download: Download) -> str:
    """6.9 of 11.3 GiB."""
    return number_text.gib_done(fetched_share(download), download.total_bytes)


def phase_words(download: Download) -> str:
    """Where it is, for a list of models: "Downloading, 61 %"."""
    fetched = number_text.percent(fetched_share(download))
    match download.phase:
        case "running":
            return f"Downloading, {fetched}"
        case "checking":
            return f"Checking, {number_text.percent(checked_share(download))}"
        case "waiting":
            return f"Waiting, {fetched}"
        case "queued":
            return "In the queue"
        case "paused":
            return f"Paused, {fetched}"
        case "failed":
            return f"Stopped, {fetched}"
        case "done":
            return "Checked, ready"


def row_text(download: Download) -> RowText:
    amount = fetched_words(download)
    match download.phase:
        case "running":
            speed = download.bytes_per_s
            left_s = download.left_s
            left = f"{_seconds(left_s)} left" if left_s else ""
            state = "starting" if speed is None else number_text.mib_per_s(speed)
            return RowText(amount, state, left, "secondary" if speed is None else "primary")
        case "checking":
            checked = number_text.gib_done(checked_share(download), download.total_bytes)
            return RowText(checked, "Checking", "before it is used", "primary")
        case "waiting":
            return RowText(amount, "waiting", _again(download), "warn")
        case "queued":
            return RowText(amount, "in the queue", "", "tertiary")
        case "paused":
            return RowText(amount, "paused", _paused_by(download), "tertiary")
        case "failed":
            return RowText(amount, "stopped", "", "error")
        case "done":
            return RowText(number_text.gib_unit(download.total_bytes), "", "Checked, ready")


def _again(download: Download) -> str:
    return f"again in {_seconds(download.retry_in_s)}" if download.retry_in_s > 0 else "trying now"


def _seconds(seconds: float) -> str:
    """Whole ones: it is only an estimate, and must not flicker."""
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < number_text.MINUTE_S else number_text.duration(whole)


def _paused_by(download: Download) -> str:
    match download.paused_by:
        case "person":
            at_s = download.paused_at_s
            return f"by you, {number_text.time_of_day(at_s)}" if at_s else "by you"
        case "disk":
            return "not enough room"
        case "start":
            return "since the start"
    return ""


def note(download: Download, needed_bytes: int, free_bytes: int) -> Note | None:
    """What to say below the row; None for one that goes on or that the person paused."""
    kept = f"{full_name(download)} stopped at {fetched_words(download)}. Nothing is lost;"
    problem = download.problem
    if download.phase == "waiting":
        when = f"Trying again in {_seconds(download.retry_in_s)}." if download.retry_in_s else ""
        if problem is None or problem.kind == "hub_unreachable":
            title, line = "Connection lost", f"{kept} it goes on from there. {when}"
        else:
            title, line = problem.title, f"{_sentence(problem.message)} {when}"
        return Note(title, line.rstrip(), "warn", "Try now", can_pause=True)
    if download.phase == "paused" and download.paused_by == "disk":
        line = _disk_line(kept, needed_bytes - free_bytes)
        title = problem.title if problem else "Not enough room on the disk"
        return Note(title, line, "warn", "Try now")
    if download.phase == "failed":
        words = problem or _UNKNOWN
        line = f"{_sentence(words.message)} {words.remedy}".rstrip()
        return Note(words.title, line, "error", "Try again")
    return None


_UNKNOWN = Problem(
    "download_failed", "The download stopped", "It could not go on.", "Try it again."
)


def _disk_line(kept: str, short_bytes: int) -> str:
    if short_bytes <= 0:
        return f"{kept} there is room again, so it can go on."
    return f"{kept} free {number_text.gib_unit(short_bytes)} for the whole queue to go on."


def _sentence(text: str) -> str:
    text = text.rstrip()
    return text if not text or text[-1] in ".?:" else f"{text}."


def cancel_question(download: Download) -> str:
    """Asked before what was fetched is deleted."""
    fetched = fetched_bytes(download)
    if not fetched:
        return f"Take {full_name(download)} out of the queue?"
    return f"Delete the {number_text.gib_unit(fetched)} of {full_name(download)} fetched so far?"


def count_line(downloads: Sequence[Download]) -> str:
    """1 running, 1 paused."""
    counts = ((word, sum(d.phase in phases for d in downloads)) for word, phases in _COUNTED)
    return ", ".join(f"{count} {word}" for word, count in counts if count)


def spoken_row(download: Download) -> str:
    """The whole row as one text for a screen reader."""
    text = row_text(download)
    parts = (full_name(download), text.amount, text.state, text.detail)
    return ", ".join(part for part in parts if part)
