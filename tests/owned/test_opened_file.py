"""Files that the desktop opens: looked at, added where asked, loaded only when asked."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import opened_file_desk, owned_desk
from app.opened_file import Offer, OpenedView, looked_at
from app.opened_file_desk import OpenedFileDesk
from app.owned.importing import ImportResult, import_model
from tests.gguf.test_split_files import write_split
from tests.owned.files import put_model
from tests.owned.test_owned_desk import Page, SessionStub


@dataclass
class Session(SessionStub):
    """Keeps what was to be loaded."""

    loaded: list[str] = field(default_factory=list)

    def load_model(self, model_id: str) -> None:
        self.loaded.append(model_id)


class Opening:
    def __init__(self, qtbot: QtBot, tmp_path: Path) -> None:
        self.qtbot, self.elsewhere = qtbot, tmp_path / "downloads"
        self.page = Page(qtbot, tmp_path)
        self.session = Session(self.page.session.state, self.page.shelf.scan)
        self.session.told = self.page.desk.show_models
        self.page.desk._session = self.session
        folder = self.page.models_dir
        self.desk = OpenedFileDesk(self.session, self.page.desk, lambda: folder)

    def opened(self, *paths: Path) -> OpenedView:
        self.desk.open(tuple(str(path) for path in paths))
        return self.settled()

    def settled(self) -> OpenedView:
        def is_still() -> bool:
            busy = ("looking", "adding")
            return not any(offer.phase in busy for offer in self.desk.view.offers)

        self.qtbot.waitUntil(is_still, timeout=10_000)
        return self.desk.view


@pytest.fixture
def opening(qtbot: QtBot, tmp_path: Path) -> Iterator[Opening]:
    opening = Opening(qtbot, tmp_path)
    yield opening
    opening.desk.close()
    opening.page.desk.close()
    opening.page.store.close()


def test_a_new_file_is_offered_and_nothing_is_done(opening: Opening) -> None:
    path = put_model(opening.elsewhere / "new.gguf", "Newcomer")
    offer = opening.opened(path).offers[0]
    assert (offer.phase, offer.name, offer.model_id) == ("new", "Newcomer", "")
    assert offer.size_bytes == path.stat().st_size
    assert opening.session.loaded == []
    assert opening.session.state.models == ()


@pytest.mark.parametrize(("how", "stays"), [("link", True), ("copy", True), ("move", False)])
def test_it_is_added_as_asked_and_then_offered_to_load(
    opening: Opening, how: str, stays: bool
) -> None:
    path = put_model(opening.elsewhere / "new.gguf")
    opening.opened(path)
    opening.desk.add(str(path), how)  # type: ignore[arg-type]
    offer = opening.settled().offers[0]
    assert (offer.phase, offer.model_id) == ("added", "new")
    assert path.exists() is stays
    assert (opening.page.models_dir / "new.gguf").exists() is (how != "link")
    assert opening.session.loaded == []
    opening.desk.load(str(path))
    assert opening.session.loaded == ["new"]
    assert opening.desk.view.offers == ()


def test_one_in_the_models_folder_is_known(opening: Opening) -> None:
    path = put_model(opening.page.models_dir / "sub" / "here.gguf")
    offer = opening.opened(path).offers[0]
    assert (offer.phase, offer.model_id) == ("known", "here")


def test_another_name_of_a_known_one_is_known(opening: Opening) -> None:
    path = put_model(opening.page.models_dir / "here.gguf")
    link = opening.elsewhere / "desktop.gguf"
    link.parent.mkdir()
    link.symlink_to(path)
    assert opening.opened(link).offers[0].model_id == "here"


def test_a_copy_of_a_known_one_is_not_added_twice(opening: Opening) -> None:
    path = put_model(opening.page.models_dir / "here.gguf")
    opening.desk.open((str(path),))
    twin = opening.elsewhere / "here.gguf"
    twin.parent.mkdir()
    shutil.copy(path, twin)
    opening.opened(twin)
    opening.desk.add(str(twin), "copy")
    offers = {offer.path: offer for offer in opening.settled().offers}
    assert offers[str(twin)].phase == "added"
    assert offers[str(twin)].model_id


def test_all_parts_of_a_split_model_come(opening: Opening) -> None:
    opening.elsewhere.mkdir()
    parts = write_split(opening.elsewhere)
    offer = opening.opened(parts[1]).offers[0]
    assert (offer.phase, offer.file_count) == ("new", len(parts))
    opening.desk.add(str(parts[1]), "copy")
    assert opening.settled().offers[0].phase == "added"
    assert sorted(p.name for p in opening.page.models_dir.glob("*.gguf")) == [
        part.name for part in parts
    ]


def test_several_files_and_the_same_one_again(opening: Opening) -> None:
    one = put_model(opening.elsewhere / "one.gguf")
    two = put_model(opening.elsewhere / "two.gguf")
    opening.desk.open((str(one), str(two), str(one)))
    opening.desk.open((str(one),))
    view = opening.settled()
    assert [(offer.path, offer.phase) for offer in view.offers] == [
        (str(two), "new"),
        (str(one), "new"),
    ]
    opening.desk.dismiss(str(two))
    assert [offer.path for offer in opening.desk.view.offers] == [str(one)]


def test_while_other_work_runs_nothing_is_added(opening: Opening) -> None:
    path = put_model(opening.elsewhere / "new.gguf")
    opening.opened(path)
    opening.page.desk.find_elsewhere()
    assert not opening.desk.view.can_add
    opening.desk.add(str(path), "copy")
    assert opening.desk.view.offers[0].phase == "new"
    opening.page.done()
    assert opening.desk.view.can_add


def test_an_import_that_fails_says_why(opening: Opening) -> None:
    path = put_model(opening.elsewhere / "new.gguf")
    opening.opened(path)
    path.unlink()
    opening.desk.add(str(path), "copy")
    offer = opening.settled().offers[0]
    assert offer.phase == "problem"
    assert offer.problem is not None


def twin_of(opening: Opening) -> Path:
    """A file of another name, as large as a model that is in the list."""
    path = put_model(opening.page.models_dir / "here.gguf")
    opening.session.refresh_models()
    twin = opening.elsewhere / "twin.gguf"
    twin.parent.mkdir()
    shutil.copy(path, twin)
    opening.opened(twin)
    return twin


def test_a_failed_import_is_not_an_older_model_of_the_same_size(opening: Opening) -> None:
    twin = twin_of(opening)
    twin.unlink()
    opening.desk.add(str(twin), "copy")
    offer = opening.settled().offers[0]
    assert (offer.phase, offer.model_id) == ("problem", "")


def test_a_cancelled_import_is_not_an_older_model_of_the_same_size(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()

    def held(*given: object) -> ImportResult:
        assert goes_on.wait(10)
        return import_model(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(owned_desk, "import_model", held)
    twin = twin_of(opening)
    opening.desk.add(str(twin), "copy")
    opening.desk.cancel_adding()
    goes_on.set()
    offer = opening.settled().offers[0]
    assert (offer.phase, offer.model_id) == ("new", "")
    opening.desk.add(str(twin), "copy")
    assert opening.settled().offers[0].phase == "added"


@pytest.mark.parametrize("fault", [ValueError("odd"), RecursionError(), AssertionError()])
def test_a_fault_with_one_file_does_not_keep_the_next_from_being_looked_at(
    opening: Opening, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    odd, fine = opening.elsewhere / "odd.gguf", put_model(opening.elsewhere / "fine.gguf")
    reported: list[object] = []

    def look(path: str, models_dir: Path) -> Offer:
        if path == str(odd):
            raise fault
        return looked_at(path, models_dir)

    monkeypatch.setattr(opened_file_desk, "looked_at", look)
    monkeypatch.setattr(threading, "excepthook", lambda args: reported.append(args.exc_value))
    opening.desk.open((str(odd), str(fine)))
    offers = {offer.path: offer for offer in opening.settled().offers}
    assert [offers[str(path)].phase for path in (odd, fine)] == ["problem", "new"]
    problem = offers[str(odd)].problem
    assert problem is not None
    assert "odd.gguf" in problem.message
    assert reported == [fault]
    later = put_model(opening.elsewhere / "later.gguf")
    assert opening.opened(later).offers[-1].phase == "new"


def _fifo(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.gguf")
    return folder / "pipe.gguf"


def _folder(folder: Path) -> Path:
    (folder / "models.gguf").mkdir()
    return folder / "models.gguf"


def _text(folder: Path) -> Path:
    (folder / "notes.gguf").write_text("Not a model at all.")
    return folder / "notes.gguf"


def _cut(folder: Path) -> Path:
    path = put_model(folder / "cut.gguf")
    path.write_bytes(path.read_bytes()[:40])
    return path


def _odd(folder: Path) -> Path:
    path = Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.gguf"))
    shutil.copy(put_model(folder / "plain.gguf"), path)
    return path


def _half(folder: Path) -> Path:
    parts = write_split(folder)
    parts[1].unlink()
    return parts[0]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "gone.gguf", "not there"),
        (_folder, "folder"),
        (_fifo, "pipe"),
        (_text, "GGUF"),
        (_cut, "incomplete"),
        (_odd, "not UTF-8"),
        (_half, "missing:"),
    ],
)
def test_what_can_not_be_used_says_what_to_do(tmp_path: Path, make, words: str) -> None:
    offer: Offer = looked_at(str(make(tmp_path)), tmp_path / "models")
    assert offer.phase == "problem"
    assert offer.problem is not None
    said = f"{offer.problem.title}. {offer.problem.message} {offer.problem.remedy}"
    assert words in said
    assert offer.problem.remedy
    said.encode("utf-8")  # can be shown
