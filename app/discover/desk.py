"""The logic of the Discover page: takes its commands, asks the hub, makes new `DiscoverView`s."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.discover import rows
from app.discover.account import AccountDesk
from app.discover.catalog import Catalog, catalog_rows
from app.discover.choosing import fits_memory, recommended
from app.discover.hub_client import HubClient
from app.discover.listing import hidden, licences, listed
from app.discover.predicting import PredictingMachine
from app.discover.prediction_queue import Key, PredictionQueue
from app.discover.reading import HeaderReading
from app.discover.retrying import Retrying
from app.discover.state import (
    AccountView,
    DiscoverView,
    DownloadsView,
    Filters,
    Prediction,
    RepoRow,
    Shape,
)
from runtime.errors import Problem
from runtime.hub.frames import (
    Card,
    Describe,
    Described,
    Found,
    HubEvent,
    HubFailed,
    ReadCard,
    Search,
)
from runtime.language import tr

PASSING = frozenset({"hub_unreachable", "hub_busy", "hub_process_ended"})


class DiscoverDesk(QObject):
    """Implements `DiscoverCommands`. `download_wanted` carries a `DownloadRequest`."""

    changed = Signal(object)
    download_wanted = Signal(object)

    def __init__(
        self,
        client: HubClient,
        queue: PredictionQueue,
        catalog: Catalog,
        is_offline: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._client, self._queue, self._catalog = client, queue, catalog
        self._is_offline = is_offline
        self._reading = HeaderReading(client, queue, self)
        self._retrying = Retrying(self._counting_down, self.try_again, self)
        self._account = AccountDesk(client, self._account_changed)
        self._machine: PredictingMachine | None = None
        self._machine_problem: Problem | None = None
        self._catalog_rows = catalog_rows(catalog)
        self._rows = self._catalog_rows
        self._view = DiscoverView()
        self._searching = 0
        self._installed: tuple[rows.Installed, ...] = ()
        self._downloads = DownloadsView()
        queue.machine_read.connect(self._machine_read)
        self._reading.began.connect(self._began)
        self._reading.predicted.connect(self._predicted)
        self._reading.failed.connect(self._not_read)

    @property
    def view(self) -> DiscoverView:
        return self._view

    # Commands

    def open_discover(self) -> None:
        """Called whenever the page is opened; only the first time it asks anything."""
        if self._view.phase == "starting":
            self._queue.look_at_machine()
            self._ask_from_the_start()

    def search(self, text: str) -> None:
        """An empty text goes back to the list that came with the program."""
        self._client.give_up(self._searching)
        self._reading.drop_waiting()
        self._view = replace(self._view, query=text.strip(), open_repo="")
        self._ask_from_the_start()

    def choose_filters(self, filters: Filters) -> None:
        self._show(filters=filters)

    def open_row(self, repo: str) -> None:
        self._show(open_repo=repo)
        self._read_open_row()

    def close_row(self) -> None:
        self._show(open_repo="")

    def read_card(self, repo: str) -> None:
        row = self._row(repo)
        if row is None or not row.revision or row.card is not None:
            return

        def done(event: HubEvent) -> None:
            assert isinstance(event, Card)
            self._change(repo, lambda r: replace(r, card=event.markdown, card_problem=None))

        def failed(event: HubFailed) -> None:
            self._change(repo, lambda r: replace(r, card_problem=event.problem))

        self._client.ask(lambda n: ReadCard(n, repo, row.revision), done, failed)

    def try_again(self) -> None:
        """Whatever failed is asked again: the list, or what is wrong in the open row."""
        self._retrying.stop()
        if self._view.phase == "failed":
            self._ask_from_the_start()
        elif self._view.open_repo:
            self._read_open_row(also_failed=True)

    def download(self, repo: str, quantisation: str) -> None:
        row = self._row(repo)
        request = rows.request_for(row, quantisation) if row else None
        if request is not None:
            self.download_wanted.emit(request)

    def sign_in(self, token: str) -> None:
        self._account.sign_in(token)

    def sign_out(self) -> None:
        self._account.sign_out()

    # What the rest of the program says

    def look_at_account(self) -> None:
        """For the Settings page, which does not need the list."""
        if not self._is_offline():
            self._account.look()

    def show_installed(self, installed: Iterable[rows.Installed]) -> None:
        """The models on this computer that came from the hub."""
        self._installed = tuple(installed)
        self._show()

    def show_downloads(self, downloads: DownloadsView) -> None:
        before = [(one.id, one.phase) for one in self._downloads.downloads]
        self._downloads = downloads
        if before != [(one.id, one.phase) for one in downloads.downloads]:
            self._show()

    def settings_changed(self) -> None:
        """Another hub, proxy or no network at all: everything is asked anew when it is wanted."""
        self._reading.stop()
        self._client.restart()
        self._account.forget()
        self._catalog_rows = self._rows = catalog_rows(self._catalog)
        if self._account.view.name:
            self.look_at_account()
        if self._view.phase != "starting":
            self._ask_from_the_start()

    def close(self) -> None:
        self._retrying.stop()
        self._reading.stop()
        self._queue.close()
        self._client.close()

    # The list

    def _ask_from_the_start(self) -> None:
        self._retrying.stop()
        offline = self._is_offline()
        self._view = replace(self._view, offline=offline, retry_in_s=0.0)
        if not self._view.query:
            self._rows = self._catalog_rows
        if offline:
            self._show(phase="ready", open_repo="")
            return
        self._show(phase="searching")
        if not self._account.view.name:
            self._account.look()
        if self._view.query:
            self._search(self._view.query)
        else:
            for row in self._rows:
                self._describe(row.repo, in_list=True)

    def _search(self, text: str) -> None:
        def done(event: HubEvent) -> None:
            assert isinstance(event, Found)
            self._retrying.succeeded()
            known = {row.repo: row for row in (*self._catalog_rows, *self._rows)}
            self._rows = tuple(
                known.get(summary.repo) or rows.row_of(summary, self._catalog)
                for summary in event.repositories
            )
            self._show(phase="ready", more=event.more)
            if len(self._rows) == 1:
                self.open_row(self._rows[0].repo)
            else:
                self._read_open_row()

        self._searching = self._client.ask(lambda n: Search(n, text), done, self._list_failed)

    def _list_failed(self, event: HubFailed) -> None:
        self._show(phase="failed", problem=event.problem)
        if event.problem.kind in PASSING:
            self._retrying.wait(event.retry_after_s)

    def _counting_down(self, left_s: int) -> None:
        self._show(retry_in_s=float(left_s))

    # One row

    def _describe(self, repo: str, *, in_list: bool = False) -> None:
        def done(event: HubEvent) -> None:
            assert isinstance(event, Described)
            self._retrying.succeeded()
            repository, room = event.repository, self._memory_bytes
            self._change(repo, lambda row: rows.with_repository(row, repository, room))
            is_list = in_list and not self._view.query
            if self._view.phase in ("searching", "failed") and is_list:
                self._show(phase="ready", retry_in_s=0.0)
            self._read_described(repo)

        def failed(event: HubFailed) -> None:
            is_list = in_list and not self._view.query
            if is_list and event.problem.kind in PASSING:
                self._list_failed(event)
            else:
                self._change(repo, lambda row: rows.failed(row, event))

        if not in_list:
            self._change(repo, lambda row: replace(row, phase="reading", problem=None))
        self._client.ask(lambda number: Describe(number, repo), done, failed)

    def _read_described(self, repo: str) -> None:
        if repo == self._view.open_repo:
            self._read_open_row()
        elif (row := self._row(repo)) is not None and self._catalog.rank(repo) >= 0:
            self._read_suggested(row)

    def _read_suggested(self, row: RepoRow) -> None:
        """Of a family of our list what we would take here: the recommendation is made of these."""
        quant = row.suggested
        if self._machine is None or quant is None or quant.phase != "unread":
            return
        if fits_memory(quant, self._memory_bytes):
            self._reading.want([(row.repo, row.revision, quant.model)], first=False)

    def _read_open_row(self, *, also_failed: bool = False) -> None:
        row = self._row(self._view.open_repo)
        if row is None:
            return
        if self._is_offline():
            if not row.revision:
                self._change(
                    row.repo, lambda r: replace(r, phase="failed", problem=offline_problem())
                )
            return
        if not row.revision or (also_failed and row.phase == "failed"):
            if row.phase != "reading":
                self._describe(row.repo)
            return
        phases = ("unread", "failed") if also_failed else ("unread",)
        wanted = [quant for quant in row.quants if quant.phase in phases]
        wanted.sort(key=lambda quant: not quant.suggested)
        if self._machine is not None:
            keys = [(row.repo, row.revision, quant.model) for quant in wanted]
            self._reading.want(keys, first=True)

    def _began(self, key: Key) -> None:
        self._change(key[0], lambda row: rows.with_phase(row, key[2], "reading"))

    def _predicted(self, key: Key, prediction: Prediction, shape: Shape) -> None:
        room = self._memory_bytes
        self._change(key[0], lambda row: rows.with_prediction(row, key[2], prediction, shape, room))
        if (row := self._row(key[0])) is not None and self._catalog.rank(row.repo) >= 0:
            self._read_suggested(row)  # another one may be suggested now

    def _not_read(self, key: Key, event: HubFailed) -> None:
        self._change(key[0], lambda row: rows.with_phase(row, key[2], "failed", event.problem))
        if event.url:
            self._change(key[0], lambda row: replace(row, problem=event.problem, url=event.url))

    # The machine, the account, and what is shown

    def _machine_read(self, machine: PredictingMachine | Problem) -> None:
        if isinstance(machine, Problem):
            self._machine_problem = machine
            self._show()
            return
        self._machine = machine
        for row in self._rows:
            self._change(row.repo, lambda row: rows.suggesting(row, machine.memory_bytes))
        self._show(machine=machine.line)
        self._read_open_row()
        for row in self._rows:
            self._read_described(row.repo)

    @property
    def _memory_bytes(self) -> int:
        return self._machine.memory_bytes if self._machine else 0

    def _account_changed(self, account: AccountView) -> None:
        self._show(account=account)

    def _row(self, repo: str) -> RepoRow | None:
        """Also of our list while a search shows others: the recommendation is one of it."""
        rows = (*self._rows, *self._catalog_rows)
        return next((row for row in rows if row.repo == repo), None)

    def _change(self, repo: str, change: Callable[[RepoRow], RepoRow]) -> None:
        def changed(of: tuple[RepoRow, ...]) -> tuple[RepoRow, ...]:
            return tuple(change(row) if row.repo == repo else row for row in of)

        is_catalog = self._rows is self._catalog_rows
        self._catalog_rows = changed(self._catalog_rows)
        self._rows = self._catalog_rows if is_catalog else changed(self._rows)
        self._show()

    def _show(self, **changes: object) -> None:
        view = replace(self._view, **changes)  # type: ignore[arg-type]
        room, downloads = self._memory_bytes, self._downloads.downloads
        every = [rows.marked(row, self._installed, downloads) for row in self._rows]
        shown = listed(every, view.filters, room, self._catalog)
        catalog = [rows.marked(row, self._installed, downloads) for row in self._catalog_rows]
        problem = view.problem if view.phase == "failed" else self._machine_problem
        self._view = replace(
            view,
            problem=problem,
            rows=shown,
            hidden=hidden(every, view.filters, room),
            licences=licences(every),
            recommendation=recommended(catalog, self._catalog, room),
        )
        self.changed.emit(self._view)


def offline_problem() -> Problem:
    """Why the open row has no files."""
    return Problem(
        "hub_offline",
        tr("Not known while you work offline"),
        tr("The hub is not asked which files there are."),
        tr("Turn Work offline off in Settings."),
    )
