"""A row as the hub, the planner and the disk say more of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.discover import rows
from app.discover.catalog import SHIPPED_CATALOG, catalog_rows, read_catalog
from app.discover.state import Shape
from runtime.downloads.frames import Download, DownloadPhase
from runtime.errors import Problem
from runtime.hub.frames import HubFailed, HubRepository, HubSummary
from tests.discover.offers import CATALOG, GIB, model, prediction, quant, row

MODELS = (model("Q2_K", 10 * GIB), model("Q4_K_M", 17 * GIB))
REPOSITORY = HubRepository(HubSummary("org/Middle-GGUF", licence="mit"), "d" * 40, MODELS)


def described() -> object:
    start = rows.row_of(HubSummary("org/Middle-GGUF"), CATALOG)
    return rows.with_repository(start, REPOSITORY, 20 * GIB)


def test_a_found_repository_reads_well() -> None:
    found = rows.row_of(HubSummary("somebody/Fine-Model-GGUF"), CATALOG)
    assert (found.name, found.author, found.why) == ("Fine-Model", "somebody", "")
    known = rows.row_of(HubSummary("org/middle-gguf"), CATALOG)
    assert (known.name, known.author, known.why) == ("Middle", "Org", "Able.")


def test_described() -> None:
    found = described()
    assert found.phase == "ready"
    assert found.summary.licence == "mit"
    assert [one.name for one in found.quants] == ["Q2_K", "Q4_K_M"]
    assert found.suggested.name == "Q4_K_M"


def test_described_again_at_the_same_commit_keeps_predictions() -> None:
    shape = Shape(30_000_000_000, 3_000_000_000, 128, 8)
    known = rows.with_prediction(described(), MODELS[1], prediction(), shape, 20 * GIB)
    assert rows.with_repository(known, REPOSITORY, 20 * GIB) == known
    moved = msgspec_replaced(REPOSITORY, "e" * 40)
    assert rows.with_repository(known, moved, 20 * GIB).quants[1].prediction is None


def msgspec_replaced(repository: HubRepository, revision: str) -> HubRepository:
    return HubRepository(repository.summary, revision, repository.models)


def test_a_prediction_changes_one_quantisation_and_the_suggestion() -> None:
    shape = Shape(30_000_000_000, 3_000_000_000, 128, 8)
    slow = prediction(1.0, "disk_very_slow")
    found = rows.with_prediction(described(), MODELS[1], slow, shape, 20 * GIB)
    assert found.quants[1].prediction == slow
    assert found.quants[0].phase == "unread"
    assert found.suggested.name == "Q2_K"
    assert found.shape == shape


def test_nothing_usable_in_the_repository() -> None:
    empty = HubRepository(REPOSITORY.summary, "d" * 40, ())
    found = rows.with_repository(rows.row_of(empty.summary, CATALOG), empty, GIB)
    assert found.problem is not None
    assert found.problem.kind == "hub_no_models"


def test_failed_keeps_the_address_to_accept_at() -> None:
    problem = Problem("hub_gated", "To be accepted", "…", "Accept it.")
    found = rows.failed(row(), HubFailed(1, problem, "http://hub/org/Middle-GGUF"))
    assert (found.phase, found.problem, found.url) == (
        *("failed", problem, "http://hub/org/Middle-GGUF"),
    )


@pytest.mark.parametrize(
    ("phase", "download_id"), [("running", "x"), ("paused", "x"), ("failed", "x"), ("done", "")]
)
def test_marked_with_what_is_on_its_way(phase: DownloadPhase, download_id: str) -> None:
    request = rows.request_for(described(), "Q4_K_M")
    found = rows.marked(described(), (), (Download("x", request, phase, 1),))
    assert [one.download_id for one in found.quants] == ["", download_id]


def test_marked_with_what_is_here() -> None:
    here = rows.Installed("Org/middle-gguf", "MODEL-q4_k_m.gguf", "middle-q4", 41.8)
    other = rows.Installed("org/Small-GGUF", "model-Q2_K.gguf", "small-q2")
    found = rows.marked(described(), (here, other), ())
    assert [one.installed_id for one in found.quants] == ["", "middle-q4"]
    assert found.quants[1].measured_tokens_per_s == 41.8
    assert rows.marked(found, (), ()).quants[1].installed_id == ""


def test_request_is_pinned() -> None:
    request = rows.request_for(described(), "Q4_K_M")
    assert request is not None
    assert (request.repo, request.revision, request.files) == (
        *("org/Middle-GGUF", "d" * 40, MODELS[1].files),
    )
    assert (request.name, request.quantisation, request.licence) == ("Middle", "Q4_K_M", "mit")
    assert rows.request_for(described(), "Q9") is None
    assert rows.request_for(replace(row(), quants=(quant("Q4_K_M", 1),)), "Q4_K_M") is None


def test_the_shipped_catalogue() -> None:
    catalog = read_catalog(SHIPPED_CATALOG)
    assert len(catalog.families) == 12
    assert len({family.repo.lower() for family in catalog.families}) == 12
    for family in catalog.families:
        assert family.repo.count("/") == 1
        assert family.why.endswith(".")
        assert family.parameters_active <= family.parameters_total
        assert family.expert_used_count <= family.expert_count
    totals = [family.parameters_total for family in catalog.families if family.parameters_total]
    assert totals[0] < 8e9
    assert totals[-1] > 6e11
    assert [one.repo for one in catalog_rows(catalog)] == [f.repo for f in catalog.families]
    assert catalog.rank("UNSLOTH/DeepSeek-R1-gguf") == 11
    assert catalog.rank("nobody/nothing") == -1
