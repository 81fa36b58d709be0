"""PDFs: read by a child process, and each way in which one can't be used has its own words."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from pypdf import PdfWriter

from app.attachments import pdf_text, problems
from app.attachments.pdf_text import Outcome
from app.attachments.reading import LARGEST_PDF_BYTES, pdf_problem, read_attachment
from app.child_process import Answer, Child
from tests.app.attachments.pdfs import bomb, pdf


def written(folder: Path, data: bytes, name: str = "paper.pdf") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_the_text_of_every_page(tmp_path: Path) -> None:
    data = pdf("A (first) page\nof two lines", "", "Größe: 5 \\ 6")
    found = read_attachment(written(tmp_path, data))
    assert found.problem is None
    assert found.text == "A (first) page\nof two lines\n\nGröße: 5 \\ 6"
    assert (found.name, found.kind, found.file_bytes) == ("paper.pdf", "pdf", len(data))


def test_a_pdf_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    found = read_attachment(written(tmp_path, pdf("Hello"), "paper.txt"))
    assert (found.kind, found.text, found.problem) == ("pdf", "Hello", None)


def test_a_scanned_one_has_no_text(tmp_path: Path) -> None:
    found = read_attachment(written(tmp_path, pdf(content=b"q 612 0 0 792 0 0 cm Q")))
    assert (found.text, found.problem) == ("", problems.PDF_WITHOUT_TEXT)


@pytest.mark.parametrize("password", ["secret", ""])
def test_an_encrypted_one_needs_no_password_or_is_locked(tmp_path: Path, password: str) -> None:
    plain = written(tmp_path, pdf("Only for you"))
    writer = PdfWriter(clone_from=plain)
    writer.encrypt(password, "owner", algorithm="RC4-128")
    locked = tmp_path / "locked.pdf"
    writer.write(locked)
    found = read_attachment(locked)
    if password:
        assert (found.text, found.problem) == ("", problems.PDF_PROTECTED)
    else:
        assert (found.text, found.problem) == ("Only for you", None)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4\n",
        b"not a PDF at all",
        b"\x00\x01\x02" * 100,
        pdf("Hello")[:150],
        pdf("Hello").replace(b"/Kids [4 0 R]", b"/Kids 99 0 R"),
        b"%PDF-1.4\n" + b"[" * 100_000,
        b"%PDF-1.4\n1 0 obj\n" + b"<< /A " * 50_000 + b"\ntrailer << /Root 1 0 R >>\n",
    ],
)
def test_a_damaged_one(tmp_path: Path, data: bytes) -> None:
    found = read_attachment(written(tmp_path, data))
    assert found.text == ""
    assert found.problem in (problems.PDF_DAMAGED, problems.PDF_WITHOUT_TEXT)


def test_a_page_that_contains_itself_ends(tmp_path: Path) -> None:
    data = pdf("Hello").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")
    found = read_attachment(written(tmp_path, data))
    assert found.text == ""
    assert found.problem is not None


def test_a_bomb_is_stopped(tmp_path: Path) -> None:
    path = written(tmp_path, bomb(400_000_000))
    assert path.stat().st_size < 1_000_000
    found = read_attachment(path)
    assert (found.text, found.problem) == ("", problems.PDF_TOO_HEAVY)


@pytest.mark.skipif(sys.platform != "linux", reason="no limit on the address space")
def test_memory_is_limited(tmp_path: Path) -> None:
    """One that pypdf itself would bear."""
    light, heavy = written(tmp_path, pdf("Hello")), written(tmp_path, bomb(70_000_000), "b.pdf")
    code = (
        "import sys; from app.attachments import pdf_text;"
        f" pdf_text.MEMORY_BYTES = {140 << 20}; sys.exit(pdf_text.main(sys.argv[1]))"
    )

    def outcome(path: Path) -> int | None:
        return Child((sys.executable, "-c", code, str(path))).answer(60).returncode

    assert (outcome(light), outcome(heavy)) == (Outcome.TEXT, Outcome.TOO_HEAVY)
    assert read_attachment(heavy).problem == problems.PDF_WITHOUT_TEXT


def test_one_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    content = b"BT /F1 12 Tf " + b"(a) Tj " * 400_000 + b"ET"
    began_s = time.monotonic()
    found = read_attachment(written(tmp_path, pdf(content=content)), deadline_s=0.5)
    assert time.monotonic() - began_s < 5
    assert found.text == ""
    assert found.problem is not None
    assert found.problem.kind == "pdf_too_slow"


def test_pages_and_text_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(written(tmp_path, pdf("One", "Two", "Three")))
    monkeypatch.setattr(pdf_text, "MOST_PAGES", 2)
    assert pdf_text.read(path) == (Outcome.TOO_MANY_PAGES, "")
    monkeypatch.undo()
    monkeypatch.setattr(pdf_text, "MOST_CHARACTERS", 7)
    assert pdf_text.read(path) == (Outcome.TOO_LONG, "")
    monkeypatch.undo()
    assert pdf_text.read(path) == (Outcome.TEXT, "One\n\nTwo\n\nThree")


def test_a_very_large_file_is_not_even_read(tmp_path: Path) -> None:
    path = written(tmp_path, pdf("Hello"))
    with path.open("r+b") as file:
        file.truncate(LARGEST_PDF_BYTES + 1)
    assert read_attachment(path).problem == problems.too_large(LARGEST_PDF_BYTES)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(0, b"text"), None),
        (Answer(1, stderr="KeyError: 'x'"), "pdf_damaged"),
        (Answer(10), "pdf_protected"),
        (Answer(11), "pdf_without_text"),
        (Answer(12), "attachment_too_large"),
        (Answer(13), "attachment_too_large"),
        (Answer(14), "pdf_too_heavy"),
        (Answer(15), "pdf_no_reader"),
        (Answer(-9), "pdf_too_heavy"),
        (Answer(-11), "pdf_too_heavy"),
        (Answer(None, timed_out=True), "pdf_too_slow"),
        (Answer(None, stderr="the system refused to start a process: no"), "attachment_unreadable"),
    ],
)
def test_what_the_end_of_the_child_means(answer: Answer, kind: str | None) -> None:
    problem = pdf_problem(answer, 20)
    assert (problem.kind if problem else None) == kind
