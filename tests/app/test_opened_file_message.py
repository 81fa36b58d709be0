"""What a second start says to the first, and everything else that might arrive there."""

from __future__ import annotations

import os

import pytest

from app.opened_file_message import (
    MOST_BYTES,
    MOST_FILES,
    MOST_PATH_BYTES,
    MOST_TOKEN_CHARACTERS,
    RAISE,
    Call,
    Refused,
    message,
    read,
)

ODD = os.fsdecode(b"/models/caf\xe9 \n.gguf")


@pytest.mark.parametrize("paths", [(), ("/a.gguf",), ("/a b\n.gguf", "/ü/b.gguf"), (ODD,)])
def test_what_is_said_is_understood(paths: tuple[str, ...]) -> None:
    assert read(message(paths)) == Call(paths)


def test_an_old_start_only_raises() -> None:
    assert read(RAISE) == Call()
    assert message(()) == RAISE


def test_it_may_come_in_pieces() -> None:
    data = message(("/a.gguf", "/b.gguf"))
    for end in range(1, len(data)):
        assert read(data[:end]) is None
    assert read(data) == Call(("/a.gguf", "/b.gguf"))


@pytest.mark.parametrize("paths", [(), ("/a.gguf", "/b.gguf")])
@pytest.mark.parametrize("token", ["gnome-shell/Files/12-0-host_TIME345", "ends in a point."])
def test_the_word_of_the_desktop_comes_along(paths: tuple[str, ...], token: str) -> None:
    data = message(paths, token)
    assert read(data) == Call(paths, token)
    for end in range(1, len(data)):
        assert read(data[:end]) is None


@pytest.mark.parametrize("token", ["", "two\nlines", "gr\u00f6\u00dfer", "\0", "x" * 257])
def test_what_no_desktop_says_is_left_out(token: str) -> None:
    assert message(("/a.gguf",), token) == message(("/a.gguf",))
    assert message((), token) == RAISE


def test_it_is_bounded() -> None:
    longest = "/" + "x" * (MOST_PATH_BYTES - 1)
    token = "t" * MOST_TOKEN_CHARACTERS
    data = message([longest] * (MOST_FILES + 5), token)
    assert len(data) == MOST_BYTES
    assert read(data) == Call((longest,) * MOST_FILES, token)
    assert message([longest + "x"]) == RAISE


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        b"RAISE\n",
        b"raise\nraise\n",
        b"open\n.\n",
        b"open\n2f61\n.\nraise\n.\n",
        b"open\ntoken \n.\n",
        b"open\ntoken 6\n.\n",
        b"open\ntoken 0a\n.\n",
        b"open\ntoken ff\n.\n",
        b"open\ntoken abc\n2f61\n.\n",
        b"open\n2f61\ntoken 61\n.\n",
        b"open\ntoken 61\ntoken 61\n.\n",
        b"open\ntoken " + b"61" * (MOST_TOKEN_CHARACTERS + 1) + b"\n.\n",
        b"open\nzz\n.\n",
        b"open\n2f6\n.\n",
        b"open\n2F61\n.\n",
        b"open\n" + b"a.gguf".hex().encode() + b"\n.\n",
        b"open\n" + b"/a\0b".hex().encode() + b"\n.\n",
        b"open\n" + b"2f61\n" * (MOST_FILES + 1) + b".\n",
        b"open\n" + b"2f61" * (MOST_PATH_BYTES // 2 + 1) + b"\n.\n",
        b"open\n" + b"2" * MOST_BYTES,
        b"\0" * 10,
        b"\xff\xfe",
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        read(data)
