"""Reads a file that a person wants to attach: its text, or why there is none to send."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePath

from app.attachments import problems
from app.attachments.decoding import decoded, plain
from app.attachments.kinds import is_wrapped, kind_of
from app.attachments.names import shown_name
from app.attachments.pdf_text import MOST_PAGES, Outcome
from app.attachments.problems import said
from app.child_process import Answer, Child
from app.session_state import Attachment
from runtime.errors import Problem
from runtime.language import tr
from runtime.own_program import part_command

LARGEST_FILE_BYTES = 20 * problems.MIB
# Mostly pictures; the text in it has its own bound.
LARGEST_PDF_BYTES = 100 * problems.MIB
PDF_COMMAND = part_command("app.attachments.pdf_text")
_PDF_MARK, _HEAD_BYTES = b"%PDF-", 1024
_PDF_PROBLEMS: dict[int, Problem] = {
    Outcome.PROTECTED: problems.PDF_PROTECTED,
    Outcome.WITHOUT_TEXT: problems.PDF_WITHOUT_TEXT,
    Outcome.TOO_LONG: problems.TOO_LONG,
    Outcome.TOO_HEAVY: problems.PDF_TOO_HEAVY,
    Outcome.NO_READER: problems.PDF_NO_READER,
}


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title)
        self.problem = problem


def read_attachment(path: Path, deadline_s: float = 20.0) -> Attachment:
    """Raises nothing: a file that can't be used has a `problem`. `deadline_s` is for a PDF."""
    name, kind = shown_name(path.name), kind_of(path).kind
    size_bytes = 0
    try:
        data, size_bytes = _read(path)
        if _is_pdf(data, kind):
            kind = "pdf"
            text, note = _pdf_text(path, deadline_s), ""
        else:
            text, note = _text(data)
        return Attachment(name, kind, _bounded(text), size_bytes, note=note)
    except OSError as error:
        problem = problems.unreadable(error.strerror or tr("it can't be opened"))
    except ValueError:  # a zero byte in the path
        problem = problems.unreadable(tr("there can be no file of this name"))
    except _Refused as refused:
        problem = refused.problem
    return Attachment(name, kind, "", size_bytes, problem=problem)


def attachment_of_text(name: str, text: str) -> Attachment:
    """Text that was pasted, as a file."""
    name, text = shown_name(name), plain(text)
    kind, size_bytes = kind_of(PurePath(name)).kind, len(text.encode())
    if kind == "pdf":
        kind = "text"
    try:
        return Attachment(name, kind, _bounded(text), size_bytes)
    except _Refused as refused:
        return Attachment(name, kind, "", size_bytes, problem=refused.problem)


def _read(path: Path) -> tuple[bytes, int]:
    """What is in it (of a PDF only the beginning) and its size."""
    # Opening a pipe would otherwise wait for somebody to write into it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if path.is_dir():
        raise _Refused(said(problems.NOT_A_FILE))
    with os.fdopen(os.open(path, flags), "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise _Refused(said(problems.NOT_A_FILE))
        if is_wrapped(path):
            raise _Refused(said(problems.WRAPPED))
        head = file.read(_HEAD_BYTES)
        is_pdf = _is_pdf(head, kind_of(path).kind)
        limit_bytes = LARGEST_PDF_BYTES if is_pdf else LARGEST_FILE_BYTES
        if about.st_size > limit_bytes:
            raise _Refused(problems.too_large(limit_bytes))
        data = head if is_pdf else head + file.read(limit_bytes + 1 - len(head))
    if len(data) > limit_bytes:  # It grew, or it is one of those in /proc that have no size.
        raise _Refused(problems.too_large(limit_bytes))
    return data, max(about.st_size, len(data))


def _is_pdf(head: bytes, kind: str) -> bool:
    """A text may tell of PDFs: only at the very start is the mark enough without the name."""
    return head.startswith(_PDF_MARK) or (kind == "pdf" and bool(head))


def _text(data: bytes) -> tuple[str, str]:
    """The text, and what to know of it."""
    found = decoded(data)
    if found is None:
        raise _Refused(said(problems.NOT_TEXT))
    if not found.guessed:
        return found.text, ""
    note = tr("Read as {encoding}: look at its accents, they may be wrong.", encoding=found.guessed)
    return found.text, note


def _bounded(text: str) -> str:
    if not text.strip():
        raise _Refused(said(problems.EMPTY))
    if len(text) > problems.MOST_CHARACTERS:
        raise _Refused(said(problems.TOO_LONG))
    return text


def _pdf_text(path: Path, deadline_s: float) -> str:
    child = Child((*PDF_COMMAND, os.fspath(path.absolute())))
    answer = child.answer(deadline_s)
    if problem := pdf_problem(answer, deadline_s):
        raise _Refused(problem)
    return plain(answer.stdout.decode("utf-8", "replace"))


def pdf_problem(answer: Answer, deadline_s: float) -> Problem | None:
    """What the child's end means, None where its text can be used."""
    if answer.timed_out:
        return problems.pdf_too_slow(deadline_s)
    code = answer.returncode
    if code is None:
        return problems.unreadable(answer.last_words)
    if code < 0:  # ended by the system, which is out of memory
        return said(problems.PDF_TOO_HEAVY)
    if code == Outcome.TEXT:
        return None
    if code == Outcome.TOO_MANY_PAGES:
        return problems.too_many_pages(MOST_PAGES)
    return said(_PDF_PROBLEMS.get(code, problems.PDF_DAMAGED))
