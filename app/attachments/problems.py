"""Why a file can't be attached, in the words a person reads. Titles are short: chips show them."""

from __future__ import annotations

from runtime.errors import Problem
from runtime.language import marked, number, tr

MIB = 1024**2
MOST_CHARACTERS = 8_000_000
AS_TEXT_OR_PDF = marked("Save it as plain text or PDF and attach that.")
A_PART = marked("Attach the part that matters.")

# In English, for comparing; `said` is what a person reads.
NOT_TEXT = Problem(
    "attachment_not_text",
    marked("This is not text"),
    marked("Pictures, programs, archives and other binary files can't be read here"),
    marked("Attach text, code, Markdown or PDF. Old text: save it as UTF-8 first."),
)
WRAPPED = Problem(
    "attachment_unsupported",
    marked("This format can't be read"),
    marked("Its text is wrapped up in an office or book format"),
    AS_TEXT_OR_PDF,
)
EMPTY = Problem(
    "attachment_empty",
    marked("This file is empty"),
    marked("There is nothing in it to send"),
    marked("Attach another."),
)
TOO_LONG = Problem(
    "attachment_too_large",
    marked("Too much text"),
    # MOST_CHARACTERS
    marked("It has more than 8,000,000 characters, and nothing is cut in silence"),
    A_PART,
)
NOT_A_FILE = Problem(
    "attachment_not_a_file",
    marked("This is not a file"),
    marked("Folders, devices and pipes can't be attached"),
    marked("Attach the files in it one by one."),
)
PDF_PROTECTED = Problem(
    "pdf_protected",
    marked("This PDF is locked"),
    marked("It is encrypted or asks for a password"),
    marked("Open it in a PDF reader, print it to a new PDF and attach that."),
)
PDF_WITHOUT_TEXT = Problem(
    "pdf_without_text",
    marked("No text in this PDF"),
    marked("It may be scanned: pages that are pictures can't be read here"),
    marked("Run it through text recognition (OCR) and attach the result."),
)
PDF_DAMAGED = Problem(
    "pdf_damaged",
    marked("This PDF is damaged"),
    marked("It can't be read, or it is no PDF at all"),
    marked(
        "Open it in a PDF reader to see whether it is whole. Save it as plain text or PDF and"
        " attach that."
    ),
)
PDF_TOO_HEAVY = Problem(
    "pdf_too_heavy",
    marked("This PDF needs too much memory"),
    marked("Reading it was stopped before it could slow this computer down"),
    AS_TEXT_OR_PDF,
)
PDF_NO_READER = Problem(
    "pdf_no_reader",
    marked("PDFs can't be read here"),
    marked("The part of Coterie that reads them (pypdf) is missing"),
    marked("Run Coterie's set-up again, or attach the text."),
)


def said(problem: Problem) -> Problem:
    """One of those above in the process's language."""
    return Problem(problem.kind, tr(problem.title), tr(problem.message), tr(problem.remedy))


def too_large(limit_bytes: int) -> Problem:
    return Problem(
        "attachment_too_large",
        tr("Too large to attach"),
        tr("The file has more than {size} MiB", size=limit_bytes // MIB),
        tr(A_PART),
    )


def unreadable(reason: str) -> Problem:
    return Problem(
        "attachment_unreadable",
        tr("This file can't be read"),
        tr("The system says: {reason}", reason=reason),
        tr("Check that it is still there and that you may open it."),
    )


def too_many_pages(limit: int) -> Problem:
    return Problem(
        "attachment_too_large",
        tr("Too many pages"),
        tr(
            "It has more than {count} pages, and nothing is cut in silence",
            count=number(limit, ","),
        ),
        tr(A_PART),
    )


def pdf_too_slow(deadline_s: float) -> Problem:
    return Problem(
        "pdf_too_slow",
        tr("This PDF takes too long"),
        tr("Reading it took more than {time} s and was stopped", time=number(deadline_s, ".0f")),
        tr(AS_TEXT_OR_PDF),
    )
