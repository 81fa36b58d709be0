"""Why a file can't be taken in as chats."""

from __future__ import annotations

from pathlib import Path

from runtime.errors import CoterieError, Problem


class Refused(Exception):
    """The text says why, as the end of a sentence about the file."""


def import_invalid(path: Path, reason: str) -> CoterieError:
    return CoterieError(
        Problem(
            "import_invalid",
            "A chat could not be imported",
            f"{path.name}: {reason}",
            "Choose a file that Coterie exported, or conversations.json of ChatGPT's export.",
        )
    )
