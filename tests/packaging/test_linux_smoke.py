"""What the smoke test reads and how it waits; itself it needs root and a clean Debian."""

from __future__ import annotations

import json
import sys
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


def test_the_starter_model_is_taken_from_where_it_was_made(tmp_path: Path) -> None:
    from linux.failure import PackagingError
    from linux.starter_file import starter_file

    data, name = tmp_path / "data", "smollm2-135m-moe.gguf"
    with pytest.raises(PackagingError, match="STARTER=1 make bundle, or name its file"):
        starter_file(None, tmp_path, data)
    for place in (data / "models", tmp_path / "build/bundle/starter", tmp_path / "named"):
        place.mkdir(parents=True)
        (place / name).write_text("model")
        named = place / name if place.name == "named" else None
        assert starter_file(named, tmp_path, data) == place / name


@pytest.mark.skipif(sys.platform != "linux", reason="the package is Linux's")
@pytest.mark.parametrize("works", [True, False])
def test_on_a_clean_machine_the_bundles_environment_makes_it(tmp_path: Path, works: bool) -> None:
    from linux.failure import PackagingError
    from linux.starter_file import starter_file

    python = tmp_path / "build/bundle/venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(
        "#!/bin/sh\n"
        '[ "$1 $2 $3" = "-P -m runtime.starter" ] || exit 1\n'
        f"{'true' if works else 'exit 1'}\n"
        'mkdir -p "$4" && echo model > "$4/smollm2-135m-moe.gguf"\n'
    )
    python.chmod(0o755)
    if works:
        made = starter_file(None, tmp_path, tmp_path / "data")
        assert made == tmp_path / "build/bundle/starter/smollm2-135m-moe.gguf"
        assert made.read_text() == "model\n"
    else:
        with pytest.raises(PackagingError, match="make run makes it"):
            starter_file(None, tmp_path, tmp_path / "data")


def test_its_name_is_that_of_the_program() -> None:
    from linux import starter_file

    from runtime.starter import starter_model

    assert starter_file.NAME == starter_model.STARTER_FILE


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
