"""Stands in for what owns model files: keeps what the page asked for and answers nothing."""

from __future__ import annotations

from app.owned_state import ImportHow


class RecordingOwnedCommands:
    """`calls` are (command, arguments...) in order; looking anew is counted in `refreshed`."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.refreshed = 0

    def refresh(self) -> None:
        self.refreshed += 1

    def verify(self, model_id: str) -> None:
        self.calls.append(("verify", model_id))

    def reveal(self, model_id: str) -> None:
        self.calls.append(("reveal", model_id))

    def delete(self, model_id: str, *, for_good: bool) -> None:
        self.calls.append(("delete", model_id, for_good))

    def import_paths(self, paths: tuple[str, ...], how: ImportHow) -> None:
        self.calls.append(("import_paths", paths, how))

    def find_elsewhere(self) -> None:
        self.calls.append(("find_elsewhere",))

    def import_found(self, keys: tuple[str, ...], how: ImportHow) -> None:
        self.calls.append(("import_found", keys, how))

    def move_models(self, folder: str) -> None:
        self.calls.append(("move_models", folder))

    def cancel_task(self) -> None:
        self.calls.append(("cancel_task",))


class ChosenFiles:
    """Answers at once what the person would choose."""

    def __init__(self, files: tuple[str, ...] = (), folder: str = "") -> None:
        self.chosen_files, self.chosen_folder = files, folder
        self.titles: list[str] = []

    def files(self, parent: object, title: str) -> tuple[str, ...]:
        self.titles.append(title)
        return self.chosen_files

    def folder(self, parent: object, title: str) -> str:
        self.titles.append(title)
        return self.chosen_folder


class RecordingAccount:
    """The part of what the hub may be asked that is about the person's account."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def sign_in(self, token: str) -> None:
        self.calls.append(("sign_in", token))

    def sign_out(self) -> None:
        self.calls.append(("sign_out",))
