"""Exports: whole or not at all, under names that every system takes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.chat_files.exporting import write_export
from app.chat_files.file_names import LONGEST_BYTES, file_names, file_stem
from app.chat_files.importing import read_import
from app.chat_tree import ChatTree
from runtime.errors import CoterieError
from tests.app.chat_files.trees import BRANCHED

OTHER = replace(BRANCHED, title="naming Trees", folder="")


def test_all_chats_as_json_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "chats.json"
    write_export((BRANCHED, OTHER), path, "json")
    assert read_import(path) == (BRANCHED, OTHER)
    head = msgspec.json.decode(path.read_bytes())
    assert (head["format"], head["version"], len(head["chats"])) == ("coterie-chat", 1, 2)
    assert list(path.parent.iterdir()) == [path]


def test_one_chat_as_markdown_is_one_file(tmp_path: Path) -> None:
    path = tmp_path / "chat.md"
    write_export((BRANCHED,), path, "markdown")
    (found,) = read_import(path)
    assert [one.text for one in found.messages][:2] == ["Name a tree.", "Oak."]
    assert list(tmp_path.iterdir()) == [path]


def test_several_as_markdown_are_files_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "chats"
    write_export((BRANCHED, OTHER), folder, "markdown")
    assert sorted(one.name for one in folder.iterdir()) == ["Naming trees.md", "naming Trees 2.md"]
    write_export((BRANCHED,), folder, "markdown")
    assert sorted(one.name for one in folder.iterdir())[1] == "Naming trees.md"
    assert len(list(folder.iterdir())) == 3
    assert all(read_import(path) for path in folder.iterdir())


def test_what_was_there_stays_until_all_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "chats.json"
    write_export((BRANCHED,), path, "json")
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CoterieError) as error:
        write_export((BRANCHED, OTHER), path, "json")
    assert error.value.problem.kind == "not_exported"
    assert "No space left" in error.value.problem.message
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_folder_gets_all_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    folder = tmp_path / "chats"
    if is_there:
        folder.mkdir()
        (folder / "mine.md").write_text("mine")
    rename, moved = Path.rename, []

    def fails_the_second_time(self: Path, target: Path) -> Path:
        moved.append(target)
        if len(moved) == 2:
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails_the_second_time)
    with pytest.raises(CoterieError) as error:
        write_export((BRANCHED, OTHER), folder, "markdown")
    assert error.value.problem.kind == "not_exported"
    assert len(moved) == 2
    assert folder.exists() == is_there
    assert not is_there or [one.name for one in folder.iterdir()] == ["mine.md"]


def test_text_that_is_no_unicode(tmp_path: Path) -> None:
    broken = replace(BRANCHED, title="\udcff")
    for path, trees, kind in (
        (tmp_path / "a.json", (broken,), "json"),
        (tmp_path / "a.md", (broken,), "markdown"),
        (tmp_path / "a", (broken, broken), "markdown"),
    ):
        with pytest.raises(CoterieError) as error:
            write_export(trees, path, kind)  # type: ignore[arg-type]
        assert error.value.problem.kind == "not_exported"
    assert list(tmp_path.iterdir()) == []


def test_places_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "x.json", tmp_path / "a\0b.json"):
        with pytest.raises(CoterieError) as error:
            write_export((BRANCHED,), path, "json")
        assert error.value.problem.kind == "not_exported"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(CoterieError) as error:
        write_export((), tmp_path / "x.json", "json")
    assert error.value.problem.kind == "export_empty"


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("A plan: 50/50?", "A plan 50 50"),
        ("..", "Chat"),
        ("", "Chat"),
        (" .hidden. ", "hidden"),
        ("con", "con_"),
        ("LPT1.txt", "LPT1.txt_"),
        ("control", "control"),
        ("a\nb\x00c", "a b c"),
        ("evil\u202egpj", "evilgpj"),
        ("日本" * 100, "日本" * 20),
    ],
)
def test_stems(title: str, stem: str) -> None:
    assert file_stem(title) == stem


@given(st.lists(st.text(max_size=60), max_size=8))
def test_names_are_safe_and_apart(titles: list[str]) -> None:
    names = file_names(titles, ("Chat.md",))
    assert len({name.casefold() for name in (*names, "Chat.md")}) == len(titles) + 1
    for name in names:
        assert len(name.encode()) <= LONGEST_BYTES + 20
        assert Path(name).name == name
        assert not set(name) & set('<>:"/\\|?*\0\n')


def test_an_empty_chat_is_a_title(tmp_path: Path) -> None:
    write_export((ChatTree("Nothing yet", ()),), tmp_path / "x.md", "markdown")
    assert "# Nothing yet" in (tmp_path / "x.md").read_text()
