"""What the dock says of downloads, in words: pure functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app import number_text
from runtime.downloads.frames import Download, DownloadPhase
from runtime.errors import Problem
from runtime.language import tr, tr_n

_COUNTED: tuple[tuple[frozenset[DownloadPhase], Callable[[int], str]], ...] = (
    (frozenset({"running", "checking"}), lambda n: tr_n("{n} running", "{n} running", n)),
    (frozenset({"waiting"}), lambda n: tr_n("{n} waiting", "{n} waiting", n)),
    (frozenset({"queued"}), lambda n: tr_n("{n} queued", "{n} queued", n)),
    (frozenset({"paused"}), lambda n: tr_n("{n} paused", "{n} paused", n)),
    (frozenset({"failed"}), lambda n: tr_n("{n} stopped", "{n} stopped", n)),
    (frozenset({"done"}), lambda n: tr_n("{n} ready", "{n} ready", n)),
)
# Those of Chinese besides.
_SENTENCE_ENDS = ".?:\u3002\uff1f\uff1a"


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
            return tr("Downloading, {percent}", percent=fetched)
        case "checking":
            checked = number_text.percent(checked_share(download))
            return tr("Checking, {percent}", percent=checked)
        case "waiting":
            return tr("Waiting, {percent}", percent=fetched)
        case "queued":
            return tr("In the queue")
        case "paused":
            return tr("Paused, {percent}", percent=fetched)
        case "failed":
            return tr("Stopped, {percent}", percent=fetched)
        case "done":
            return tr("Checked, ready")


def row_text(download: Download) -> RowText:
    amount = fetched_words(download)
    match download.phase:
        case "running":
            speed = download.bytes_per_s
            left_s = download.left_s
            left = tr("{time} left", time=_seconds(left_s)) if left_s else ""
            state = tr("starting") if speed is None else number_text.mib_per_s(speed)
            return RowText(amount, state, left, "secondary" if speed is None else "primary")
        case "checking":
            checked = number_text.gib_done(checked_share(download), download.total_bytes)
            return RowText(checked, tr("Checking"), tr("before it is used"), "primary")
        case "waiting":
            return RowText(amount, tr("waiting"), _again(download), "warn")
        case "queued":
            return RowText(amount, tr("in the queue"), "", "tertiary")
        case "paused":
            return RowText(amount, tr("paused"), _paused_by(download), "tertiary")
        case "failed":
            return RowText(amount, tr("stopped"), "", "error")
        case "done":
            return RowText(number_text.gib_unit(download.total_bytes), "", tr("Checked, ready"))


def _again(download: Download) -> str:
    if download.retry_in_s > 0:
        return tr("again in {time}", time=_seconds(download.retry_in_s))
    return tr("trying now")


def _seconds(seconds: float) -> str:
    """Whole ones: it is only an estimate, and must not flicker."""
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < number_text.MINUTE_S else number_text.duration(whole)


def _paused_by(download: Download) -> str:
    match download.paused_by:
        case "person":
            at_s = download.paused_at_s
            if not at_s:
                return tr("by you")
            return tr("by you, {time}", time=number_text.time_of_day(at_s))
        case "disk":
            return tr("not enough room")
        case "start":
            return tr("since the start")
    return ""


def note(download: Download, needed_bytes: int, free_bytes: int) -> Note | None:
    """What to say below the row; None for one that goes on or that the person paused."""
    problem = download.problem
    if download.phase == "waiting":
        return _waiting_note(download)
    if download.phase == "paused" and download.paused_by == "disk":
        title = problem.title if problem else tr("Not enough room on the disk")
        line = _disk_line(download, needed_bytes - free_bytes)
        return Note(title, line, "warn", tr("Try now"))
    if download.phase == "failed":
        words = problem or _unknown()
        return Note(words.title, _said(words), "error", tr("Try again"))
    return None


def _waiting_note(download: Download) -> Note:
    problem = download.problem
    if problem is None or problem.kind == "hub_unreachable":
        title = tr("Connection lost")
        line = tr(
            "{name} stopped at {amount}. Nothing is lost; it goes on from there.",
            name=full_name(download),
            amount=fetched_words(download),
        )
    else:
        title, line = problem.title, _sentence(problem.message)
    if download.retry_in_s:
        line = tr("{line} Trying again in {time}.", line=line, time=_seconds(download.retry_in_s))
    return Note(title, line, "warn", tr("Try now"), can_pause=True)


def _unknown() -> Problem:
    return Problem(
        "download_failed",
        tr("The download stopped"),
        tr("It could not go on."),
        tr("Try it again."),
    )


def _disk_line(download: Download, short_bytes: int) -> str:
    name, amount = full_name(download), fetched_words(download)
    if short_bytes <= 0:
        return tr(
            "{name} stopped at {amount}. Nothing is lost; there is room again, so it can go on.",
            name=name,
            amount=amount,
        )
    return tr(
        "{name} stopped at {amount}. Nothing is lost; free {size} for the whole queue to go on.",
        name=name,
        amount=amount,
        size=number_text.gib_unit(short_bytes),
    )


def _said(problem: Problem) -> str:
    message = _sentence(problem.message)
    if not problem.remedy:
        return message
    return tr("{first} {second}", first=message, second=problem.remedy)


def _sentence(text: str) -> str:
    text = text.rstrip()
    if not text or text[-1] in _SENTENCE_ENDS:
        return text
    return tr("{sentence}.", sentence=text)


def cancel_question(download: Download) -> str:
    """Asked before what was fetched is deleted."""
    fetched, name = fetched_bytes(download), full_name(download)
    if not fetched:
        return tr("Take {name} out of the queue?", name=name)
    size = number_text.gib_unit(fetched)
    return tr("Delete the {size} of {name} fetched so far?", size=size, name=name)


def count_line(downloads: Sequence[Download]) -> str:
    """1 running, 1 paused."""
    counts = ((sum(d.phase in phases for d in downloads), words) for phases, words in _COUNTED)
    return ", ".join(words(count) for count, words in counts if count)


def spoken_row(download: Download) -> str:
    """The whole row as one text for a screen reader."""
    text = row_text(download)
    parts = (full_name(download), text.amount, text.state, text.detail)
    return ", ".join(part for part in parts if part)
