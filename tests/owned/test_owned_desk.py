"""The logic behind the models on this computer, with real files and a real store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.local_models import LocalModel, LocalModels
from app.owned_desk import OwnedDesk, Surroundings
from app.owned_state import OwnedView
from app.session_state import SessionState
from app.settings import Settings
from app.store import ConversationStore
from tests.owned import fake_homes
from tests.owned.disks import other_disk
from tests.owned.files import everything_in, put_model, put_record, shelf_of

__all__ = ["other_disk"]


@dataclass
class SessionStub:
    """A session that only keeps its list; `told` hears of each new one."""

    state: SessionState
    scan: Callable[[], tuple[LocalModel, ...]]
    told: Callable[[tuple[LocalModel, ...]], None] = lambda _models: None
    unloaded: int = 0

    def refresh_models(self) -> None:
        self.state = replace(self.state, models=self.scan())
        self.told(self.state.models)

    def unload(self) -> None:
        self.unloaded += 1

    def change_settings(self, settings: Settings) -> None:
        self.state = replace(self.state, settings=settings)


@dataclass
class DownloadsStub:
    calls: list[str] = field(default_factory=list)

    def stop(self) -> None:
        self.calls.append("stop")

    def take_up(self) -> None:
        self.calls.append("take up")


@dataclass
class Page:
    qtbot: QtBot
    tmp_path: Path
    shown: list[Path] = field(default_factory=list)
    downloads: DownloadsStub = field(default_factory=DownloadsStub)

    def __post_init__(self) -> None:
        self.models_dir = self.tmp_path / "models"
        self.models_dir.mkdir()
        self.shelf = shelf_of(self.models_dir)
        self.store = ConversationStore(self.tmp_path / "conversations.db")
        self.session = SessionStub(SessionState(Settings()), self.shelf.scan)
        around = Surroundings(self.tmp_path / "home", {}, self.shown.append)
        self.desk = OwnedDesk(self.shelf, self.store, self.session, self.downloads, around)
        self.session.told = self.desk.show_models

    @property
    def view(self) -> OwnedView:
        return self.desk.view

    def done(self) -> OwnedView:
        """The view when the task is over."""
        self.qtbot.waitUntil(lambda: self.view.task is None, timeout=10_000)
        return self.view

    def ids(self) -> list[str]:
        return [model.id for model in self.session.state.models]


@pytest.fixture
def page(qtbot: QtBot, tmp_path: Path) -> Iterator[Page]:
    page = Page(qtbot, tmp_path)
    yield page
    page.desk.close()
    page.store.close()


def put(page: Page, name: str = "fine") -> Path:
    path = put_model(page.models_dir / "org" / f"{name}-GGUF" / f"{name}.gguf")
    put_record(page.models_dir, path, repo=f"org/{name}-GGUF", revision="c" * 40, licence="mit")
    page.session.refresh_models()
    return path


def test_facts_of_a_downloaded_and_of_a_found_file(page: Page) -> None:
    put(page)
    put_model(page.models_dir / "loose.gguf")
    page.session.refresh_models()
    found = page.view.of("fine")
    assert (found.source, found.licence, found.first_file) == ("org/fine-GGUF", "mit", "fine.gguf")
    assert (found.last_used_at_s, found.decode_tokens_per_s) == (0.0, None)
    assert page.view.of("loose").source == ""
    assert page.view.of("nobody").model_id == "nobody"


def test_verify_says_whole_then_damaged(page: Page) -> None:
    path = put(page)
    page.desk.verify("fine")
    assert page.view.task is not None
    assert "is whole" in page.done().said
    assert page.view.of("fine").verified_at_s > 0
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    page.desk.verify("fine")
    problem = page.done().problem
    assert problem is not None
    assert (problem.kind, problem.remedy) == (
        *("model_damaged", "Delete it, then download it again."),
    )


def test_delete_for_good_unloads_and_frees(page: Page) -> None:
    path = put(page)
    page.session.state = replace(page.session.state, model=page.session.state.models[0])
    page.desk.delete("fine", for_good=True)
    assert "are free again" in page.done().said
    assert not path.exists()
    assert page.ids() == []
    assert page.session.unloaded == 1


def test_what_comes_with_the_program_stays_loaded(page: Page, tmp_path: Path) -> None:
    path = put_model(tmp_path / "program" / "starter.gguf")
    page.desk.close()
    page.shelf = LocalModels(page.models_dir, tmp_path / "headers.json", shipped=(path,))
    page.session.scan = page.shelf.scan
    around = Surroundings(tmp_path / "home", {}, page.shown.append)
    page.desk = OwnedDesk(page.shelf, page.store, page.session, page.downloads, around)
    page.session.told = page.desk.show_models
    page.session.refresh_models()
    assert page.view.of("starter").shipped
    page.session.state = replace(page.session.state, model=page.session.state.models[0])
    page.desk.delete("starter", for_good=True)
    problem = page.done().problem
    assert problem is not None
    assert problem.kind == "model_shipped"
    assert page.session.unloaded == 0
    assert path.exists()


def test_a_model_that_is_not_in_use_stays_loaded(page: Page) -> None:
    put(page)
    put(page, "other")
    page.session.state = replace(page.session.state, model=page.session.state.models[1])
    page.desk.delete("fine", for_good=True)
    page.done()
    assert page.session.unloaded == 0
    assert page.ids() == ["other"]


def test_import_links_and_the_file_stays(page: Page, tmp_path: Path) -> None:
    outside = put_model(tmp_path / "elsewhere" / "mine.gguf")
    page.desk.import_paths((str(outside),), "link")
    assert page.done().said == "1 model linked, nothing was copied."
    assert page.view.of("mine").linked
    page.desk.import_paths((str(outside),), "link")
    assert page.done().said == "1 model in the list before."
    page.desk.delete("mine", for_good=True)
    assert "stays with the program" in page.done().said
    assert outside.exists()
    assert page.ids() == []


def test_import_of_what_is_no_model_says_so(page: Page, tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("hello")
    page.desk.import_paths((str(tmp_path / "text.gguf"),), "copy")
    view = page.done()
    assert view.problem is not None
    assert view.problem.kind == "model_unreadable"
    assert everything_in(page.models_dir) == []


def test_find_elsewhere_and_take_one(page: Page, tmp_path: Path) -> None:
    home = tmp_path / "home"
    fake_homes.lm_studio(home / ".lmstudio" / "models", "maker/Model-GGUF", "model-Q4_K_M.gguf")
    page.desk.find_elsewhere()
    view = page.done()
    assert view.found is not None
    [row] = view.found
    assert (row.source, row.is_known) == ("LM Studio", False)
    page.desk.import_found((row.key,), "link")
    page.done()
    assert len(page.ids()) == 1
    assert page.view.found is not None
    assert [one.is_known for one in page.view.found] == [True]


def test_nothing_elsewhere(page: Page) -> None:
    page.desk.find_elsewhere()
    assert page.done().said == "No models of other programs were found."
    assert page.view.found == ()


def test_move_to_another_disk(page: Page, other_disk: Path) -> None:
    put(page)
    before = everything_in(page.models_dir)
    target = other_disk / "models"
    page.desk.move_models(str(target))
    assert f"kept in {target} now" in page.done().said
    assert everything_in(target) == before
    assert not page.models_dir.exists() or everything_in(page.models_dir) == []
    assert page.session.state.settings.models_dir == str(target)
    assert page.ids() == ["fine"]
    assert page.session.state.models[0].path.is_relative_to(target)
    assert page.downloads.calls == ["stop", "take up"]


def test_a_move_that_cannot_be_leaves_all_as_it_was(page: Page) -> None:
    put(page)
    page.desk.move_models(str(page.models_dir / "inside"))
    assert page.done().problem is not None
    assert page.session.state.settings.models_dir == ""
    assert page.ids() == ["fine"]
    assert page.downloads.calls == ["stop", "take up"]


def test_one_task_at_a_time_and_it_can_be_stopped(page: Page) -> None:
    path = put(page)
    with path.open("r+b") as file:
        file.truncate(4 << 30)  # a hole that takes seconds to read
    page.session.refresh_models()
    page.desk.verify("fine")
    page.qtbot.waitUntil(lambda: page.view.task is not None and page.view.task.done_bytes > 0)
    task = page.view.task
    page.desk.find_elsewhere()
    assert page.view.task is not None
    assert page.view.task.kind == "verify"
    assert task is not None
    assert task.total_bytes == 4 << 30
    page.desk.cancel_task()
    view = page.done()
    assert (view.said, view.problem) == ("Stopped.", None)


def test_reveal_shows_the_folder(page: Page) -> None:
    path = put(page)
    page.desk.reveal("fine")
    page.desk.reveal("nobody")
    assert page.shown == [path.parent]
