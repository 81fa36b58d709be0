"""Why a file can't be attached, in the words a person reads. Titles are short: chips show them."""

from __future__ import annotations

from runtime.errors import Problem

MIB = 1024**2
MOST_CHARACTERS = 8_000_000
AS_TEXT_OR_PDF = "Save it as plain text or PDF and attach that."
A_PART = "Attach the part that matters."

NOT_TEXT = Problem(
    "attachment_not_text",
    "This is not text",
    "Pictures, programs, archives and other binary files can't be read here",
    "Attach text, code, Markdown or PDF. Old text: save it as UTF-8 first.",
)
WRAPPED = Problem(
    "attachment_unsupported",
    "This format can't be read",
    "Its text is wrapped up in an office or book format",
    AS_TEXT_OR_PDF,
)
EMPTY = Problem(
    "attachment_empty", "This file is empty", "There is nothing in it to send", "Attach another."
)
TOO_LONG = Problem(
    "attachment_too_large",
    "Too much text",
    f"It has more than {MOST_CHARACTERS:,} characters, and nothing is cut in silence",
    A_PART,
)
NOT_A_FILE = Problem(
    "attachment_not_a_file",
    "This is not a file",
    "Folders, devices and pipes can't be attached",
    "Attach the files in it one by one.",
)
PDF_PROTECTED = Problem(
    "pdf_protected",
    "This PDF is locked",
    "It is encrypted or asks for a password",
    "Open it in a PDF reader, print it to a new PDF and attach that.",
)
PDF_WITHOUT_TEXT = Problem(
    "pdf_without_text",
    "No text in this PDF",
    "It may be scanned: pages that are pictures can't be read here",
    "Run it through text recognition (OCR) and attach the result.",
)
PDF_DAMAGED = Problem(
    "pdf_damaged",
    "This PDF is damaged",
    "It can't be read, or it is no PDF at all",
    f"Open it in a PDF reader to see whether it is whole. {AS_TEXT_OR_PDF}",
)
PDF_TOO_HEAVY = Problem(
    "pdf_too_heavy",
    "This PDF needs too much memory",
    "Reading it was stopped before it could slow this computer down",
    AS_TEXT_OR_PDF,
)
PDF_NO_READER = Problem(
    "pdf_no_reader",
    "PDFs can't be read here",
    "The part of Coterie that reads them (pypdf) is missing",
    "Run Coterie's set-up again, or attach the text.",
)


def too_large(limit_bytes: int) -> Problem:
    return Problem(
        "attachment_too_large",
        "Too large to attach",
        f"The file has more than {limit_bytes // MIB} MiB",
        A_PART,
    )


def unreadable(reason: str) -> Problem:
    return Problem(
        "attachment_unreadable",
        "This file can't be read",
        f"The system says: {reason}",
        "Check that it is still there and that you may open it.",
    )


def too_many_pages(limit: int) -> Problem:
    return Problem(
        "attachment_too_large",
        "Too many pages",
        f"It has more than {limit:,} pages, and nothing is cut in silence",
        A_PART,
    )


def pdf_too_slow(deadline_s: float) -> Problem:
    return Problem(
        "pdf_too_slow",
        "This PDF takes too long",
        f"Reading it took more than {deadline_s:.0f} s and was stopped",
        AS_TEXT_OR_PDF,
    )
