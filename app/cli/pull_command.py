"""`coterie pull`: downloads one model, taking up what an earlier try left, and checks it."""

from __future__ import annotations

import argparse
import json
import os
import queue
import re
import time
from typing import Any, TextIO

import msgspec

from app import number_text
from app.cli.download_line import DownloadLine
from app.cli.hub_calls import hub_calls, told
from app.discover.catalog import SHIPPED_CATALOG, read_catalog
from app.discover.choosing import with_suggestion
from app.discover.state import QuantRow
from app.hub_choices import hub_environment, transfer_settings
from app.machine import read_machine
from app.paths import Paths
from app.settings import look_at_settings
from runtime.downloads.frames import (
    AddDownload,
    Download,
    DownloadEvent,
    DownloadRequest,
    Downloads,
    DownloadsFailed,
    ForgetDownload,
    StartDownloads,
    StopDownloads,
)
from runtime.errors import CoterieError, Problem
from runtime.frame_process import Ended, download_process
from runtime.hub.frames import Describe, Described, HubModel, HubRepository

STOP_PATIENCE_S = 5.0
_HUB_ADDRESS = re.compile(r"(https?://[^/]+|hf\.co|huggingface\.co)/")
_PAGE = re.compile(
    r"(?P<repo>[^/:]+/[^/:]+)/(tree|blob|resolve)/[^/:]+(/(?P<file>[^:?]+\.gguf))?"
    r"[^:]*(:(?P<wanted>.+))?"
)


def run(options: argparse.Namespace, paths: Paths, out: TextIO, err: TextIO) -> int:
    """Exit 0 only after the hash of all that was fetched matched."""
    repo, wanted = split_name(options.model)
    with hub_calls(paths) as calls:
        described = calls.ask(lambda n: Describe(n, repo), Described).repository
    model = chosen(described, wanted, paths)
    request = _request(described, model)
    began_s = time.monotonic()
    line = DownloadLine(err, request)
    try:
        done = _download(request, paths, line)
    except KeyboardInterrupt:
        line.end()
        print("Stopped. What was fetched is kept; the same command goes on from there.", file=err)
        raise
    finally:
        line.end()
    elapsed_s = time.monotonic() - began_s
    if options.json:
        json.dump(_as_json(done, elapsed_s), out, indent=2)
        print(file=out)
    else:
        print(f"{done.paths[0]}", file=out)
        print(f"Checked, {number_text.gib_unit(done.total_bytes)}.", file=err)
    return 0


def split_name(text: str) -> tuple[str, str]:
    """`owner/name` and what stands behind the colon, "" for nothing; also of a page's address."""
    name_part = _HUB_ADDRESS.sub("", text.strip()).rstrip("/")
    if page := _PAGE.fullmatch(name_part):
        name_part = ":".join(part for part in page.group("repo", "wanted", "file") if part)
    repo, _, wanted = name_part.partition(":")
    owner, _, name = repo.partition("/")
    if not owner or not name or "/" in name:
        raise CoterieError(
            Problem(
                "repo_unclear",
                "The repository is not clear",
                f'"{text}" does not have the form OWNER/NAME or OWNER/NAME:QUANTISATION',
                "coterie search finds repositories.",
            )
        )
    return repo, wanted


def chosen(repository: HubRepository, wanted: str, paths: Paths) -> HubModel:
    """The model meant by `wanted`, a quantisation or a file; without it what suits this machine."""
    models = repository.models
    if not models:
        raise CoterieError(_none_here(repository))
    if not wanted:
        return _suggested(repository, paths)
    same = wanted.lower()
    for model in models:
        names = {model.quantisation.lower(), *(file.path.lower() for file in model.files)}
        if same in names or any(name.rpartition("/")[2] == same for name in names):
            return model
    known = ", ".join(model.quantisation or model.files[0].path for model in models)
    raise CoterieError(
        Problem(
            "quantisation_unknown",
            "There is no such model in the repository",
            f'{repository.summary.repo} holds nothing named "{wanted}"',
            f"It has: {known}.",
        )
    )


def _suggested(repository: HubRepository, paths: Paths) -> HubModel:
    summary = repository.summary
    family = read_catalog(SHIPPED_CATALOG).family(summary.repo)
    total = summary.parameters_total or (family.parameters_total if family else 0)
    memory = read_machine(paths.models_dir).memory
    quants = with_suggestion(
        [QuantRow(model) for model in repository.models], total, memory.available_bytes
    )
    return next(quant.model for quant in quants if quant.suggested)


def _request(repository: HubRepository, model: HubModel) -> DownloadRequest:
    summary = repository.summary
    name = summary.repo.partition("/")[2].removesuffix("-GGUF")
    return DownloadRequest(
        *(summary.repo, repository.revision, model.files, name),
        *(model.quantisation, summary.licence, summary.base_model),
    )


def _download(request: DownloadRequest, paths: Paths, line: DownloadLine) -> Download:
    settings, _ = look_at_settings(paths.settings_file)
    events: queue.SimpleQueue[DownloadEvent | Ended] = queue.SimpleQueue()
    process = download_process(
        paths.log_dir / "downloads-command.log",
        environment=hub_environment(settings, os.environ),
    )
    process.start(events.put)
    try:
        start = StartDownloads(str(paths.models_dir), transfer_settings(settings), only=True)
        process.send(start)
        process.send(AddDownload(request))
        while True:
            download = _own(events.get(), request)
            if download is None:
                continue
            line.show(download)
            if download.phase == "done":
                # The file is in the list of models now; the window's list needs no row of it.
                process.send(ForgetDownload(download.id))
                return download
            if download.phase in ("failed", "paused") and download.problem is not None:
                raise CoterieError(with_address(download))
    finally:
        process.end(StopDownloads(), STOP_PATIENCE_S)


def _own(event: DownloadEvent | Ended, request: DownloadRequest) -> Download | None:
    match event:
        case Ended():
            raise CoterieError(_ENDED)
        case DownloadsFailed():
            raise CoterieError(event.problem)
        case Downloads():
            return next((one for one in event.downloads if _is_same(one, request)), None)
    return None


def _is_same(one: Download, request: DownloadRequest) -> bool:
    return (one.request.repo, one.request.revision, one.request.files) == (
        *(request.repo, request.revision, request.files),
    )


def with_address(download: Download) -> Problem:
    """What stopped it, as it is told in a terminal."""
    assert download.problem is not None
    problem = download.problem
    if download.phase == "paused":  # It goes on by itself only where the window is open.
        remedy = "Free that much, or delete a model, and give the same command again."
        problem = msgspec.structs.replace(problem, remedy=remedy)
    return told(problem, download.url)


def _as_json(done: Download, elapsed_s: float) -> dict[str, Any]:
    request = done.request
    return {
        "repo": request.repo,
        "revision": request.revision,
        "quantisation": request.quantisation,
        "files": [
            {"path": path, "bytes": file.size_bytes, "sha256": file.sha256}
            for path, file in zip(done.paths, request.files, strict=False)
        ],
        "bytes": done.total_bytes,
        "elapsed_s": round(elapsed_s, 3),
        "refetched_bytes": done.refetched_bytes,
        "verified": True,
    }


def _none_here(repository: HubRepository) -> Problem:
    return Problem(
        "hub_no_models",
        "There is no model file here",
        f"{repository.summary.repo} holds no GGUF file that is a whole model",
        "Look for a repository whose name ends in GGUF.",
    )


_ENDED = Problem(
    "downloads_ended",
    "The download has stopped",
    "The process that downloads ended by itself; what was fetched is kept",
    "Give the same command again: it goes on from there.",
)
