"""The card about downloads: how many at once, how fast, and whether they go on at the start."""

from __future__ import annotations

from collections.abc import Callable

from app.settings import Settings
from runtime.language import marked, tr
from ui.number_field import NumberField, NumberKind
from ui.page_frame import Card, hairline
from ui.settings_rows import ChoiceRow, with_rows
from ui.settings_switch import Switch
from ui.theme import Theme

HEADING = marked("Downloads")
MIB = 1024**2
AT_ONCE = NumberKind(1, 4, whole=True)
CONNECTIONS = NumberKind(1, 8, whole=True)
LIMIT = NumberKind(0.1, 10_000, zero_too=True)


def limit_bytes_per_s(mib_per_s: float) -> int:
    return round(mib_per_s * MIB)


def limit_mib_per_s(bytes_per_s: int) -> float:
    """As it was written: six decimals say a number of bytes exactly enough."""
    return round(bytes_per_s / MIB, 6)


class DownloadsCard(Card):
    """`change` takes changed fields of the settings."""

    def __init__(self, theme: Theme, change: Callable[..., None]) -> None:
        super().__init__(theme, tr(HEADING))
        self.at_once = NumberField(theme, tr("Downloads at once"), AT_ONCE)
        self.at_once.changed.connect(lambda value: change(downloads_at_once=int(value)))
        self.connections = NumberField(theme, tr("Connections for each"), CONNECTIONS)
        self.connections.changed.connect(lambda value: change(download_connections=int(value)))
        self.limit = NumberField(theme, tr("Speed limit"), LIMIT, "MiB/s")
        self.limit.changed.connect(
            lambda value: change(download_limit_bytes_per_s=limit_bytes_per_s(value))
        )
        self.resume = Switch(theme, tr("Go on at the start"))
        self.resume.turned.connect(lambda on: change(resume_downloads=on))
        rows = (
            (
                tr("Downloads at once"),
                tr("From 1 to 4; the others wait their turn."),
                self.at_once,
            ),
            (
                tr("Connections for each"),
                tr("From 1 to 8. More may be faster on a quick line far from the hub."),
                self.connections,
            ),
            (tr("Speed limit"), tr("For all downloads together. 0 is no limit."), self.limit),
            (
                tr("Go on at the start"),
                tr("Downloads that were running go on when Coterie starts; those you paused wait."),
                self.resume,
            ),
        )
        for number, (name, line, control) in enumerate(rows):
            if number:
                self.content.addWidget(hairline())
            self.content.addWidget(ChoiceRow(theme, name, line, control))
        with_rows(self)

    def show_settings(self, settings: Settings) -> None:
        self.at_once.show_value(settings.downloads_at_once)
        self.connections.show_value(settings.download_connections)
        self.limit.show_value(limit_mib_per_s(settings.download_limit_bytes_per_s))
        self.resume.setChecked(settings.resume_downloads)
