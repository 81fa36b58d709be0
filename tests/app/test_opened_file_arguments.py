"""Which of the words after `coterie` are files, and what their paths are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.opened_file_arguments import opened_files
from runtime.errors import CoterieError

HERE = Path("/home/ada")


@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        (["a.gguf"], ("/home/ada/a.gguf",)),
        (["A.GGUF", "../b.gguf"], ("/home/ada/A.GGUF", "/home/b.gguf")),
        (["./list"], ("/home/ada/list",)),
        (["/models/sub/"], ("/models/sub",)),
        (["file:///models/a%20b.gguf"], ("/models/a b.gguf",)),
        (["FILE://localhost/models/%C3%BC.gguf"], ("/models/ü.gguf",)),
        (["file:/models/a.gguf"], ("/models/a.gguf",)),
        (["file:///models/a%2.gguf"], ("/models/a%2.gguf",)),
        (["file:///caf%E9.gguf"], (os.fsdecode(b"/caf\xe9.gguf"),)),
        (["--", "--help", "list"], ("/home/ada/--help", "/home/ada/list")),
        (["--"], ()),
    ],
)
def test_files_become_absolute_paths(arguments: list[str], paths: tuple[str, ...]) -> None:
    assert opened_files(arguments, HERE) == paths


@pytest.mark.parametrize(
    "arguments",
    [[], ["list"], ["--version"], ["run", "a.gguf", "Hello"], ["lst"], ["a.gguf", "--json"]],
)
def test_commands_are_left_to_their_parser(arguments: list[str]) -> None:
    assert opened_files(arguments, HERE) is None


@pytest.mark.parametrize(
    "address",
    ["https://host/a.gguf", "sftp://host/a.gguf", "file://server/share/a.gguf", "file:a.gguf"],
)
def test_what_is_not_on_this_computer_is_refused_in_words(address: str) -> None:
    with pytest.raises(CoterieError) as refused:
        opened_files([address], HERE)
    assert refused.value.problem.title == "Only files on this computer can be opened"
    assert address in refused.value.problem.message
