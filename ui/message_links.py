"""What a click on a link offers: where it goes, in full, before anything is opened."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from runtime.language import tr
from ui.answer_safety import revealed

_WEB = ("http", "https", "mailto")
_MOST_SHOWN = 400


def link_menu(url: QUrl, parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    address = revealed(full_address(url))
    shown = address if len(address) <= _MOST_SHOWN else address[:_MOST_SHOWN] + "\u2026"
    menu.addAction(shown.replace("&", "&&")).setEnabled(False)
    menu.addSeparator()
    if url.scheme() in _WEB:
        menu.addAction(tr("Open in the browser"), lambda: QDesktopServices.openUrl(url))
    menu.addAction(tr("Copy address"), lambda: QApplication.clipboard().setText(full_address(url)))
    return menu


def full_address(url: QUrl) -> str:
    """Encoded: letters that look like others and marks that turn the direction show as they are."""
    return url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
