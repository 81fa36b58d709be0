"""Sets the language of the window, of Qt's own menus and dialogs, and of the child processes."""

from __future__ import annotations

import os

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from app.language_choice import language_for
from runtime.language import SOURCE, VARIABLE, speak


def speak_language(app: QCoreApplication, choice: str) -> str:
    """Speak `choice`, "" for the desktop's; returns its code. To be called before any widget."""
    code = language_for(choice, QLocale.system().uiLanguages())
    speak(code)
    os.environ[VARIABLE] = code
    if code != SOURCE:
        words = QTranslator(app)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if words.load(f"qtbase_{code}", folder):
            app.installTranslator(words)
    return code
