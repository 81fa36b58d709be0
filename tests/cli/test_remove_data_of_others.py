"""`coterie remove-data` where other people's files lie beside or within Coterie's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Completed
from tests.cli.test_remove_data import (
    CACHE,
    CACHED,
    CHATS,
    CONFIG,
    DATA,
    LOGS,
    MODELS,
    home,
    left,
    remove,
    surroundings,
)
from tests.owned.files import everything_in, put_model

__all__ = ["home", "remove", "surroundings"]


def choose(home: Path, folder: Path) -> None:
    (home / CONFIG / "settings.json").write_text(f'{{"models_dir": "{folder}"}}')


def test_one_folder_by_two_names_is_one(
    remove: Callable[..., Completed], surroundings: dict[str, str], home: Path
) -> None:
    """A chosen folder in the data folder, by its real path, and a home that is a link."""
    theirs = put_model(home / DATA / "big" / "Theirs.gguf")
    choose(home, theirs.parent)
    link = home.parent / "link"
    link.symlink_to(home)
    surroundings["HOME"] = str(link)
    assert remove("--chats", "--cache", "--yes").returncode == 0
    assert left(home) == sorted(["Documents/letter.txt", *MODELS, f"{DATA}/big/Theirs.gguf"])


@pytest.mark.parametrize("folder", [DATA, ".local", ".", f"{DATA}/engine-packs"])
def test_a_chosen_folder_that_holds_coteries_own(
    remove: Callable[..., Completed], home: Path, folder: str
) -> None:
    theirs = [f"{DATA}/Theirs.gguf", f"{DATA}/engine-packs/Theirs.gguf", f"{DATA}/cuda/notes.txt"]
    if folder != f"{DATA}/engine-packs":
        theirs.append(f"{DATA}/models/Theirs.gguf")
    for name in theirs:
        put_model(home / name)
    kept = [f"{DATA}/conversations.db-wal", f"{DATA}/.quirks.json.x1", f"{CONFIG}/presets/a.json"]
    for name in kept:
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).touch()
    choose(home, home / folder)
    before = set(left(home))
    assert remove("--models", "--chats", "--cache", "--yes").returncode == 0
    gone = before - set(left(home))
    ours = {*CHATS, *CACHED, *kept, MODELS[0]}
    if folder == f"{DATA}/engine-packs":
        # The rest of the data folder is Coterie's alone, and in this one nothing is known.
        assert f"{DATA}/engine-packs/Theirs.gguf" not in gone
        assert f"{DATA}/engine-packs/cuda/pack.json" not in gone
    else:
        assert gone == ours


def test_a_chosen_folder_in_the_usual_one(remove: Callable[..., Completed], home: Path) -> None:
    theirs = put_model(home / DATA / "models" / "shared" / "Theirs.gguf")
    choose(home, theirs.parent)
    assert remove("--models", "--yes").returncode == 0
    assert theirs.exists()
    assert not (home / MODELS[1]).exists()


@pytest.mark.parametrize(
    ("name", "group"),
    [
        (f"{DATA}/engine-packs", "--cache"),
        (CACHE, "--cache"),
        (LOGS, "--cache"),
        (CONFIG, "--chats"),
        (DATA, "--chats"),
    ],
)
def test_a_link_goes_and_what_it_leads_to_stays(
    remove: Callable[..., Completed], home: Path, name: str, group: str
) -> None:
    elsewhere = home.parent / "elsewhere"
    (home / name).rename(elsewhere)
    (home / name).symlink_to(elsewhere)
    before = everything_in(elsewhere)
    assert f"{home / name} is a link: only it goes" in remove("--list", group).stdout
    done = remove(group, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"is still in {elsewhere}" in done.stdout
    assert everything_in(elsewhere) == before
    assert not (home / name).is_symlink()


def test_groups_in_one_folder_are_told_apart(
    remove: Callable[..., Completed], surroundings: dict[str, str], home: Path
) -> None:
    one = home / ".local" / "share"
    surroundings["XDG_CACHE_HOME"] = str(one)
    (one / "coterie" / "machine.json").write_text("{}")
    assert remove("--cache", "--yes").returncode == 0
    assert not (one / "coterie" / "machine.json").exists()
    assert (home / CHATS[1]).exists()
    assert (home / MODELS[1]).exists()


def test_a_home_from_the_tilde_is_looked_at(
    remove: Callable[..., Completed], surroundings: dict[str, str], home: Path
) -> None:
    put_model(home / "stick" / "data" / "models" / "a.gguf")
    (home / "stick" / "photos").mkdir()
    surroundings["COTERIE_HOME"] = "~/stick"
    done = remove("--models", "--yes")
    assert done.returncode == 1
    assert done.stderr.startswith("Nothing was deleted")
    assert (home / "stick" / "data" / "models" / "a.gguf").exists()
