"""A hostile server: after each fault there is the right file, or it is said what is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.download_client import DownloadClient, request_for, sha256_of, write_noise
from benchmarks.figure import Figure, rounded
from runtime.downloads.frames import Download, ResumeDownload
from runtime.model_records import PIECE_BYTES
from tests.hub.faults import (
    Cut,
    ExpireLinks,
    Fault,
    FlipBit,
    IgnoreRange,
    MoveBranch,
    Reset,
    ShortRange,
    Slow,
    Stall,
    Status,
    WrongRange,
)
from tests.hub.hub import Hub

SIZE_BYTES = 2 * PIECE_BYTES + 20_000_001
_REPO, _FILE = "bench/Faults-GGUF", "faults.gguf"
_ENDS = ("done", "failed", "paused")


@dataclass(frozen=True)
class Case:
    """Faults that happen; `lasting` ones go on until they are taken away."""

    name: str
    faults: tuple[Fault, ...]
    lasting: bool = False


def cases(size_bytes: int) -> tuple[Case, ...]:
    """Every kind of fault. Offsets lie in the middle of the first, second and last piece."""
    middle = size_bytes // 2
    return (
        Case("cut", (Cut(after_bytes=3_000_000, times=3),)),
        Case("reset", (Reset(after_bytes=3_000_000, times=3),)),
        Case("reset before a byte", (Reset(after_bytes=0, times=3),)),
        Case("stall", (Stall(after_bytes=3_000_000),)),
        Case("slow", (Slow(bytes_per_s=10e6, times=2),)),
        Case("range ignored once", (IgnoreRange(),)),
        Case("ranges always ignored", (IgnoreRange(times=None),)),
        Case("other range, admitted", (WrongRange(shift=4096, admits=True, times=3),)),
        Case("other range, denied", (WrongRange(shift=4096, admits=False),)),
        Case("short ranges", (ShortRange(size=1_000_000, times=5),)),
        Case("links expire", (ExpireLinks(skip=1, times=2),)),
        Case("401 of the CDN", (Status(code=401, times=2),)),
        Case("403 of the CDN", (Status(code=403, times=2),)),
        Case("404 of the CDN", (Status(code=404, times=2),)),
        Case("429 of the CDN", (Status(code=429, retry_after_s=1, times=2),)),
        Case("500 of the CDN", (Status(code=500, times=2),)),
        Case("503 of the CDN", (Status(code=503, retry_after_s=1, times=2),)),
        Case("429 of the hub", (Status(code=429, retry_after_s=1, on="hub"),)),
        Case("500 of the hub", (Status(code=500, on="hub"),)),
        Case("401 of the hub", (Status(code=401, on="hub", times=None),), lasting=True),
        Case(
            "gated",
            (Status(code=403, error_code="GatedRepo", on="hub", times=None),),
            lasting=True,
        ),
        Case(
            "404 of the hub",
            (Status(code=404, error_code="EntryNotFound", on="hub", times=None),),
            lasting=True,
        ),
        Case("500 for good", (Status(code=500, times=None),), lasting=True),
        Case("403 for good", (Status(code=403, times=None),), lasting=True),
        Case("every range a lie", (WrongRange(shift=4096, admits=True, times=None),), lasting=True),
        Case("branch moves", (MoveBranch(repo=_REPO, files={_FILE: b"other"}, on="hub"),)),
        Case("a bit flips for good", (FlipBit(offset=middle, times=None),), lasting=True),
        *(
            Case(f"a bit flips at {offset / size_bytes:.0%}", (FlipBit(offset=offset),))
            for offset in (10, middle, size_bytes - 1)
        ),
        Case("two bits flip", (FlipBit(offset=10), FlipBit(offset=size_bytes - 1))),
    )


@dataclass(frozen=True)
class Outcome:
    """How a case ended: `first` with the fault, `right` in the end."""

    case: Case
    first: str
    right: bool
    wrong_names: int
    refetched_pieces: float


def measure(folder: Path, size_bytes: int = SIZE_BYTES, only: str = "") -> Iterator[Figure]:
    """All cases whose name has `only` in it."""
    place = folder / "download-faults"
    place.mkdir()
    source = write_noise(place / "source.bin", size_bytes)
    wanted = [case for case in cases(size_bytes) if only in case.name]
    outcomes = [_outcome(case, source, place) for case in wanted]
    shutil.rmtree(place)
    said = "; ".join(f"{outcome.case.name}: {outcome.first}" for outcome in outcomes)
    yield Figure(
        f"Wrong files from a hostile server, {len(outcomes)} ways",
        sum(outcome.wrong_names for outcome in outcomes),
        0,
        "at most",
        detail=said,
    )
    short = [outcome.case.name for outcome in outcomes if not outcome.right]
    yield Figure(
        "… not the right file in the end, once the server behaves",
        len(short),
        0,
        "at most",
        detail=", ".join(short),
    )
    flips = [
        (outcome, sum(isinstance(fault, FlipBit) for fault in outcome.case.faults))
        for outcome in outcomes
        if "flip" in outcome.case.name and not outcome.case.lasting
    ]
    if flips:
        yield Figure(
            "… segments of 64 MiB fetched again for one flipped bit, the most",
            max(outcome.refetched_pieces / count for outcome, count in flips),
            1,
            "at most",
            detail="; ".join(
                f"{outcome.case.name}: {rounded(outcome.refetched_pieces):g}"
                for outcome, _ in flips
            ),
        )


def _outcome(case: Case, source: Path, place: Path) -> Outcome:
    models_dir = place / "models"
    models_dir.mkdir()
    with Hub() as hub, DownloadClient(hub, models_dir, place / "faults.log") as client:
        hub.add(_REPO, {_FILE: source})
        request = request_for(hub, _REPO)
        (file,) = request.files
        hub.misbehave(*case.faults)
        client.add(request)
        found = client.wait_for(*_ENDS, *(("waiting",) if case.lasting else ()))
        first = _said(found)
        wrong = _wrong_names(models_dir, file.sha256)
        if found.phase != "done":
            hub.behave()
            client.send(ResumeDownload(found.id))
            found = client.wait_for("done", "failed")
        wrong += _wrong_names(models_dir, file.sha256)
        right = [sha256_of(Path(path)) for path in found.paths] == [file.sha256]
        sent = sum(request.bytes_sent for request in hub.asked("cdn"))
    shutil.rmtree(models_dir)
    return Outcome(case, first, right, wrong, (sent - file.size_bytes) / PIECE_BYTES)


def _said(download: Download) -> str:
    if download.problem is None:
        return download.phase
    return f"{download.phase} ({download.problem.kind})"


def _wrong_names(models_dir: Path, sha256: str) -> int:
    return sum(sha256_of(path) != sha256 for path in models_dir.rglob(_FILE) if path.is_file())
