"""What the Discover page and the downloads dock show, as frozen values, and what they may ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from runtime.downloads.frames import Download
from runtime.errors import Problem
from runtime.hub.frames import HubModel, HubSummary

ReadPhase = Literal["unread", "reading", "ready", "failed"]
DiscoverPhase = Literal["starting", "searching", "ready", "failed"]
Fit = Literal["memory", "disk", "disk_very_slow", "no"]
SortBy = Literal["best", "downloads", "updated", "size"]
FilterName = Literal["moe_only", "fits", "licence", "size"]
TokenSource = Literal["", "stored", "environment"]


@dataclass(frozen=True)
class Filters:
    """`licence` "" is any, `largest_bytes` 0 is any size."""

    moe_only: bool = True
    fits: bool = True
    licence: str = ""
    largest_bytes: int = 0
    sort: SortBy = "best"


@dataclass(frozen=True)
class Prediction:
    """Where a model would live and how fast it would be; nothing in it was measured.

    The bytes are weights, KV cache and compute buffers together; `disk_bytes` are weights that
    memory has no room for. `spare_bytes` is what stays free, 0 when something is read from disk.
    `calibrated` says that runs on this machine are in it.
    """

    fit: Fit
    gpu_bytes: int
    ram_bytes: int
    disk_bytes: int
    spare_bytes: int
    prompt_tokens_per_s: float
    decode_tokens_per_s: float
    decode_low: float
    decode_high: float
    n_ctx: int
    calibrated: bool = False


@dataclass(frozen=True)
class Shape:
    """What a header says of a model's size. `shared_experts` run for every token besides."""

    parameters_total: int
    parameters_active: int
    expert_count: int
    expert_used_count: int
    shared_experts: int = 0


@dataclass(frozen=True)
class QuantRow:
    """One quantisation. `installed_id` and `download_id` are "" where there is none.

    `measured_tokens_per_s` is the decode speed of the installed model on this machine.
    """

    model: HubModel
    phase: ReadPhase = "unread"
    prediction: Prediction | None = None
    problem: Problem | None = None
    suggested: bool = False
    installed_id: str = ""
    download_id: str = ""
    measured_tokens_per_s: float | None = None

    @property
    def name(self) -> str:
        """What to call it where several stand in a list."""
        return self.model.quantisation or self.model.files[0].path


@dataclass(frozen=True)
class RepoRow:
    """One repository. `why` is the catalogue's line on it, "" for others.

    With `phase` "failed" `problem` says why and `url` where something is to be accepted. `card` is
    None until it was asked for and came.
    """

    summary: HubSummary
    name: str
    author: str
    why: str = ""
    phase: ReadPhase = "unread"
    revision: str = ""
    shape: Shape | None = None
    quants: tuple[QuantRow, ...] = ()
    problem: Problem | None = None
    url: str = ""
    card: str | None = None
    card_problem: Problem | None = None

    @property
    def repo(self) -> str:
        return self.summary.repo

    @property
    def suggested(self) -> QuantRow | None:
        """The quantisation we would take here."""
        return next((quant for quant in self.quants if quant.suggested), None)


@dataclass(frozen=True)
class Recommendation:
    """The one to take first on this machine, and why in one or two sentences."""

    repo: str
    name: str
    quant: QuantRow
    reason: str


@dataclass(frozen=True)
class MachineLine:
    """What the predictions are for. `gpus` are names with their memory in bytes."""

    gpus: tuple[tuple[str, int], ...] = ()
    ram_bytes: int = 0
    disk_free_bytes: int = 0


@dataclass(frozen=True)
class AccountView:
    """Whose token is used. `name` "" is signed out; `busy` while one is checked."""

    name: str = ""
    source: TokenSource = ""
    busy: bool = False
    problem: Problem | None = None


@dataclass(frozen=True)
class DiscoverView:
    """The whole page. `rows` are filtered and sorted; `hidden` counts what each filter alone hides.

    `offline` is the person's choice (HF_HUB_OFFLINE), in which nothing is asked. In phase "failed"
    `problem` says why, and `retry_in_s` counts down to the next try, 0 without one; in the others a
    `problem` says why nothing can be predicted.
    """

    phase: DiscoverPhase = "starting"
    query: str = ""
    filters: Filters = field(default_factory=Filters)
    rows: tuple[RepoRow, ...] = ()
    open_repo: str = ""
    hidden: tuple[tuple[FilterName, int], ...] = ()
    licences: tuple[str, ...] = ()
    recommendation: Recommendation | None = None
    machine: MachineLine = field(default_factory=MachineLine)
    account: AccountView = field(default_factory=AccountView)
    offline: bool = False
    more: bool = False
    problem: Problem | None = None
    retry_in_s: float = 0.0


@dataclass(frozen=True)
class DownloadsView:
    """The dock. `problem` is of the download process itself."""

    downloads: tuple[Download, ...] = ()
    needed_bytes: int = 0
    free_bytes: int = 0
    problem: Problem | None = None


class DiscoverCommands(Protocol):
    """What the page may ask for. Each answers with a new `DiscoverView`, never a return value."""

    def open_discover(self) -> None: ...
    def search(self, text: str) -> None: ...
    def choose_filters(self, filters: Filters) -> None: ...
    def open_row(self, repo: str) -> None: ...
    def close_row(self) -> None: ...
    def read_card(self, repo: str) -> None: ...
    def try_again(self) -> None: ...
    def download(self, repo: str, quantisation: str) -> None: ...
    def sign_in(self, token: str) -> None: ...
    def sign_out(self) -> None: ...


class DownloadCommands(Protocol):
    """What the dock may ask for. Each answers with a new `DownloadsView`."""

    def pause(self, download_id: str) -> None: ...
    def resume(self, download_id: str) -> None: ...
    def cancel(self, download_id: str) -> None: ...
    def forget(self, download_id: str) -> None: ...
    def move(self, download_id: str, place: int) -> None: ...
