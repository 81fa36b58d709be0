"""The text of one PDF, read by a process of its own that may crash, hang or run out of memory.

`python -m app.attachments.pdf_text PATH` writes the text as UTF-8 and ends with an `Outcome`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from enum import IntEnum
from typing import TYPE_CHECKING

from app.attachments.problems import MOST_CHARACTERS

if TYPE_CHECKING:
    from pypdf import PdfReader

MOST_PAGES = 5_000
MEMORY_BYTES = 1 << 30
PROCESSOR_S = 120


class Outcome(IntEnum):
    """The exit code. 1 is any other Python error, such as one of a damaged file."""

    TEXT = 0
    DAMAGED = 1
    PROTECTED = 10
    WITHOUT_TEXT = 11
    TOO_MANY_PAGES = 12
    TOO_LONG = 13
    TOO_HEAVY = 14
    NO_READER = 15


def main(path: str) -> Outcome:
    """Read `path` and write its text."""
    _limit()
    logging.disable()  # pypdf has a line for each fault of a file, and some files are all faults.
    try:
        outcome, text = read(path)
    except MemoryError:
        return Outcome.TOO_HEAVY
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()
    return outcome


def read(path: str) -> tuple[Outcome, str]:
    """The text is empty whenever the outcome is another than TEXT."""
    try:
        from pypdf import PdfReader
        from pypdf.errors import (
            DependencyError,
            FileNotDecryptedError,
            LimitReachedError,
            PyPdfError,
        )
    except ImportError:
        return Outcome.NO_READER, ""
    try:
        return _text_of(PdfReader(path))
    except (DependencyError, FileNotDecryptedError):
        return Outcome.PROTECTED, ""
    except LimitReachedError:
        return Outcome.TOO_HEAVY, ""
    except (PyPdfError, RecursionError):
        return Outcome.DAMAGED, ""


def _text_of(reader: PdfReader) -> tuple[Outcome, str]:
    # Many files are encrypted with an empty password, only to forbid printing.
    if reader.is_encrypted and not reader.decrypt(""):
        return Outcome.PROTECTED, ""
    if len(reader.pages) > MOST_PAGES:
        return Outcome.TOO_MANY_PAGES, ""
    pages, characters = [], 0
    for text in _pages(reader):
        characters += len(text)
        if characters > MOST_CHARACTERS:
            return Outcome.TOO_LONG, ""
        pages.append(text.strip())
    whole = "\n\n".join(page for page in pages if page)
    return (Outcome.TEXT, whole) if whole else (Outcome.WITHOUT_TEXT, "")


def _pages(reader: PdfReader) -> Iterator[str]:
    for page in reader.pages:
        yield page.extract_text()


def _limit() -> None:
    """Of memory, and of time for when whoever started us is gone."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, wanted in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, PROCESSOR_S),
    ):
        hard = resource.getrlimit(kind)[1]
        least = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(kind, (least, hard))
        except (OSError, ValueError):  # macOS refuses a limit on the address space
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
