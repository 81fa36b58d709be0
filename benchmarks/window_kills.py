"""Kills the window's process at random moments of an answer, and looks at what it leaves."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.paths import Paths
from benchmarks.counting_worker import FRAME_TOKENS, LONG, RATE, token
from benchmarks.figure import Figure, median, rounded

KILLS = 200
LONGEST_S = 1_800.0
# Every so many kills the worker is the real one: only that one's end says something of ours.
REAL_EVERY = 8
EARLIEST_S, LATEST_S = 0.2, 1.5
WORKER_MAY_STAY_S = 2.0
START_TIMEOUT_S = 120.0
SEED = 5


@dataclass(frozen=True)
class _Trial:
    """One kill. `lost_ms` is None with the real worker, whose tokens have no numbers."""

    lost_messages: int
    lost_ms: float | None
    worker_gone_s: float
    workers_left: int


def measure(
    home: Path, environment: Mapping[str, str], kills: int = KILLS, longest_s: float = LONGEST_S
) -> Iterator[Figure]:
    """As many kills as fit into `longest_s`, in the same home all the time."""
    surroundings = {**environment, "COTERIE_HOME": str(home)}
    moments = random.Random(SEED)
    acknowledged: list[tuple[str, str]] = []
    trials: list[_Trial] = []
    until_s = time.monotonic() + longest_s
    for number in range(kills):
        if time.monotonic() > until_s:
            break
        is_real = number % REAL_EVERY == REAL_EVERY - 1
        moment_s = moments.uniform(EARLIEST_S, LATEST_S)
        trials.append(_trial(home, surroundings, number, moment_s, is_real, acknowledged))
    lost_ms = [trial.lost_ms for trial in trials if trial.lost_ms is not None]
    real = [trial for trial in trials if trial.lost_ms is None]
    yield Figure(
        f"Acknowledged messages lost in {len(trials)} kills -9 of the window during answers",
        sum(trial.lost_messages for trial in trials),
        0,
        "at most",
        "",
        f"{len(acknowledged)} messages and finished answers, all looked for after each kill, "
        f"{EARLIEST_S} to {LATEST_S} s into the answer (seed {SEED})",
    )
    yield Figure(
        "… most tokens of the running answer lost",
        max(lost_ms, default=0.0),
        250,
        "at most",
        " ms",
        f"{len(lost_ms)} kills at {RATE} tokens/s in frames of {FRAME_TOKENS}; "
        f"median {rounded(median(lost_ms)):g} ms, from when the worker made the token",
    )
    yield Figure(
        f"… workers left after {WORKER_MAY_STAY_S:g} s",
        sum(trial.workers_left for trial in trials),
        0,
        "at most",
        "",
        f"{len(real)} kills with the real worker in the middle of an answer, gone after at most "
        f"{rounded(max((t.worker_gone_s for t in real), default=0.0)):g} s",
    )


def _trial(
    home: Path,
    environment: Mapping[str, str],
    number: int,
    moment_s: float,
    is_real: bool,
    acknowledged: list[tuple[str, str]],
) -> _Trial:
    log = home / "tokens.log"
    log.unlink(missing_ok=True)
    name = f"{number:04}"
    command = [
        sys.executable,
        "-m",
        "benchmarks.killed_window",
        name,
        *([] if is_real else [str(log)]),
    ]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=dict(environment),
        process_group=0,
    ) as window:
        assert window.stdout is not None
        too_late = threading.Timer(START_TIMEOUT_S, window.kill)
        too_late.start()
        for line in window.stdout:
            what, _, text = line.rstrip("\n").partition(" ")
            acknowledged.append((what, text))
            if line.startswith(f"sent {LONG}"):
                break
        else:
            raise RuntimeError("the window ended or hung before its answer began")
        too_late.cancel()
        time.sleep(moment_s)
        workers = psutil.Process(window.pid).children(recursive=True)
        killed_at_s = time.monotonic()
        window.kill()
        gone_s, left = _wait_until_gone(workers, killed_at_s)
        acknowledged += [("answered", line[9:-1]) for line in window.stdout if line[0] == "a"]
    lost, saved = _stored(Paths.beneath(home).database, acknowledged, f"{LONG} {name}")
    lost_ms = None if is_real else _lost_ms(log, saved, killed_at_s)
    return _Trial(lost, lost_ms, gone_s, left)


def _wait_until_gone(workers: list[psutil.Process], since_s: float) -> tuple[float, int]:
    """How long it took, and how many are still there. One nobody has reaped is gone."""
    while (left := sum(_runs(worker) for worker in workers)) and (
        time.monotonic() < since_s + WORKER_MAY_STAY_S
    ):
        time.sleep(0.01)
    gone_s = time.monotonic() - since_s
    for worker in workers:
        with suppress(psutil.NoSuchProcess):
            worker.kill()
    return gone_s, left


def _runs(worker: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE
    return False


def _stored(database: Path, acknowledged: list[tuple[str, str]], asked: str) -> tuple[int, str]:
    """How many acknowledged messages are not in the file, and the answer to `asked`."""
    uri = f"{database.as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        (healthy,) = connection.execute("PRAGMA quick_check").fetchone()
        assert healthy == "ok", healthy
        rows = connection.execute(
            "SELECT id, parent_id, role, text, status FROM messages"
        ).fetchall()
    sent = {text for *_, role, text, _ in rows if role == "user"}
    answered = [
        text for *_, role, text, status in rows if role == "assistant" and status == "complete"
    ]
    lost = sum(text not in sent for what, text in acknowledged if what == "sent")
    lost += max(0, sum(what == "answered" for what, _ in acknowledged) - len(answered))
    questions = {id_ for id_, _, _, text, _ in rows if text == asked}
    return lost, next((text for _, parent, _, text, _ in rows if parent in questions), "")


def _lost_ms(log: Path, saved: str, killed_at_s: float) -> float:
    """From the first token that is not saved to the kill."""
    lines = [line.split() for line in log.read_text().splitlines()]
    made_s = {int(line[0]): float(line[1]) for line in lines if len(line) == 2}
    count = len(saved.split())
    assert saved == "".join(token(number) for number in range(1, count + 1)), saved
    first_lost_s = made_s.get(count + 1, killed_at_s)
    return max(0.0, killed_at_s - first_lost_s) * 1_000
