"""Stands in for the hub and the downloads: keeps what was asked for and answers nothing."""

from __future__ import annotations

from app.discover.state import Filters


class RecordingDiscoverCommands:
    """`calls` are (command, arguments...) in order."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def open_discover(self) -> None:
        self.calls.append(("open_discover",))

    def search(self, text: str) -> None:
        self.calls.append(("search", text))

    def choose_filters(self, filters: Filters) -> None:
        self.calls.append(("choose_filters", filters))

    def open_row(self, repo: str) -> None:
        self.calls.append(("open_row", repo))

    def close_row(self) -> None:
        self.calls.append(("close_row",))

    def read_card(self, repo: str) -> None:
        self.calls.append(("read_card", repo))

    def try_again(self) -> None:
        self.calls.append(("try_again",))

    def download(self, repo: str, quantisation: str) -> None:
        self.calls.append(("download", repo, quantisation))

    def sign_in(self, token: str) -> None:
        self.calls.append(("sign_in", token))

    def sign_out(self) -> None:
        self.calls.append(("sign_out",))


class RecordingDownloadCommands:
    """`calls` are (command, arguments...) in order."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def pause(self, download_id: str) -> None:
        self.calls.append(("pause", download_id))

    def resume(self, download_id: str) -> None:
        self.calls.append(("resume", download_id))

    def cancel(self, download_id: str) -> None:
        self.calls.append(("cancel", download_id))

    def forget(self, download_id: str) -> None:
        self.calls.append(("forget", download_id))

    def move(self, download_id: str, place: int) -> None:
        self.calls.append(("move", download_id, place))
