"""Text files of all kinds: what is read, what is refused, and in which words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attachments import problems
from app.attachments.decoding import decoded
from app.attachments.names import LONGEST_NAME, shown_name
from app.attachments.reading import LARGEST_FILE_BYTES, attachment_of_text, read_attachment

SAID = "Größe €5 — naïve\n"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (SAID.encode(), SAID),
        (SAID.encode("utf-8-sig"), SAID),
        (b"\xff\xfe" + SAID.encode("utf-16-le"), SAID),
        (b"\xfe\xff" + SAID.encode("utf-16-be"), SAID),
        (b"\xff\xfe\0\0" + SAID.encode("utf-32-le"), SAID),
        (b"\0\0\xfe\xff" + SAID.encode("utf-32-be"), SAID),
        (b"one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        ("日本語のテキスト".encode(), "日本語のテキスト"),
        (b"\x1b[31mred\x1b[0m log\x07\n", "\x1b[31mred\x1b[0m log\x07\n"),
        (b"a" * 10_000 + b"\0\0" + b"b", "a" * 10_000 + "b"),
    ],
)
def test_text_in_its_encodings(tmp_path: Path, data: bytes, text: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(data)
    found = read_attachment(path)
    assert (found.text, found.problem, found.note) == (text, None, "")
    assert found.file_bytes == len(data)


def test_an_old_encoding_is_read_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "brief.txt"
    path.write_bytes(("Sehr geehrte Damen, die Größe stimmt für 5 € nicht. " * 3).encode("cp1252"))
    found = read_attachment(path)
    assert found.text.startswith("Sehr geehrte Damen, die Größe stimmt für 5 €")
    assert "Windows-1252" in found.note


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"\x7fELF\x02\x01\x01\0",
        b"PK\x03\x04\x14\0\0\0",
        SAID.encode("utf-16-le"),
        "Привет, как дела? Это текст.".encode("koi8-r"),
        "日本語のテキスト".encode("shift-jis"),
        bytes(range(1, 256)),
        b"\xff\xfe\xd8",
        b"text \x01\x02\x03\x04",
    ],
)
def test_what_is_not_text(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "thing.txt"
    path.write_bytes(data)
    found = read_attachment(path)
    assert (found.text, found.problem) == ("", problems.NOT_TEXT)


@given(st.binary(max_size=300))
def test_any_bytes_are_text_without_nuls_or_nothing(data: bytes) -> None:
    found = decoded(data)
    if found is not None:
        assert not {"\0", "\r"} & set(found.text)
        found.text.encode()


def test_a_word_document_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(b"PK\x03\x04")
    assert read_attachment(path).problem == problems.WRAPPED


def test_nothing_in_it(tmp_path: Path) -> None:
    path = tmp_path / "empty.md"
    path.write_bytes(b" \n\n")
    found = read_attachment(path)
    assert (found.kind, found.problem) == ("markdown", problems.EMPTY)


def test_sizes(tmp_path: Path) -> None:
    path = tmp_path / "big.log"
    path.write_bytes(b"x" * problems.MOST_CHARACTERS)
    assert len(read_attachment(path).text) == problems.MOST_CHARACTERS
    path.write_bytes(b"x" * (problems.MOST_CHARACTERS + 1))
    assert read_attachment(path).problem == problems.TOO_LONG
    with path.open("r+b") as file:
        file.truncate(LARGEST_FILE_BYTES + 1)
    assert read_attachment(path).problem == problems.too_large(LARGEST_FILE_BYTES)


def test_what_is_no_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe, Path("/dev/zero")):
        assert read_attachment(path).problem == problems.NOT_A_FILE


def test_what_is_not_there() -> None:
    for path in (Path("/nowhere/at-all.txt"), Path("a\0b.txt"), Path("x" * 5_000)):
        problem = read_attachment(path).problem
        assert problem is not None
        assert problem.kind == "attachment_unreadable"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("notes.txt", "notes.txt"),
        ("/home/me/notes.txt", "notes.txt"),
        ("C:\\Users\\me\\notes.txt", "notes.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\nb\t c.txt", "a b c.txt"),
        ("\x1b]0;title\x07.txt", "]0;title.txt"),
        ("bad\udcff.txt", "bad.txt"),
        ("\u0645\u06cc\u200c\u062e.txt", "\u0645\u06cc\u200c\u062e.txt"),
        ("\u2066\u200e", "file"),
        ("", "file"),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@given(st.text(max_size=400))
def test_a_name_is_one_short_line(name: str) -> None:
    shown = shown_name(name)
    assert 1 <= len(shown) <= LONGEST_NAME
    assert len(shown.splitlines()) == 1
    assert "/" not in shown
    shown.encode()


def test_a_long_name_keeps_its_ending() -> None:
    assert shown_name("x" * 300 + ".tar.gz").endswith("xx.tar.gz")


def test_pasted_text() -> None:
    found = attachment_of_text("Pasted text.txt", "one\r\ntwo €\0")
    assert (found.name, found.kind, found.text) == ("Pasted text.txt", "text", "one\ntwo €")
    assert found.file_bytes == len("one\ntwo €".encode())
    assert attachment_of_text("a.py", "x = 1").kind == "code"
    assert attachment_of_text("a.txt", "  ").problem == problems.EMPTY
    assert attachment_of_text("a.pdf", "text").kind == "text"
