"""kill -9 at any moment, and what the system had not brought to the disk is lost with it."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from runtime.downloads.journal import FileJournalKeeper
from runtime.model_records import PIECE_BYTES
from tests.downloads.downloader import Downloader, big_file, offer, sha256
from tests.hub.hub import Hub

SIZE = 3 * PIECE_BYTES + 1_000_000
KILLS = 5
MOST_TWICE = 64_000_000


def lose_what_was_not_synced(models_dir: Path) -> int:
    """Overwrite what no journal vouches for; how many bytes it vouches for."""
    vouched = 0
    for part in (models_dir / ".coterie" / "downloads").glob("*/*.part"):
        journal = FileJournalKeeper(part.with_suffix("")).read()
        if journal is None:
            part.unlink()
            continue
        vouched += sum(journal.done)
        with part.open("r+b") as file:
            for index, done in enumerate(journal.done):
                end = min((index + 1) * PIECE_BYTES, journal.size_bytes)
                file.seek(index * PIECE_BYTES + done)
                file.write(b"\xa5" * (end - file.tell()))
    return vouched


def test_a_killed_process_loses_little_and_the_file_is_right(
    hub: Hub, new_downloader: Callable[..., Downloader], tmp_path: Path
) -> None:
    chance = random.Random(7)
    request = offer(hub, {"m.gguf": big_file(tmp_path / "m.gguf", SIZE)})
    hub.limit_speed(120_000_000)
    for _ in range(KILLS):
        downloader = new_downloader()
        downloader.add(request)
        sent = hub.bytes_sent()
        hub.wait_for_bytes(sent + chance.randrange(SIZE // (KILLS + 2)))
        downloader.kill()
        assert not (downloader.models_dir / "maker").exists()
        lose_what_was_not_synced(downloader.models_dir)
    hub.limit_speed(0)
    last = new_downloader()
    done = last.wait_done()
    assert sha256(done.paths[0]) == request.files[0].sha256
    assert hub.bytes_sent() <= SIZE + KILLS * MOST_TWICE
