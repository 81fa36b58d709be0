"""The card about the Hugging Face Hub: its address, working offline, the proxy, the account."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.discover.state import AccountView, DiscoverCommands
from app.settings import Settings
from runtime.language import tr, tr_in
from ui import settings_hub_words as words
from ui.page_frame import Card, hairline
from ui.settings_account import AccountRow
from ui.settings_address import AddressField
from ui.settings_rows import ChoiceRow, with_rows
from ui.settings_switch import Switch
from ui.theme import Theme

HEADING = "Hugging Face"
EXAMPLE_HUB, EXAMPLE_PROXY = "https://hub.example.org", "http://proxy.example.org:3128"


class HubCard(Card):
    """`change` takes changed fields of the settings. Without `commands` there is no account."""

    def __init__(
        self,
        theme: Theme,
        change: Callable[..., None],
        commands: DiscoverCommands | None,
        environment: Mapping[str, str],
    ) -> None:
        super().__init__(theme, HEADING)
        self._theme, self._change = theme, change
        self._given = words.given_hub(environment)
        self.account: AccountRow | None = None
        if commands is not None:
            self.account = AccountRow(theme, commands, self._given.token)
            self.content.addWidget(self.account)
            self.content.addWidget(hairline())
        self._build_address()
        self.content.addWidget(hairline())
        self._build_offline()
        self.content.addWidget(hairline())
        self._build_proxy()
        with_rows(self)

    def show_settings(self, settings: Settings) -> None:
        self.endpoint.show_value(settings.hub_endpoint)
        self.proxy.show_value(settings.proxy)
        self.offline.setChecked(settings.hub_offline or bool(self._given.offline.name))

    def show_account(self, view: AccountView) -> None:
        if self.account is not None:
            self.account.show_account(view)

    def _build_address(self) -> None:
        given = self._given.endpoint
        self.endpoint = AddressField(self._theme, tr("Address"), words.USUAL_HUB, EXAMPLE_HUB)
        self.endpoint.changed.connect(lambda url: self._change(hub_endpoint=url))
        if given.name:
            self.endpoint.fix(given.value)
        line = words.set_by(given, words.HUB_LINE)
        self.content.addWidget(ChoiceRow(self._theme, tr("Address"), line, self.endpoint))

    def _build_offline(self) -> None:
        given = self._given.offline
        self.offline = Switch(self._theme, tr("Work offline"))
        self.offline.turned.connect(lambda on: self._change(hub_offline=on))
        self.offline.setEnabled(not given.name)
        line = words.set_by(given, words.OFFLINE_LINE)
        self.content.addWidget(ChoiceRow(self._theme, tr("Work offline"), line, self.offline))

    def _build_proxy(self) -> None:
        given = self._given.proxy
        usual = tr_in("proxy", "None")
        self.proxy = AddressField(self._theme, tr("Proxy"), usual, EXAMPLE_PROXY)
        self.proxy.changed.connect(lambda url: self._change(proxy=url))
        if given.name:
            self.proxy.fix(given.value)
        line = words.set_by(given, words.PROXY_LINE)
        self.content.addWidget(ChoiceRow(self._theme, tr("Proxy"), line, self.proxy))
