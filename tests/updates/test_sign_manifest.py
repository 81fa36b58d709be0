"""The builder's program: what it makes is what the program believes."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.updates import look
from app.updates.finding import Question
from tests.engine_client import CHECKOUT
from tests.updates.announcer import PATH, announcing

PAGE = "https://coterie.example.org/0.2.0"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, str(CHECKOUT / "packaging" / "sign_manifest.py"), *map(str, arguments)),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_from_a_key_to_what_a_person_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    secret, manifest, notes = (tmp_path / name for name in ("key", "latest.json", "notes.txt"))
    package = tmp_path / "coterie_0.2.0_amd64.deb"
    package.write_bytes(b"package")
    notes.write_text("Faster prompts.\n")
    made = run("keys", secret)
    assert made.returncode == 0, made.stderr
    public = made.stdout.split()[-1]
    assert secret.stat().st_mode & 0o77 == 0
    assert run("keys", secret).returncode == 1

    write = ("write", manifest, "--notes", notes, "--page", PAGE)
    done = run(*write, "--version", "0.2.0", "--file", f"linux-x86_64-deb={package}")
    assert done.returncode == 0, done.stderr
    assert run("check", manifest, "--public", public).returncode == 1
    assert run("sign", manifest, "--secret", secret).returncode == 0
    checked = run("check", manifest, "--public", public)
    assert checked.stdout.startswith("Coterie 0.2.0, believed until ")

    with announcing() as announcer:
        beside = tmp_path / "latest.json.sig"
        announcer.announce(manifest.read_bytes(), beside.read_bytes())
        assert announcer.url.endswith(PATH)
        found = look.found(Question(announcer.url, public, "0.1.0"), datetime.now(UTC))
    assert (found.kind, found.version, found.notes) == ("newer", "0.2.0", "Faster prompts.")


@pytest.mark.parametrize(
    ("version", "page"), [("not a version", PAGE), ("0.2.0", "http://coterie.example.org")]
)
def test_what_the_program_would_refuse_is_not_written(
    tmp_path: Path, version: str, page: str
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("x")
    manifest = tmp_path / "latest.json"
    done = run("write", manifest, "--version", version, "--page", page, "--notes", notes)
    assert done.returncode == 1
    assert done.stderr.startswith("Not done: ")
    assert not manifest.exists()
