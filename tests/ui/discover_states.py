"""Views of the Discover page and the dock, for tests and for the gallery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec

from app.discover.state import (
    AccountView,
    DiscoverView,
    DownloadsView,
    Filters,
    Fit,
    MachineLine,
    Prediction,
    QuantRow,
    Recommendation,
    RepoRow,
    Shape,
)
from runtime.downloads.frames import Download, DownloadRequest
from runtime.errors import Problem
from runtime.hub.frames import HubFile, HubModel, HubSummary
from tests.ui import states
from tests.ui.texts import MANY

GIB = 1 << 30
MIB = 1 << 20
# Wed 11 November 2026, 21:04 UTC.
PAUSED_AT_S = 1_794_431_040.0
MACHINE = MachineLine((("RTX 4070", 12 * GIB),), int(31.2 * GIB), 412 * GIB)
GATED = Problem(
    "hub_gated",
    "Its author asks you to accept terms first",
    "The repository google/gemma-4-26b-a4b-it-GGUF is gated",
    "Sign in, accept the terms at the address below, then try again.",
)
UNREACHABLE = Problem(
    "hub_unreachable",
    "The hub can't be reached",
    "There is no connection to huggingface.co",
    "Check the network; what is installed still runs.",
)
UNREADABLE = Problem(
    "model_unreadable",
    "Not a GGUF file",
    "Its header ends before its tensors do",
    "Take another quantisation.",
)


def gib(size: float) -> int:
    return int(size * GIB)


def prediction(
    gpu: float,
    ram: float,
    disk: float,
    decode: float,
    low: float,
    high: float,
    fit: Fit = "memory",
    spare: float = 0.0,
) -> Prediction:
    return Prediction(
        fit,
        gib(gpu),
        gib(ram),
        gib(disk),
        gib(spare),
        8.3 * decode,
        decode,
        low,
        high,
        16_384,
        calibrated=True,
    )


def quant(name: str, size: float, found: Prediction | None = None, **changes: object) -> QuantRow:
    model = HubModel(name, (HubFile(f"model-{name}.gguf", gib(size), "ab" * 32),))
    made = QuantRow(model, "ready" if found is not None else "unread", found)
    return replace(made, **changes)


def summary(repo: str, **changes: object) -> HubSummary:
    known = HubSummary(
        repo,
        licence="apache-2.0",
        downloads=1_204_311,
        likes=812,
        updated_at_s=PAUSED_AT_S,
        base_model=repo.removesuffix("-GGUF"),
        n_ctx_train=262_144,
        is_moe=True,
    )
    return msgspec.structs.replace(known, **changes)


NEXT = RepoRow(
    summary("Qwen/Qwen3-Next-80B-A3B-GGUF"),
    "Qwen3-Next-80B-A3B",
    "Qwen",
    why="The largest model of its family that a desktop can hold.",
    phase="ready",
    revision="c0ffee",
    shape=Shape(80_000_000_000, 3_000_000_000, 512, 10),
    quants=(
        quant("IQ2_M", 24.6, prediction(10.1, 14.5, 0, 36, 31, 40, spare=5.5)),
        quant("Q2_K", 27.4, prediction(10.1, 17.3, 0, 33, 28, 37, spare=2.7), suggested=True),
        quant("Q3_K_M", 35.7, prediction(10.1, 20.0, 5.6, 11, 6, 17, "disk")),
        quant("Q4_K_M", 45.2, prediction(10.1, 20.0, 15.1, 4.6, 2.4, 8, "disk")),
        quant("Q6_K", 61.2, prediction(10.1, 20.0, 31.1, 1.9, 0.9, 3.5, "disk_very_slow")),
    ),
)
INSTALLED = RepoRow(
    summary("Qwen/Qwen3-30B-A3B-GGUF"),
    "Qwen3-30B-A3B",
    "Qwen",
    phase="ready",
    shape=Shape(30_500_000_000, 3_300_000_000, 128, 8),
    quants=(
        quant("Q3_K_M", 13.7, prediction(9.5, 4.9, 0, 46, 42, 50, spare=14.0)),
        quant(
            "Q4_K_M",
            17.3,
            prediction(9.5, 7.8, 0, 41, 39, 43, spare=11.2),
            suggested=True,
            installed_id="qwen3-30b",
            measured_tokens_per_s=41.8,
        ),
        quant("Q8_0", 30.3, prediction(9.5, 20.5, 0, 22, 19, 25, spare=0.0)),
    ),
)
DOWNLOADING = RepoRow(
    summary("ggml-org/gpt-oss-20b-GGUF"),
    "gpt-oss-20b",
    "OpenAI",
    phase="ready",
    shape=Shape(20_900_000_000, 3_600_000_000, 32, 4),
    quants=(
        quant(
            "MXFP4",
            11.3,
            prediction(9.8, 2.4, 0, 58, 52, 64, spare=16.0),
            suggested=True,
            download_id="d1",
        ),
    ),
)
ON_GPU = RepoRow(
    summary("bartowski/DeepSeek-V2-Lite-GGUF", licence="deepseek"),
    "DeepSeek-V2-Lite",
    "DeepSeek",
    phase="ready",
    shape=Shape(15_700_000_000, 2_400_000_000, 64, 6, 2),
    quants=(quant("Q4_K_M", 9.7, prediction(10.1, 0.2, 0, 86, 78, 94, spare=2.0), suggested=True),),
)
GATED_ROW = RepoRow(
    summary("google/gemma-4-26b-a4b-it-GGUF", licence="gemma", gated="manual"),
    "gemma-4-26b-a4b-it",
    "Google",
    phase="failed",
    problem=GATED,
    url="https://huggingface.co/google/gemma-4-26b-a4b-it-GGUF",
)
READING = RepoRow(
    summary("unsloth/GLM-4.5-Air-GGUF", licence="mit"), "GLM-4.5-Air", "Z.ai", phase="reading"
)
UNREAD = RepoRow(
    summary("unsloth/DeepSeek-V3-0324-GGUF", licence="mit", parameters_total=671_000_000_000),
    "DeepSeek-V3-0324",
    "DeepSeek",
)
ROWS = (NEXT, INSTALLED, DOWNLOADING, ON_GPU)
RECOMMENDED = Recommendation(
    "unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF",
    "Qwen3-Coder-30B-A3B",
    quant("Q4_K_M", 17.3, prediction(9.5, 7.8, 0, 41, 39, 43, spare=11.2), suggested=True),
    "Written for code. Same shape as the Qwen3-30B-A3B you run now, so its speed is predicted"
    " from your own measurements.",
)


def view(**changes: object) -> DiscoverView:
    full = DiscoverView(
        phase="ready",
        rows=ROWS,
        open_repo=NEXT.repo,
        licences=("apache-2.0", "deepseek", "mit"),
        recommendation=RECOMMENDED,
        machine=MACHINE,
    )
    return replace(full, **changes)


def many(count: int) -> tuple[RepoRow, ...]:
    """Rows as a long search brings them."""
    return tuple(
        replace(ROWS[n % 4], summary=summary(f"someone/Model-{n}-GGUF"), name=f"Model-{n}")
        for n in range(count)
    )


def download(
    download_id: str = "d1",
    name: str = "gpt-oss-20b",
    quantisation: str = "MXFP4",
    total: float = 11.3,
    live: float = 6.9,
    phase: str = "running",
    **changes: object,
) -> Download:
    files = (HubFile(f"{name}.gguf", gib(total), "cd" * 32),)
    request = DownloadRequest(f"someone/{name}", "c0ffee", files, name, quantisation)
    made = Download(
        download_id,
        request,
        phase,
        gib(total),
        done_bytes=gib(live),
        live_bytes=gib(live),
        bytes_per_s=58.4 * MIB if phase == "running" else None,
        left_s=77.0 if phase == "running" else None,
    )
    return msgspec.structs.replace(made, **changes)


RUNNING = download()
PAUSED = download(
    "d2",
    "OLMoE-1B-7B",
    "Q4_K_M",
    3.9,
    1.2,
    "paused",
    paused_by="person",
    paused_at_s=PAUSED_AT_S,
)
WAITING = download(phase="waiting", retry_in_s=8.0)
DISK_FULL = download(phase="paused", paused_by="disk")
CHECKING = download(phase="checking", live=11.3, checked_bytes=gib(4.5))
FAILED = download(
    phase="failed",
    problem=Problem(
        "download_damaged",
        "The file is not what the hub promised",
        "The same piece was wrong three times",
        "Try again, or take another quantisation.",
    ),
)
DONE = download("d9", "OLMoE-1B-7B", "Q4_K_M", 3.9, 3.9, "done", paths=(str(states.OLMOE.path),))


def queued(number: int) -> Download:
    return download(f"q{number}", f"Queued-{number}", "Q4_K_M", 5.0 + number, 0.0, "queued")


def downloads(*several: Download) -> DownloadsView:
    return DownloadsView(several, needed_bytes=gib(7.1), free_bytes=gib(3.9))


NO_DOWNLOADS = DownloadsView()
TWO = downloads(RUNNING, PAUSED)
WITH_CARD = replace(NEXT, card=f"# Qwen3-Next\n\n<div align='center'>Hello</div>\n\n{MANY}")
MIXED = tuple(
    replace(q, prediction=None, phase=phase, problem=problem)
    for q, phase, problem in zip(
        NEXT.quants[2:],
        ("reading", "unread", "failed"),
        (None, None, UNREADABLE),
        strict=True,
    )
)
PARTLY = replace(NEXT, quants=(*NEXT.quants[:2], *MIXED))
LONG_NAMES = replace(
    NEXT,
    quants=(
        quant("UD-IQ2_XXS", 24.6, prediction(10.1, 14.5, 0, 36, 31, 40, spare=5.5)),
        quant("UD-Q4_K_XL", 27.4, prediction(10.1, 17.3, 0, 330, 280, 370), suggested=True),
        quant(
            "",
            612.5,
            Prediction("no", 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 16_384),
        ),
    ),
)

VIEWS: dict[str, Callable[[], tuple[DiscoverView, DownloadsView]]] = {
    "design": lambda: (view(), TWO),
    "starting": lambda: (DiscoverView(machine=MACHINE), NO_DOWNLOADS),
    "reading": lambda: (
        view(rows=(PARTLY, READING, UNREAD, GATED_ROW), recommendation=None),
        NO_DOWNLOADS,
    ),
    "opening": lambda: (
        view(rows=(READING, *ROWS), open_repo=READING.repo, phase="searching", query="glm"),
        NO_DOWNLOADS,
    ),
    "gated": lambda: (
        view(rows=(GATED_ROW, *ROWS), open_repo=GATED_ROW.repo, recommendation=None),
        downloads(DONE, WAITING),
    ),
    "signed-in": lambda: (
        view(rows=(INSTALLED, ON_GPU), open_repo=INSTALLED.repo, account=AccountView("ada")),
        downloads(CHECKING, queued(1), queued(2)),
    ),
    "long-names": lambda: (view(rows=(LONG_NAMES,)), downloads(DISK_FULL, queued(1))),
    "empty": lambda: (
        view(
            rows=(),
            open_repo="",
            query="qwen",
            recommendation=None,
            hidden=(("fits", 14), ("moe_only", 3), ("licence", 1)),
            filters=Filters(licence="mit", largest_bytes=0),
        ),
        downloads(FAILED),
    ),
    "nothing": lambda: (
        view(rows=(), open_repo="", query="qwxz", recommendation=None),
        NO_DOWNLOADS,
    ),
    "offline": lambda: (
        view(rows=(), open_repo="", recommendation=None, offline=True),
        NO_DOWNLOADS,
    ),
    "unreachable": lambda: (
        view(phase="failed", problem=UNREACHABLE, retry_in_s=8.0, open_repo=""),
        downloads(*(queued(n) for n in range(8))),
    ),
    "card": lambda: (view(rows=(WITH_CARD, *ROWS[1:]), recommendation=None), NO_DOWNLOADS),
}
