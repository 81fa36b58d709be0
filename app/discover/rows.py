"""How one row changes as the hub, the planner and the disk say more of it: pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from app.discover.catalog import Catalog, described_by
from app.discover.choosing import with_suggestion
from app.discover.state import Prediction, QuantRow, ReadPhase, RepoRow, Shape
from runtime.downloads.frames import Download, DownloadRequest
from runtime.errors import Problem
from runtime.hub.frames import HubFailed, HubModel, HubRepository, HubSummary
from runtime.language import tr


@dataclass(frozen=True)
class Installed:
    """A model on this computer that came from the hub. `first_file` is the name of its file."""

    repo: str
    first_file: str
    model_id: str
    decode_tokens_per_s: float | None = None


def row_of(summary: HubSummary, catalog: Catalog) -> RepoRow:
    """A row for a repository that a search found."""
    author, _, name = summary.repo.partition("/")
    readable = name.removesuffix("-GGUF").removesuffix("-gguf")
    return described_by(RepoRow(summary, readable, author), catalog.family(summary.repo))


def with_repository(row: RepoRow, repository: HubRepository, memory_bytes: int) -> RepoRow:
    """The files are known now. Kept as it is if they are those of the same commit."""
    if row.revision == repository.revision:
        return replace(row, phase="ready", problem=None, url="")
    quants = tuple(QuantRow(model) for model in repository.models)
    found = replace(
        row,
        summary=repository.summary,
        revision=repository.revision,
        quants=quants,
        phase="ready",
        problem=None if quants else no_models(),
        url="",
    )
    return suggesting(found, memory_bytes)


def failed(row: RepoRow, failure: HubFailed) -> RepoRow:
    """The repository could not be read."""
    return replace(row, phase="failed", problem=failure.problem, url=failure.url)


def suggesting(row: RepoRow, memory_bytes: int) -> RepoRow:
    """With the quantisation marked that we would take."""
    total = row.shape.parameters_total if row.shape else row.summary.parameters_total
    return replace(row, quants=with_suggestion(row.quants, total, memory_bytes))


def with_prediction(
    row: RepoRow, model: HubModel, prediction: Prediction, shape: Shape, memory_bytes: int
) -> RepoRow:
    """One quantisation was predicted."""

    def change(quant: QuantRow) -> QuantRow:
        return replace(quant, phase="ready", prediction=prediction, problem=None)

    found = replace(_changed(row, model, change), shape=shape, problem=None, url="")
    return suggesting(found, memory_bytes)


def with_phase(
    row: RepoRow, model: HubModel, phase: ReadPhase, problem: Problem | None = None
) -> RepoRow:
    """The reading of one quantisation began or failed."""
    return _changed(row, model, lambda quant: replace(quant, phase=phase, problem=problem))


def marked(row: RepoRow, installed: Iterable[Installed], downloads: Iterable[Download]) -> RepoRow:
    """With what of it is here, or on its way."""
    here = {(one.repo.lower(), one.first_file.lower()): one for one in installed}
    coming = {
        (one.request.repo.lower(), one.request.files[0].path): one.id
        for one in downloads
        if one.phase != "done" and one.request.files
    }
    repo = row.repo.lower()
    quants = []
    for quant in row.quants:
        path = quant.model.files[0].path
        found = here.get((repo, path.rpartition("/")[2].lower()))
        quants.append(
            replace(
                quant,
                installed_id=found.model_id if found else "",
                measured_tokens_per_s=found.decode_tokens_per_s if found else None,
                download_id=coming.get((repo, path), ""),
            )
        )
    return replace(row, quants=tuple(quants))


def request_for(row: RepoRow, quantisation: str) -> DownloadRequest | None:
    """What to download for the quantisation of that name; None where there is none."""
    quant = next((quant for quant in row.quants if quant.name == quantisation), None)
    if quant is None or not row.revision:
        return None
    return DownloadRequest(
        row.repo,
        row.revision,
        quant.model.files,
        row.name,
        quant.model.quantisation,
        row.summary.licence,
        row.summary.base_model,
    )


def _changed(row: RepoRow, model: HubModel, change: Callable[[QuantRow], QuantRow]) -> RepoRow:
    quants = (change(quant) if quant.model == model else quant for quant in row.quants)
    return replace(row, quants=tuple(quants))


def no_models() -> Problem:
    """The repository was read, and there is nothing to download in it."""
    return Problem(
        "hub_no_models",
        tr("There is no model file here"),
        tr("This repository holds no GGUF file that is a whole model"),
        tr("Look for a repository whose name ends in GGUF."),
    )
