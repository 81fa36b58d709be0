"""The words of the card about the program: what is known of a newer version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app import number_text
from app.updates.finding import Finding, FindingKind
from app.updates.state import UpdateView
from runtime.language import marked, tr

UNKNOWN_LINE = marked(
    "This build does not know where newer versions are announced, so it can't look for them."
)
OFFLINE_LINE = marked("Nothing is asked while you work offline.")
LOOKING_LINE = marked("Looking…")
_NOT_BELIEVED: dict[FindingKind, str] = {
    "bad_signature": marked(
        "The announcement was not signed by the makers of this build, so it does not count."
    ),
    "unreadable": marked("The announcement is signed, but this version can't read it."),
    "older": marked(
        "The announcement is older than one seen before, so it does not count. Somebody on the"
        " way may hold back the new one."
    ),
    "expired": marked(
        "The announcement has expired, so it does not count, unless this computer's clock is wrong."
    ),
    "not_yet": marked(
        "The announcement is dated in the future, so it does not count. Look at this computer's"
        " clock."
    ),
}
_NOT_FOUND: dict[FindingKind, str] = {
    "no_answer": marked("There was no answer. The next look is tomorrow."),
    "moved": marked("It sent the question to another place, which was not followed."),
    "too_large": marked("It sent more than an announcement can be; that was not read."),
    "too_slow": marked("It took too long. The next look is tomorrow."),
    "failed": marked("The process that looks ended by itself. The next look is tomorrow."),
}


@dataclass(frozen=True)
class UpdateWords:
    """`news`, `notes` and `page` are "" unless a newer version is out."""

    line: str
    found: str = ""
    news: str = ""
    notes: str = ""
    page: str = ""


def update_words(view: UpdateView, now_s: float) -> UpdateWords:
    """What the row of updates says."""
    if not view.host:
        return UpdateWords(tr(UNKNOWN_LINE))
    line = tr(
        "Asks {host} once a day. It is told which version this is, and nothing else; nothing is"
        " downloaded.",
        host=view.host,
    )
    if not view.is_on:
        return UpdateWords(line)
    if view.is_offline:
        return UpdateWords(line, tr(OFFLINE_LINE))
    if view.is_looking:
        return UpdateWords(line, tr(LOOKING_LINE))
    if view.finding is None:
        return UpdateWords(line)
    return _found(line, view.finding, number_text.recent_day(view.asked_at_s, now_s))


def _found(line: str, finding: Finding, day: str) -> UpdateWords:
    if finding.kind == "newer":
        return UpdateWords(line, "", _news(finding), finding.notes, finding.page)
    if finding.kind == "current":
        said = tr("This is the newest version.")
    elif finding.kind == "refused":
        said = tr("It answered with an error (HTTP {status}).", status=finding.status)
    else:
        said = tr((_NOT_BELIEVED | _NOT_FOUND)[finding.kind])
    return UpdateWords(line, tr("Looked {day}: {said}", day=day, said=said))


def _news(finding: Finding) -> str:
    try:
        # Its noon here: the day is a day everywhere.
        noon_s = datetime.fromisoformat(finding.released).replace(hour=12).timestamp()
    except ValueError:
        return tr("Coterie {version} is out", version=finding.version)
    day = number_text.day(noon_s)
    return tr("Coterie {version} is out, released {day}", version=finding.version, day=day)
