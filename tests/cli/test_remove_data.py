"""`coterie remove-data`: what it shows, what it asks, and what is left afterwards."""

from __future__ import annotations

import fcntl
import os
import pty
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.paths import Paths
from tests.cli.conftest import COMMAND, Completed
from tests.engine_client import CHECKOUT
from tests.owned.files import everything_in, put_model, put_record

DATA, CONFIG, CACHE = ".local/share/coterie", ".config/coterie", ".cache/coterie"
LOGS = ".local/state/coterie/log"
CHATS = [f"{CONFIG}/settings.json", f"{DATA}/conversations.db", f"{DATA}/experts/a.bin"]
CACHED = [f"{CACHE}/kv/chat-1.kv", f"{DATA}/engine-packs/cuda/pack.json", f"{LOGS}/engine.log"]
MODELS = [f"{DATA}/models/owner/Some-Q4_K_M.gguf", f"{DATA}/models/mine.gguf"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A person's folder with a little of everything in it, and one file of their own."""
    home = tmp_path / "person"
    for name in (*CHATS, *CACHED, "Documents/letter.txt"):
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}" if path.suffix == ".json" else "text")
    for name in MODELS:
        put_model(home / name)
    put_record(home / DATA / "models", home / MODELS[0], repo="owner/Some-GGUF")
    return home


@pytest.fixture
def surroundings(home: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("XDG_") and name != "COTERIE_HOME"
    }
    return kept | {"HOME": str(home), "PYTHONPATH": str(CHECKOUT)}


@pytest.fixture
def remove(surroundings: dict[str, str]) -> Callable[..., Completed]:
    def run(*words: str) -> Completed:
        return subprocess.run(
            (*COMMAND, "remove-data", *words),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            env=surroundings,
        )

    return run


def asked(surroundings: dict[str, str], answers: str) -> Completed:
    """With a terminal on which `answers` are typed."""
    controller, terminal = pty.openpty()
    os.write(controller, answers.encode())
    try:
        return subprocess.run(
            (*COMMAND, "remove-data"),
            stdin=terminal,
            capture_output=True,
            text=True,
            timeout=60,
            env=surroundings,
        )
    finally:
        os.close(controller)
        os.close(terminal)


def left(home: Path) -> list[str]:
    return [name for name in everything_in(home) if "/.coterie/" not in name]


def test_the_list_shows_each_group_and_deletes_nothing(
    remove: Callable[..., Completed], home: Path
) -> None:
    before = everything_in(home)
    done = remove("--list")
    heads = [line.split(":")[0] for line in done.stdout.splitlines()]
    assert heads == ["Models", "Chats and settings", "Caches, logs and GPU packs"]
    assert "3 files" in done.stdout
    assert (done.returncode, done.stderr) == (0, "")
    assert everything_in(home) == before
    only = remove("--list", "--chats").stdout.splitlines()
    assert [line.split(":")[0] for line in only] == ["Chats and settings"]


@pytest.mark.parametrize(
    ("group", "gone"), [("--models", MODELS), ("--chats", CHATS), ("--cache", CACHED)]
)
def test_a_script_removes_one_group(
    remove: Callable[..., Completed], home: Path, group: str, gone: list[str]
) -> None:
    before = left(home)
    done = remove(group, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert left(home) == [name for name in before if name not in gone]


def test_all_groups_leave_nothing_of_coterie(remove: Callable[..., Completed], home: Path) -> None:
    assert remove("--models", "--chats", "--cache", "--yes").returncode == 0
    assert everything_in(home) == ["Documents/letter.txt"]
    assert not [path for path in home.rglob("*") if path.name == "coterie"]
    assert remove("--list").stdout == "Coterie keeps nothing here.\n"


@pytest.mark.parametrize(
    ("answers", "gone"),
    [("\n\n\n", []), ("y\nn\n\n", MODELS), ("n\nYes\nno\n", CHATS), ("\n\ny\n", CACHED)],
)
def test_each_group_is_asked_about(
    surroundings: dict[str, str], home: Path, answers: str, gone: list[str]
) -> None:
    before = left(home)
    done = asked(surroundings, answers)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("[y/N]") == 3
    assert left(home) == [name for name in before if name not in gone]


@pytest.mark.parametrize(("words", "hint"), [((), "--yes"), (("--yes",), "--models")])
def test_it_does_not_guess(
    remove: Callable[..., Completed], home: Path, words: tuple[str, ...], hint: str
) -> None:
    before = everything_in(home)
    done = remove(*words)
    assert done.returncode == 1
    assert hint in done.stderr
    assert everything_in(home) == before


def test_an_open_window_keeps_everything(remove: Callable[..., Completed], home: Path) -> None:
    with (home / DATA / "window.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = everything_in(home)
        done = remove("--models", "--yes")
        assert done.returncode == 1
        assert done.stderr.startswith("A window of Coterie is open")
        assert everything_in(home) == before
    assert remove("--models", "--yes").returncode == 0


def test_the_lock_is_that_of_the_window(home: Path) -> None:
    from ui.single_instance import OnlyInstance

    window = OnlyInstance(home / DATA)
    assert window.is_first()
    try:
        from app.window_lock import without_window
        from runtime.errors import CoterieError

        with pytest.raises(CoterieError), without_window(home / DATA):
            pass
    finally:
        window.let_go()


def test_a_chosen_folder_keeps_what_others_put_there(
    remove: Callable[..., Completed], home: Path
) -> None:
    disk = home.parent / "disk"
    ours = put_model(disk / "owner" / "Ours.gguf")
    theirs = put_model(disk / "owner" / "Theirs.gguf")
    linked = put_model(home.parent / "elsewhere" / "Linked.gguf")
    put_record(disk, ours)
    put_record(disk, linked, source="LM Studio")
    (disk / "notes.txt").write_text("mine")
    (home / CONFIG / "settings.json").write_text(f'{{"models_dir": "{disk}"}}')
    assert "1 file there that Coterie did not put there" in remove("--list", "--models").stdout
    assert remove("--models", "--yes").returncode == 0
    assert everything_in(disk) == ["notes.txt", "owner/Theirs.gguf"]
    assert theirs.exists()
    assert linked.exists()
    assert not (home / DATA / "models").exists()


def test_a_link_to_another_disk_counts_as_chosen(
    remove: Callable[..., Completed], home: Path
) -> None:
    disk = home.parent / "disk"
    (home / DATA / "models").rename(disk)
    (home / DATA / "models").symlink_to(disk)
    assert remove("--models", "--yes").returncode == 0
    assert everything_in(disk) == ["mine.gguf"]


def test_a_record_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    from app.owned.own_data import own_groups

    models, outside = tmp_path / "disk", put_model(tmp_path / "outside.gguf")
    models.mkdir()
    (models / "way").symlink_to(tmp_path)
    put_record(models, models / ".." / "outside.gguf")
    put_record(models, models / "way" / "outside.gguf")
    paths = Paths.beneath(tmp_path / "home").with_models_in(str(models))
    named = own_groups(paths)[0].files
    assert named
    assert outside.resolve() not in {path.resolve() for path in named}


def test_a_download_that_runs_is_left_alone(remove: Callable[..., Completed], home: Path) -> None:
    from runtime.downloads.shelf import folder_lock

    folder = home / DATA / "models" / ".coterie" / "downloads" / "some"
    folder.mkdir(parents=True)
    with folder_lock(folder):
        done = remove("--models", "--yes")
    assert done.returncode == 1
    assert done.stderr.startswith("A model is being downloaded")
    assert (home / MODELS[0]).exists()


def test_a_shared_home_is_left_alone(
    remove: Callable[..., Completed], surroundings: dict[str, str], tmp_path: Path
) -> None:
    portable = tmp_path / "stick"
    put_model(portable / "data" / "models" / "a.gguf")
    (portable / "photos").mkdir()
    surroundings["COTERIE_HOME"] = str(portable)
    done = remove("--models", "--yes")
    assert done.returncode == 1
    assert done.stderr.startswith("Nothing was deleted")
    (portable / "photos").rmdir()
    assert remove("--models", "--yes").returncode == 0
    assert everything_in(portable) == []
