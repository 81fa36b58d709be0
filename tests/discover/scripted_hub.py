"""A hub process that answers from a script, and a prediction queue that knows its machine."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from runtime.frame_process import Ended
from runtime.hub.frames import (
    Account,
    Card,
    Describe,
    Described,
    Found,
    HubEvent,
    HubFailed,
    HubHello,
    HubRepository,
    LayoutRead,
    ReadCard,
    ReadLayout,
    Search,
    SignIn,
    WhoAmI,
)
from runtime.placement.model_layout import ModelLayout

Answer = Callable[[msgspec.Struct], HubEvent | None]


class ScriptedHub:
    """Answers at once, from the thread that asks; `refuse` makes the next answers failures.

    `held` keeps layouts back until `release`.
    """

    def __init__(self, layout: ModelLayout, repositories: tuple[HubRepository, ...]) -> None:
        self.layout = layout
        self.repositories = {one.summary.repo: one for one in repositories}
        self.asked: list[msgspec.Struct] = []
        self.refuse: dict[type, HubFailed] = {}
        self.held: list[ReadLayout] | None = None
        self.started = 0
        self.gave_up: list[int] = []
        self._on_event: Callable[[HubEvent | Ended], None] = lambda _event: None

    def start(self, on_event: Callable[[HubEvent | Ended], None]) -> None:
        self.started += 1
        self._on_event = on_event
        on_event(HubHello(1, 1, "http://hub", is_offline=False))

    def send(self, command: msgspec.Struct) -> None:
        self.asked.append(command)
        refused = self.refuse.get(type(command))
        if refused is not None:
            number = command.request_id  # type: ignore[attr-defined]
            self._on_event(msgspec.structs.replace(refused, request_id=number))
        elif isinstance(command, ReadLayout) and self.held is not None:
            self.held.append(command)
        elif (answer := self._answer(command)) is not None:
            self._on_event(answer)

    def release(self) -> None:
        held, self.held = self.held or [], None
        for command in held:
            self._on_event(LayoutRead(command.request_id, self.layout, 3, 7_000_000))

    def die(self) -> None:
        self._on_event(Ended(-9, expected=False))

    def end(self, last_word: msgspec.Struct, patience_s: float) -> None:
        self.stop()

    def stop(self) -> None:
        self._on_event = lambda _event: None

    def count(self, kind: type) -> int:
        """How often it was asked for that."""
        return sum(isinstance(command, kind) for command in self.asked)

    def _answer(self, command: msgspec.Struct) -> HubEvent | None:
        match command:
            case Search(request_id=number, text=text):
                found = [r.summary for n, r in self.repositories.items() if text in n]
                return Found(number, tuple(found))
            case Describe(request_id=number, repo=repo):
                return Described(number, self.repositories[repo])
            case ReadLayout(request_id=number):
                return LayoutRead(number, self.layout, 3, 7_000_000)
            case ReadCard(request_id=number):
                return Card(number, "# A card")
            case WhoAmI(request_id=number):
                return Account(number, "", "")
            case SignIn(request_id=number, token=token):
                return Account(number, "ada" if token else "", "stored" if token else "")
        return None
