"""Why a file can't be taken in as chats."""

from __future__ import annotations

from pathlib import Path

from runtime.errors import CoterieError, Problem
from runtime.language import tr


class Refused(Exception):
    """The text says why, as the end of a sentence about the file."""


def import_invalid(path: Path, reason: str) -> CoterieError:
    return CoterieError(
        Problem(
            "import_invalid",
            tr("A chat could not be imported"),
            f"{path.name}: {reason}",
            tr("Choose a file that Coterie exported, or conversations.json of ChatGPT's export."),
        )
    )
