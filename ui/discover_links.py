"""A link of somebody else's text: where it goes is shown before anything is opened."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from runtime.language import tr

_WEB = ("http", "https")


def link_menu(parent: QWidget, url: QUrl) -> QMenu:
    """The address in full, and what may be done with it."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction(url.toDisplayString().replace("&", "&&")).setEnabled(False)
    menu.addSeparator()
    if url.scheme() in _WEB:
        menu.addAction(tr("Open in the browser"), lambda: QDesktopServices.openUrl(url))
    menu.addAction(tr("Copy address"), lambda: QApplication.clipboard().setText(url.toString()))
    return menu
