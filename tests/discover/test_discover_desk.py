"""The logic of the Discover page against a scripted hub: what it asks, shows and tries again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.discover.desk import DiscoverDesk
from app.discover.hub_client import HubClient
from app.discover.layout_cache import LayoutCache
from app.discover.predicting import PredictingMachine
from app.discover.prediction_queue import PredictionQueue
from app.discover.rows import Installed
from app.discover.state import DiscoverView, DownloadsView, Filters, RepoRow
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.downloads.frames import Download, DownloadRequest
from runtime.errors import CoterieError, Problem
from runtime.gguf.split_files import read_model
from runtime.hub.frames import (
    Describe,
    HubFailed,
    HubRepository,
    HubSummary,
    ReadCard,
    ReadLayout,
    Search,
    SignIn,
)
from runtime.placement.calibration import Calibration
from runtime.placement.model_layout import ModelLayout, model_layout
from tests.discover.offers import CATALOG, GIB, model
from tests.discover.scripted_hub import ScriptedHub
from tests.placement.machines import machine

UNREACHABLE = HubFailed(0, Problem("hub_unreachable", "The hub cannot be reached", "…", "Check."))
GATED = HubFailed(
    0, Problem("hub_gated", "To be accepted", "…", "Accept it."), "http://hub/org/Middle-GGUF"
)
MACHINE = PredictingMachine(machine(ram_gib=64), Calibration(), 100 * GIB)


def repository(name: str, *sizes_gib: int, is_moe: bool | None = True) -> HubRepository:
    models = tuple(model(f"Q{n + 2}_K", size * GIB) for n, size in enumerate(sizes_gib))
    return HubRepository(HubSummary(name, is_moe=is_moe), name[-1] * 40, models)


REPOSITORIES = (
    *(repository("org/Small-GGUF", 3, 4), repository("org/Middle-GGUF", 10, 17, 30)),
    *(repository("org/Code-GGUF", 17), repository("org/Huge-GGUF", 200, 380)),
    *(repository("any/Other-GGUF", 5), repository("any/Dense-GGUF", 5, is_moe=False)),
)


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> ModelLayout:
    path = tmp_path_factory.mktemp("header") / "olmoe.gguf"
    write_header(SPECS["olmoe-1b-7b"], "Q4_K_M", path)
    return model_layout(read_model(path))


@dataclass
class Page:
    """The desk and its hub; `offline` and `machine` are what it will find."""

    qtbot: QtBot
    hub: ScriptedHub
    cache: Path
    offline: bool = False
    machine: PredictingMachine | CoterieError = MACHINE
    desk: DiscoverDesk = field(init=False)
    wanted: list[DownloadRequest] = field(default_factory=list)

    def make(self) -> Page:
        def read_machine() -> PredictingMachine:
            if isinstance(self.machine, CoterieError):
                raise self.machine
            return self.machine

        queue = PredictionQueue(read_machine, LayoutCache(self.cache))
        client = HubClient(lambda: self.hub)
        self.desk = DiscoverDesk(client, queue, CATALOG, lambda: self.offline)
        queue.setParent(self.desk)
        client.setParent(self.desk)
        self.desk.download_wanted.connect(self.wanted.append)
        return self

    @property
    def view(self) -> DiscoverView:
        return self.desk.view

    def until(self, reached: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(reached, timeout=10_000)

    def row(self, repo: str) -> RepoRow:
        return next(row for row in self.view.rows if row.repo == repo)

    def read(self) -> set[str]:
        """The repositories of which a header was asked for."""
        return {one.repo for one in self.hub.asked if isinstance(one, ReadLayout)}

    def open(self) -> Page:
        """Until everything has been read that is read without being asked for."""
        self.desk.open_discover()
        self.until(lambda: self.view.recommendation is not None and len(self.read()) >= 3)
        self.until(lambda: all(q.phase != "reading" for row in self.view.rows for q in row.quants))
        return self


@pytest.fixture
def page(qtbot: QtBot, tmp_path: Path, layout: ModelLayout) -> Iterator[Page]:
    page = Page(qtbot, ScriptedHub(layout, REPOSITORIES), tmp_path / "layouts").make()
    yield page
    page.desk.close()


def test_the_list_that_comes_with_the_program_shows_before_anything_is_heard(page: Page) -> None:
    page.desk.open_discover()
    assert [row.name for row in page.view.rows] == ["Huge", "Code", "Middle", "Small"]
    page.until(lambda: page.view.phase == "ready" and page.view.machine.ram_bytes > 0)
    assert "org/Huge-GGUF" not in [row.repo for row in page.view.rows]
    assert ("fits", 1) in page.view.hidden


def test_only_what_may_fit_is_read_before_a_row_is_opened(page: Page) -> None:
    page.open()
    assert page.read() == {"org/Small-GGUF", "org/Middle-GGUF", "org/Code-GGUF"}
    assert page.view.recommendation is not None
    assert page.view.recommendation.repo == "org/Middle-GGUF"


def test_opened_twice_asks_once(page: Page) -> None:
    page.open()
    asked = len(page.hub.asked)
    page.desk.open_discover()
    assert len(page.hub.asked) == asked


def test_a_row_that_is_opened_is_read_first_and_whole(page: Page) -> None:
    page.hub.held = []
    page.desk.open_discover()
    page.until(lambda: len(page.hub.held or []) == 1 and page.view.machine.ram_bytes > 0)
    page.until(lambda: len(page.row("org/Small-GGUF").quants) == 2)
    page.desk.open_row("org/Small-GGUF")
    page.hub.release()
    page.until(lambda: all(q.prediction for q in page.row("org/Small-GGUF").quants))
    orders = [c.repo for c in page.hub.asked if isinstance(c, ReadLayout)]
    assert "org/Small-GGUF" in orders[:2]


def test_while_a_header_reads_the_row_says_so(page: Page) -> None:
    page.open()
    page.hub.held = []
    page.desk.open_row("org/Middle-GGUF")
    page.until(lambda: any(q.phase == "reading" for q in page.row("org/Middle-GGUF").quants))
    page.hub.release()
    page.until(lambda: all(q.phase == "ready" for q in page.row("org/Middle-GGUF").quants))


def test_what_was_read_is_not_fetched_again(page: Page, layout: ModelLayout) -> None:
    page.open()
    page.desk.open_row("org/Middle-GGUF")
    page.until(lambda: all(q.phase == "ready" for q in page.row("org/Middle-GGUF").quants))
    again = Page(page.qtbot, ScriptedHub(layout, REPOSITORIES), page.cache).make()
    again.desk.open_discover()
    again.until(lambda: len(again.row("org/Middle-GGUF").quants) == 3)
    again.desk.open_row("org/Middle-GGUF")
    again.until(lambda: all(q.phase == "ready" for q in again.row("org/Middle-GGUF").quants))
    assert again.hub.count(ReadLayout) == 0
    again.desk.close()


def test_search(page: Page) -> None:
    page.open()
    page.desk.search("any/")
    page.until(lambda: page.view.phase == "ready")
    assert [row.repo for row in page.view.rows] == ["any/Other-GGUF"]
    assert ("moe_only", 1) in page.view.hidden
    page.desk.choose_filters(replace(page.view.filters, moe_only=False))
    assert len(page.view.rows) == 2
    page.desk.search("")
    page.until(lambda: page.view.phase == "ready")
    assert page.row("org/Middle-GGUF").why == "Able."


def test_an_exact_repository_opens_by_itself(page: Page) -> None:
    page.open()
    page.desk.search("any/Other-GGUF")
    page.until(lambda: page.view.open_repo == "any/Other-GGUF")
    page.until(lambda: all(q.phase == "ready" for q in page.row("any/Other-GGUF").quants))


def test_an_answer_to_an_older_search_does_not_replace_a_newer(page: Page) -> None:
    page.open()
    page.desk.search("org/")
    page.desk.search("any/")
    page.until(lambda: page.view.phase == "ready")
    page.qtbot.wait(20)
    assert {row.author for row in page.view.rows} == {"any"}


def test_the_list_of_ours_that_answers_late_does_not_end_a_search(page: Page) -> None:
    views: list[DiscoverView] = []
    page.desk.changed.connect(views.append)
    page.desk.open_discover()
    page.desk.search("Other")
    page.until(lambda: page.view.phase == "ready")
    ready = [view for view in views if view.phase == "ready"]
    assert {tuple(row.repo for row in view.rows) for view in ready} == {("any/Other-GGUF",)}


def test_another_hub_while_a_row_and_an_account_are_read(page: Page) -> None:
    page.desk.open_discover()
    page.until(lambda: page.view.phase == "ready" and page.view.machine.ram_bytes > 0)
    page.desk.search("org/")
    page.until(lambda: page.view.phase == "ready")
    page.hub.held = []
    page.desk.open_row("org/Middle-GGUF")
    page.desk.sign_in("hf_x")
    page.desk.settings_changed()
    page.hub.held = None
    page.until(lambda: {q.phase for q in page.row("org/Middle-GGUF").quants} == {"ready"})
    assert not page.view.account.busy


def test_unreachable_counts_down_and_tries_again(page: Page) -> None:
    page.hub.refuse = {Describe: UNREACHABLE, Search: UNREACHABLE}
    page.desk.open_discover()
    page.until(lambda: page.view.phase == "failed" and page.view.retry_in_s > 0)
    assert page.view.problem == UNREACHABLE.problem
    assert len(page.view.rows) >= 3  # what is known stays on the page
    page.hub.refuse = {}
    page.desk.try_again()
    page.until(lambda: page.view.phase == "ready")
    assert page.view.problem is None


def test_a_repository_that_is_gone_says_so_in_its_row(page: Page) -> None:
    gone = HubFailed(0, Problem("hub_not_found", "Not on the hub", "…", "…"))
    page.hub.refuse = {Describe: gone}
    page.desk.open_discover()
    page.until(lambda: all(row.phase == "failed" for row in page.view.rows))
    assert page.view.phase != "failed"
    assert page.view.rows[0].problem == gone.problem


def test_gated_names_the_address_and_is_tried_again_with_one_click(page: Page) -> None:
    page.hub.refuse = {ReadLayout: GATED}
    page.desk.open_discover()
    page.until(lambda: page.view.phase == "ready" and page.view.machine.ram_bytes > 0)
    page.desk.open_row("org/Middle-GGUF")
    page.until(lambda: all(q.phase == "failed" for q in page.row("org/Middle-GGUF").quants))
    assert page.row("org/Middle-GGUF").url == GATED.url
    page.hub.refuse = {}
    page.desk.try_again()
    page.until(lambda: all(q.phase == "ready" for q in page.row("org/Middle-GGUF").quants))
    assert page.row("org/Middle-GGUF").url == ""


def test_offline_asks_nothing(page: Page) -> None:
    page.offline = True
    page.desk.open_discover()
    page.until(lambda: page.view.machine.ram_bytes > 0)
    page.desk.open_row("org/Middle-GGUF")
    page.desk.search("any")
    assert page.view.offline
    assert page.hub.asked == []


def test_a_row_that_is_opened_offline_says_why_it_is_empty(page: Page) -> None:
    page.open()
    page.desk.sign_in("hf_x")
    page.until(lambda: page.view.account.name == "ada")
    page.offline = True
    page.desk.settings_changed()
    page.desk.open_row("org/Middle-GGUF")
    row = page.row("org/Middle-GGUF")
    assert row.problem is not None
    assert (row.phase, row.problem.kind) == ("failed", "hub_offline")
    assert page.view.account.name == "ada"


def test_a_process_that_dies_is_started_again(page: Page) -> None:
    page.open()
    page.hub.held = []
    page.desk.open_row("org/Middle-GGUF")
    page.until(lambda: bool(page.hub.held))
    page.hub.die()
    page.until(lambda: any(q.phase == "failed" for q in page.row("org/Middle-GGUF").quants))
    page.hub.release()
    page.desk.try_again()
    page.until(lambda: all(q.phase == "ready" for q in page.row("org/Middle-GGUF").quants))
    assert page.hub.started == 2


def test_without_knowing_the_machine_the_list_still_works(page: Page) -> None:
    page.machine = CoterieError(Problem("gpus_missing", "No list of GPUs", "…", "…"))
    page.desk.open_discover()
    page.until(lambda: page.view.phase == "ready" and page.view.problem is not None)
    page.desk.open_row("org/Middle-GGUF")
    assert page.hub.count(ReadLayout) == 0
    assert len(page.row("org/Middle-GGUF").quants) == 3


def test_download_asks_for_pinned_files(page: Page) -> None:
    page.open()
    page.desk.download("org/Middle-GGUF", "Q3_K")
    assert [(one.repo, one.revision, one.quantisation) for one in page.wanted] == [
        ("org/Middle-GGUF", "F" * 40, "Q3_K")
    ]
    page.desk.download("org/Middle-GGUF", "Q9_K")
    page.desk.download("nobody/Nothing", "Q3_K")
    assert len(page.wanted) == 1


def test_the_recommended_one_can_be_had_while_a_search_shows_others(page: Page) -> None:
    page.open()
    page.desk.search("any/")
    page.until(lambda: page.view.phase == "ready")
    best = page.view.recommendation
    assert best is not None
    page.desk.download(best.repo, best.quant.name)
    assert [one.repo for one in page.wanted] == [best.repo]


def test_here_and_on_its_way(page: Page) -> None:
    page.open()
    page.desk.download("org/Middle-GGUF", "Q3_K")
    page.desk.show_downloads(DownloadsView((Download("d", page.wanted[0], "running", 9),)))
    page.desk.show_installed([Installed("org/Middle-GGUF", "model-Q2_K.gguf", "middle", 7.0)])
    first, second, _ = page.row("org/Middle-GGUF").quants
    assert (first.installed_id, first.measured_tokens_per_s) == ("middle", 7.0)
    assert second.download_id == "d"


def test_progress_alone_makes_no_new_view(page: Page) -> None:
    page.open()
    page.desk.download("org/Middle-GGUF", "Q3_K")
    running = Download("d", page.wanted[0], "running", 9)
    page.desk.show_downloads(DownloadsView((running,)))
    view = page.view
    page.desk.show_downloads(DownloadsView((Download("d", page.wanted[0], "running", 9, 5),)))
    assert page.view is view


def test_card(page: Page) -> None:
    page.open()
    page.desk.read_card("org/Middle-GGUF")
    page.until(lambda: page.row("org/Middle-GGUF").card == "# A card")
    page.desk.read_card("org/Middle-GGUF")
    assert page.hub.count(ReadCard) == 1


def test_signing_in_and_out(page: Page) -> None:
    page.open()
    page.desk.sign_in("hf_secret")
    assert page.view.account.busy
    page.until(lambda: page.view.account.name == "ada")
    assert "hf_secret" not in repr(page.view)
    assert "hf_secret" not in repr([c for c in page.hub.asked if isinstance(c, SignIn)])
    page.desk.sign_out()
    page.until(lambda: page.view.account.name == "")


def test_a_refused_token_says_why(page: Page) -> None:
    page.open()
    refused = HubFailed(0, Problem("hub_token_refused", "The token was refused", "…", "…"))
    page.hub.refuse = {SignIn: refused}
    page.desk.sign_in("hf_wrong")
    page.until(lambda: page.view.account.problem == refused.problem)
    assert not page.view.account.busy


def test_another_hub_is_asked_anew(page: Page) -> None:
    page.open()
    page.desk.settings_changed()
    page.until(lambda: page.view.phase == "ready")
    assert page.hub.started == 2
    assert page.view.filters == Filters()
