"""What the first-run page shows beside the session's state, and what it may ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol

from app.check_view import CheckView
from app.discover.state import DownloadsView, Prediction
from runtime.downloads.frames import Download
from runtime.errors import Problem

LookPhase = Literal["looking", "measuring", "done"]
# 250 words a minute, as most people read, are under 6 tokens a second.
READING_TOKENS_PER_S = 6.0
AskPhase = Literal["none", "asking", "failed", "sent"]


@dataclass(frozen=True)
class FirstRecommendation:
    """A model for this machine, predicted from the shape that comes with the program.

    `rates` are the (what, figure) pairs that the prediction was made with, in words.
    """

    repo: str
    name: str
    quantisation: str
    size_bytes: int
    why: str
    parameters_total: int
    parameters_active: int
    prediction: Prediction
    rates: tuple[tuple[str, str], ...] = ()

    @property
    def is_quick(self) -> bool:
        """Whether it should answer as fast as people read."""
        return self.prediction.decode_tokens_per_s >= READING_TOKENS_PER_S


@dataclass(frozen=True)
class FirstLook:
    """What is known of the machine so far; `elapsed_s` is what the looking took."""

    checks: tuple[CheckView, ...] = ()
    phase: LookPhase = "looking"
    elapsed_s: float = 0.0
    recommendation: FirstRecommendation | None = None


@dataclass(frozen=True)
class FirstRunView:
    """`asking` is how far a press of Download has come; nothing is sent before.

    `download` is it on its way, `model_id` the model when it is there. In phase "failed", at the
    hub or afterwards, `problem` says why, and another press tries again.
    """

    look: FirstLook = FirstLook()
    asking: AskPhase = "none"
    download: Download | None = None
    model_id: str = ""
    problem: Problem | None = None


def followed(view: FirstRunView, downloads: DownloadsView) -> FirstRunView:
    """The view when the downloads have changed; one that failed may go on by itself."""
    wanted = view.look.recommendation
    if wanted is None or view.asking not in ("sent", "failed"):
        return view
    mine = next((one for one in downloads.downloads if one.request.repo == wanted.repo), None)
    problem = downloads.problem
    if mine is None:
        return _without_download(view, problem)
    if mine.phase == "failed":
        problem = mine.problem or problem
    if mine.phase == "failed" or (problem is not None and mine.phase != "done"):
        return replace(view, asking="failed", download=mine, problem=problem)
    return replace(view, asking="sent", download=mine, problem=None)


def _without_download(view: FirstRunView, problem: Problem | None) -> FirstRunView:
    if view.asking == "sent" and problem is not None:
        return replace(view, asking="failed", download=None, problem=problem)
    if view.download is not None:  # it was cancelled, or taken off the list
        return replace(view, asking="none", download=None, problem=None)
    return view


class FirstRunCommands(Protocol):
    """Each answers with a new `FirstRunView`."""

    def download_recommended(self) -> None: ...
    def load_downloaded(self) -> None: ...
