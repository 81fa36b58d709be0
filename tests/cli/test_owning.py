"""`coterie list`, `rm`, `verify` and `import`, as a person or a script runs them."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Completed
from tests.engine_client import CHECKOUT
from tests.owned import fake_homes
from tests.owned.files import everything_in, model_of, put_model, put_record, sha256_of


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    """One model in it, from the hub."""
    folder = tmp_path / "coterie" / "data" / "models"
    path = put_model(folder / "owner" / "Some-Q4_K_M.gguf")
    put_record(folder, path, repo="owner/Some-GGUF", revision="c" * 40, licence="mit")
    return folder


@pytest.fixture
def surroundings(tmp_path: Path, models_dir: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    return kept | {
        "COTERIE_HOME": str(tmp_path / "coterie"),
        "HOME": str(tmp_path / "home"),
        "PYTHONPATH": str(CHECKOUT),
    }


@pytest.fixture
def run(surroundings: dict[str, str]) -> Callable[..., Completed]:
    def run(*words: str) -> Completed:
        return subprocess.run(
            (*COMMAND, *words),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            env=surroundings,
        )

    return run


def test_list_says_licence_and_source(run: Callable[..., Completed], models_dir: Path) -> None:
    header, line = run("list").stdout.splitlines()
    assert header.split() == [
        *("ID", "ARCHITECTURE", "EXPERTS", "QUANTISATION", "SIZE"),
        *("LICENCE", "SOURCE"),
    ]
    assert line.split()[-2:] == ["mit", "owner/Some-GGUF"]
    (model,) = json.loads(run("list", "--json").stdout)["models"]
    path = models_dir / "owner" / "Some-Q4_K_M.gguf"
    assert (model["id"], model["path"]) == ("some-q4_k_m", str(path))
    assert model["sha256"] == [sha256_of(path)]
    assert (model["licence"], model["source"], model["linked"]) == ("mit", "hub", False)


def test_rm_asks_only_where_it_can(run: Callable[..., Completed], models_dir: Path) -> None:
    done = run("rm", "some-q4_k_m")
    assert (done.returncode, done.stdout) == (1, "")
    assert "--yes" in done.stderr
    assert "Traceback" not in done.stderr
    done = run("rm", "some-q4_k_m", "--yes", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["in_trash"], told["linked"]) == (0, False, False)
    assert told["freed_bytes"] > 0
    assert everything_in(models_dir) == []
    assert run("rm", "some-q4_k_m", "--yes").returncode == 1


@pytest.mark.parametrize(("answer", "is_deleted"), [("y", True), ("", False), ("no", False)])
def test_rm_on_a_terminal(
    surroundings: dict[str, str], models_dir: Path, answer: str, is_deleted: bool
) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    done = subprocess.run(
        (*COMMAND, "rm", "some-q4_k_m"),
        stdin=theirs,
        capture_output=True,
        text=True,
        timeout=60,
        env=surroundings,
    )
    os.close(theirs)
    os.close(ours)
    assert "Delete some-q4_k_m (<0.1 GiB)? [y/N]" in done.stderr
    assert done.returncode == (0 if is_deleted else 1)
    assert ("freed" in done.stdout) == is_deleted
    assert bool(everything_in(models_dir)) != is_deleted


def test_rm_to_the_trash(
    run: Callable[..., Completed], surroundings: dict[str, str], models_dir: Path
) -> None:
    done = run("rm", "some-q4_k_m", "--yes", "--trash")
    assert done.returncode == 0
    assert "in the trash" in done.stdout
    trash = Path(surroundings["HOME"], ".local", "share", "Trash", "files")
    assert everything_in(trash) == ["Some-Q4_K_M.gguf"]


def test_rm_takes_what_cannot_be_read(run: Callable[..., Completed], models_dir: Path) -> None:
    (models_dir / "page.gguf").write_text("<!DOCTYPE html>")
    assert run("rm", "page", "--yes").returncode == 0
    assert not (models_dir / "page.gguf").exists()


def test_verify(run: Callable[..., Completed], models_dir: Path) -> None:
    done = run("verify", "some-q4_k_m")
    assert (done.returncode, done.stderr) == (0, "")
    assert "is whole" in done.stdout
    path = models_dir / "owner" / "Some-Q4_K_M.gguf"
    data = path.read_bytes()
    path.write_bytes(data[:-1] + b"x")
    done = run("verify", "some-q4_k_m")
    assert done.returncode == 1
    assert f"Some-Q4_K_M.gguf: bytes 0 to {len(data) - 1:,}" in done.stdout
    assert "coterie pull owner/Some-GGUF" in done.stdout
    told = json.loads(run("verify", "some-q4_k_m", "--json").stdout)
    assert (told["verdict"], told["can_repair"]) == ("damaged", True)
    assert told["damage"] == [{"file": str(path), "begin": 0, "end": len(data)}]


def test_verify_without_a_hash(run: Callable[..., Completed], models_dir: Path) -> None:
    put_model(models_dir / "own.gguf")
    assert "kept for next time" in run("verify", "own").stdout
    assert "is whole" in run("verify", "own").stdout


def test_import_links_unless_told(
    run: Callable[..., Completed], models_dir: Path, tmp_path: Path
) -> None:
    path = put_model(tmp_path / "else" / "mine.gguf")
    done = run("import", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Linked, nothing was copied: mine (<0.1 GiB)\n"
    assert run("import", str(path)).stdout == "Already in the list: mine\n"
    assert "file (linked)" in run("list").stdout
    other = put_model(tmp_path / "else" / "other.gguf")
    told = json.loads(run("import", str(other), "--copy", "--json").stdout)
    copy = models_dir / "other.gguf"
    assert told == {
        "how": "copy",
        "models": [
            {
                "id": "other",
                "path": str(copy),
                "bytes": other.stat().st_size,
                "was_known": False,
            }
        ],
        "problems": [],
    }
    assert copy.read_bytes() == other.read_bytes()
    assert run("rm", "mine", "--yes").stdout.startswith("mine is no longer in the list.")
    assert path.exists()


def test_import_of_what_is_nothing(run: Callable[..., Completed], tmp_path: Path) -> None:
    page = tmp_path / "page.gguf"
    page.write_text("<!DOCTYPE html>")
    for words in ((str(page),), ("not-there",), ()):
        done = run("import", *words)
        assert done.returncode == 1
        assert done.stdout == ""
        assert len(done.stderr.splitlines()) == 1


def test_import_from_another_program(
    run: Callable[..., Completed], surroundings: dict[str, str], models_dir: Path
) -> None:
    place = "registry.ollama.ai/library/llama3.2/3b"
    blob = fake_homes.ollama(Path(surroundings["HOME"], ".ollama/models"), place, "Llama")
    assert run("import", "--find").stdout.splitlines()[1].split()[:2] == ["llama3.2:3b", "Ollama"]
    assert run("import", "llama3.2:3b").returncode == 0
    assert model_of(models_dir, "llama3.2:3b").path == blob
    (found,) = json.loads(run("import", "--find", "--json").stdout)["models"]
    assert (found["known"], found["sha256"]) == (True, [sha256_of(blob)])


def test_interrupting_a_copy_leaves_nothing(
    surroundings: dict[str, str], models_dir: Path, tmp_path: Path
) -> None:
    path = put_model(tmp_path / "else" / "large.gguf")
    os.truncate(path, 2 << 30)  # a hole: no disk space, and too long to copy meanwhile
    before = everything_in(models_dir)
    process = subprocess.Popen(
        (*COMMAND, "import", str(path), "--copy"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings,
    )
    partials = models_dir / ".coterie" / "imports"
    while process.poll() is None and not any(partials.glob("*.part")):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"")
    assert everything_in(models_dir) == before
