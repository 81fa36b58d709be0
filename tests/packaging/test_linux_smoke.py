"""What the smoke test reads and how it waits; itself it needs root and a clean Debian."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from app.settings import Settings
from app.store import ConversationStore


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".local/share/coterie").mkdir(parents=True)
    (tmp_path / ".local/state/coterie/log").mkdir(parents=True)
    (tmp_path / ".config/coterie").mkdir(parents=True)
    return tmp_path


def test_an_empty_home_says_nothing(tmp_path: Path) -> None:
    from linux.home_signs import HomeSigns

    signs = HomeSigns(tmp_path)
    assert not signs.first_run_is_done()
    assert not signs.model_is_loaded()
    assert not signs.machine_is_measured()
    assert (signs.question(), signs.answer(), signs.draft()) == ("", "", "")


def test_the_signs_are_those_of_the_real_files(home: Path) -> None:
    from linux.home_signs import HomeSigns

    signs = HomeSigns(home)
    settings = msgspec.to_builtins(Settings()) | {"first_run_done": True}
    (home / ".config/coterie/settings.json").write_text(json.dumps(settings))
    assert signs.first_run_is_done()
    store = ConversationStore(home / ".local/share/coterie/conversations.db")
    try:
        store.set_draft(None, "Say hello.")
        assert (signs.draft(), signs.question()) == ("Say hello.", "")
        chat = store.create("Hello", "Say hello.")
        answer = store.add_message(chat, "assistant", "Hel", "starter")
        assert (signs.question(), signs.answer()) == ("Say hello.", "")
        store.update_answer(answer, "Hello.", "complete", None, None)
        assert signs.answer() == "Hello."
    finally:
        store.close()


def test_a_crash_is_found_in_any_log(home: Path, tmp_path: Path) -> None:
    from linux.home_signs import HomeSigns

    output = tmp_path / "output.log"
    output.write_text("all is well\n")
    signs = HomeSigns(home)
    assert signs.complaints(output) == []
    log = home / ".local/state/coterie/log/engine.log"
    log.write_text("fine\nTraceback (most recent call last):\n  more\n")
    assert signs.complaints(output) == ["engine.log: Traceback (most recent call last):"]


def test_what_is_missing_is_said_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from linux.smoke import main

    deb = tmp_path / "coterie.deb"
    assert main([str(deb)]) == 1
    assert "make bundle builds it" in capsys.readouterr().err
    deb.touch()
    assert main([str(deb), str(tmp_path / "no.gguf")]) == 1
    assert "There is no starter model" in capsys.readouterr().err
    assert main(["one", "two", "three"]) == 2


def test_waiting_ends_with_what_was_found_or_says_for_what() -> None:
    from linux.failure import PackagingError
    from linux.waiting import wait_for

    looks = iter(["", "", "there"])
    assert wait_for(lambda: next(looks), "it", 10) == "there"
    with pytest.raises(PackagingError, match="in vain for a window"):
        wait_for(lambda: None, "a window", 0)


def test_something_can_be_done_again_meanwhile() -> None:
    from linux.waiting import wait_for

    done: list[int] = []
    assert wait_for(lambda: len(done) > 1, "two", 10, lambda: done.append(1), again_s=0)


@pytest.mark.parametrize(
    ("line", "taken"),
    [
        ('Acquire::http::Proxy "name:1";', True),
        ('Acquire::Check-Valid-Until "false";', True),
        ('Acquire::https::CaInfo "/some/file";', True),
        ('Acquire::http "";', False),
        ('Acquire::Languages "none";', False),
        ('APT::Install-Recommends "0";', False),
    ],
)
def test_only_how_packages_are_reached_is_taken_over(line: str, taken: bool) -> None:
    from linux.clean_root import is_way_to_packages

    assert is_way_to_packages(line) is taken
