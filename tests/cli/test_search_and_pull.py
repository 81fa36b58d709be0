"""`coterie search` and `coterie pull` against a real hub on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli.pull_command import split_name, with_address
from runtime.downloads.frames import Download, DownloadRequest
from runtime.errors import CoterieError, Problem
from tests.cli.conftest import COMMAND, Completed
from tests.hub.faults import Cut, FlipBit, Status
from tests.hub.hub import Hub
from tests.hub.repositories import Account

Coterie = Callable[..., Completed]
BIG = "maker/Big-MoE-GGUF"


@pytest.fixture
def environment(tmp_path: Path, environment: dict[str, str], hub: Hub) -> dict[str, str]:
    kept = {name: value for name, value in environment.items() if not name.startswith("HF_")}
    return {**kept, "HF_ENDPOINT": hub.endpoint, "HF_HOME": str(tmp_path / "hf")}


@pytest.fixture
def big(hub: Hub, starter_model: Path) -> str:
    """A repository with the starter model, large enough to be interrupted."""
    hub.add(BIG, {"Big-MoE-Q4_1.gguf": starter_model}, licence="apache-2.0", tags=["gguf", "moe"])
    return BIG


def models(home: Path) -> list[Path]:
    folder = home / "data" / "models"
    return sorted(path for path in folder.rglob("*.gguf") if not path.is_symlink())


def test_search(coterie: Coterie, hub: Hub, big: str) -> None:
    hub.add(
        "maker/Dense-GGUF",
        {"dense-Q8_0.gguf": b"GGUF"},
        tags=["gguf"],
        gguf={"architecture": "qwen3"},
    )
    found = coterie("search", "maker", "--json")
    assert found.returncode == 0, found.stderr
    assert [one["repo"] for one in json.loads(found.stdout)["models"]] == [BIG]
    everything = coterie("search", "maker", "--all", "--json")
    repos = {one["repo"]: one for one in json.loads(everything.stdout)["models"]}
    assert set(repos) == {BIG, "maker/Dense-GGUF"}
    assert repos[BIG]["licence"] == "apache-2.0"
    assert repos["maker/Dense-GGUF"]["moe"] is False
    table = coterie("search", "maker").stdout
    assert table.splitlines()[0].split() == [
        *("REPOSITORY", "PARAMETERS", "ARCHITECTURE", "LICENCE", "DOWNLOADS", "UPDATED"),
    ]
    assert "1 dense ones" not in table


def test_nothing_found_says_what_to_do(coterie: Coterie, hub: Hub) -> None:
    found = coterie("search", "zzz")
    assert (found.returncode, found.stdout) == (
        0,
        "No model was found. Try fewer or other words.\n",
    )


@pytest.mark.parametrize(
    ("text", "repo", "wanted"),
    [
        ("maker/M-GGUF", "maker/M-GGUF", ""),
        (" maker/M-GGUF:Q4_K_M ", "maker/M-GGUF", "Q4_K_M"),
        ("hf.co/maker/M-GGUF:Q4_K_M", "maker/M-GGUF", "Q4_K_M"),
        ("https://huggingface.co/maker/M-GGUF/", "maker/M-GGUF", ""),
        ("http://127.0.0.1:8790/maker/M-GGUF:Q8_0", "maker/M-GGUF", "Q8_0"),
        ("https://huggingface.co/maker/M-GGUF/tree/main", "maker/M-GGUF", ""),
        ("hf.co/maker/M/blob/main/Q4/a-1-of-2.gguf", "maker/M", "Q4/a-1-of-2.gguf"),
        ("https://hf.co/maker/M/resolve/main/a.gguf?download=true", "maker/M", "a.gguf"),
    ],
)
def test_what_is_to_be_pulled_may_be_an_address(text: str, repo: str, wanted: str) -> None:
    assert split_name(text) == (repo, wanted)


@pytest.mark.parametrize("text", ["", "name", "a/b/c", "/b", "https://hf.co/", "a/:Q4"])
def test_what_names_no_repository_is_refused(text: str) -> None:
    with pytest.raises(CoterieError) as raised:
        split_name(text)
    assert raised.value.problem.kind == "repo_unclear"


def test_a_disk_that_lacks_room_does_not_promise_to_go_on_by_itself() -> None:
    problem = Problem("disk_full", "Not enough room", "1 GB more", "It goes on by itself.")
    request = DownloadRequest("a/b", "0" * 40, (), "b")
    paused = Download("d", request, "paused", 1, problem=problem)
    assert with_address(paused).remedy.endswith("give the same command again.")


def test_pull_list_verify_and_remove(coterie: Coterie, tiny_repo: str, home: Path) -> None:
    pulled = coterie("pull", tiny_repo, "--json")
    assert pulled.returncode == 0, pulled.stderr
    told = json.loads(pulled.stdout)
    assert told["verified"]
    [file, *_] = models(home)
    assert str(file) in [one["path"] for one in told["files"]]
    listed = json.loads(coterie("list", "--json").stdout)["models"]
    pulled_models = [one for one in listed if one["path"] == str(file)]
    [model] = pulled_models
    assert coterie("verify", model["id"]).returncode == 0
    with file.open("r+b") as damaged:
        damaged.seek(-1, os.SEEK_END)
        last = damaged.read(1)
        damaged.seek(-1, os.SEEK_END)
        damaged.write(bytes([last[0] ^ 1]))
    assert coterie("verify", model["id"]).returncode == 1
    assert coterie("rm", model["id"], "--yes").returncode == 0
    assert not file.exists()


def test_an_interrupted_pull_goes_on(
    coterie: Coterie,
    environment: dict[str, str],
    hub: Hub,
    big: str,
    home: Path,
) -> None:
    hub.limit_speed(80_000_000)
    process = subprocess.Popen((*COMMAND, "pull", big), env=environment, stderr=subprocess.PIPE)
    hub.wait_for_bytes(100_000_000)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert b"is kept" in err
    assert models(home) == []
    hub.limit_speed(0)
    before = hub.bytes_sent()
    again = coterie("pull", big)
    assert again.returncode == 0, again.stderr
    size = models(home)[0].stat().st_size
    assert hub.bytes_sent() - before < size - 50_000_000
    assert Path(again.stdout.strip()) == models(home)[0]


def test_a_cut_connection_and_a_flipped_bit_are_mended(
    coterie: Coterie,
    hub: Hub,
    big: str,
    home: Path,
) -> None:
    hub.misbehave(Cut(after_bytes=30_000_000), FlipBit(offset=10_000_000))
    pulled = coterie("pull", f"{big}:q4_1", "--json")
    assert pulled.returncode == 0, pulled.stderr
    told = json.loads(pulled.stdout)
    assert told["refetched_bytes"] > 0
    assert coterie("verify", models(home)[0].stem.lower()).returncode == 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nothing", "does not have the form OWNER/NAME"),
        ("maker/Missing-GGUF", "maker/Missing-GGUF"),
        (f"{BIG}:Q9_9", "It has: Q4_1."),
    ],
)
def test_what_is_not_there(coterie: Coterie, big: str, name: str, words: str) -> None:
    found = coterie("pull", name)
    assert found.returncode == 1
    assert words in found.stderr
    assert len(found.stderr.splitlines()) == 1


def test_gated(
    coterie: Coterie,
    environment: dict[str, str],
    hub: Hub,
    starter_model: Path,
    home: Path,
) -> None:
    hub.add("maker/Gated-MoE-GGUF", {"Gated-Q4_1.gguf": starter_model}, gated="manual")
    refused = coterie("pull", "maker/Gated-MoE-GGUF")
    assert refused.returncode == 1
    assert f"{hub.endpoint}/maker/Gated-MoE-GGUF" in refused.stderr
    hub.tokens["hf_canary"] = Account("ada")
    hub.accept("hf_canary", "maker/Gated-MoE-GGUF")
    environment["HF_TOKEN"] = "hf_canary"
    pulled = coterie("pull", "maker/Gated-MoE-GGUF")
    assert pulled.returncode == 0, pulled.stderr
    kept = [path for path in home.rglob("*") if path.is_file() and path.suffix != ".gguf"]
    assert kept
    assert [path for path in kept if b"hf_canary" in path.read_bytes()] == []
    assert "hf_canary" not in pulled.stderr


def test_offline(coterie: Coterie, environment: dict[str, str], hub: Hub, big: str) -> None:
    environment["HF_HUB_OFFLINE"] = "1"
    found = coterie("search", "maker")
    assert found.returncode == 1
    assert len(found.stderr.splitlines()) == 1
    assert hub.requests == []


def test_a_hub_in_trouble_is_one_line(coterie: Coterie, hub: Hub) -> None:
    hub.misbehave(Status(code=500, on="hub", times=None))
    found = coterie("search", "maker")
    assert found.returncode == 1
    assert len(found.stderr.splitlines()) == 1
