"""Whose token the hub is asked with: signing in and out, through the hub process alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.discover.hub_client import HubClient
from app.discover.state import AccountView
from runtime.hub.frames import Account, HubEvent, HubFailed, SignIn, WhoAmI


class AccountDesk:
    """`changed` is called with each new `AccountView`. No token is kept here."""

    def __init__(self, client: HubClient, changed: Callable[[AccountView], None]) -> None:
        self._client, self._changed = client, changed
        self.view = AccountView()

    def look(self) -> None:
        """Ask whose token there is, if any."""
        self._client.ask(WhoAmI, self._told, self._failed)

    def forget(self) -> None:
        """What was asked is given up: another hub is asked from now on, or none."""
        self._show(replace(self.view, busy=False, problem=None))

    def sign_in(self, token: str) -> None:
        self._show(replace(self.view, busy=True, problem=None))
        self._client.ask(lambda number: SignIn(number, token), self._told, self._refused)

    def sign_out(self) -> None:
        self.sign_in("")

    def _told(self, event: HubEvent) -> None:
        assert isinstance(event, Account)
        self._show(AccountView(event.name, event.source))

    def _failed(self, _event: HubFailed) -> None:
        """Nobody asked to sign in: the list itself says that the hub cannot be reached."""
        self._show(replace(self.view, busy=False))

    def _refused(self, event: HubFailed) -> None:
        self._show(replace(self.view, busy=False, problem=event.problem))

    def _show(self, view: AccountView) -> None:
        self.view = view
        self._changed(view)
