"""What is behind the Models page: the hub, the downloads and the files, and how they meet."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.discover.desk import DiscoverDesk
from app.discover.downloads_desk import DownloadsDesk
from app.discover.rows import Installed
from app.owned_desk import OwnedDesk
from app.owned_state import OwnedView
from app.session_state import SessionState
from app.settings import Settings
from runtime.downloads.frames import Download

HubChoices = tuple[str, bool, str]
TransferChoices = tuple[int, int, int, bool]


class ModelRoom(QObject):
    """`refresh_models` has the session look at the models folder again."""

    def __init__(
        self,
        discover: DiscoverDesk,
        downloads: DownloadsDesk,
        owned: OwnedDesk,
        refresh_models: Callable[[], None],
        state: SessionState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.discover, self.downloads, self.owned = discover, downloads, owned
        self._refresh_models = refresh_models
        self._hub = hub_choices(state.settings)
        self._transfer = transfer_choices(state.settings)
        self._models = state.models
        for desk in (discover, downloads, owned):
            desk.setParent(self)
        discover.download_wanted.connect(downloads.add)
        downloads.changed.connect(discover.show_downloads)
        downloads.arrived.connect(self._arrived)
        owned.changed.connect(self._owned_changed)
        owned.show_models(state.models)

    def show_session(self, state: SessionState) -> None:
        """Other models, or other choices."""
        if state.models != self._models:
            self._models = state.models
            self.owned.show_models(state.models)
        hub, transfer = hub_choices(state.settings), transfer_choices(state.settings)
        if hub != self._hub:
            self._hub = hub
            self.discover.settings_changed()
            self.downloads.restart()
        if transfer != self._transfer:
            self._transfer = transfer
            self.downloads.settings_changed()

    def close(self) -> None:
        self.discover.close()
        self.owned.close()
        self.downloads.close()

    def _arrived(self, _download: Download) -> None:
        self._refresh_models()

    def _owned_changed(self, view: OwnedView) -> None:
        self.discover.show_installed(installed_from_hub(view))


def installed_from_hub(view: OwnedView) -> tuple[Installed, ...]:
    """Those of the models here whose repository is known."""
    return tuple(
        Installed(facts.source, facts.first_file, facts.model_id, facts.decode_tokens_per_s)
        for facts in view.facts
        if "/" in facts.source
    )


def hub_choices(settings: Settings) -> HubChoices:
    """What another hub process is needed for when it changes."""
    return settings.hub_endpoint, settings.hub_offline, settings.proxy


def transfer_choices(settings: Settings) -> TransferChoices:
    """What the download process is told when it changes."""
    return (
        settings.downloads_at_once,
        settings.download_connections,
        settings.download_limit_bytes_per_s,
        settings.resume_downloads,
    )
