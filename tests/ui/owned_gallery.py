"""Pictures of installed models, by hand: `python -m tests.ui.owned_gallery OUT_DIR [NAME...]`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from app.discover.state import AccountView
from app.owned_state import OwnedFacts
from runtime.errors import Problem
from tests.ui import owned_states, states
from tests.ui.gallery import settle
from tests.ui.recording_commands import RecordingCommands
from tests.ui.recording_owned_commands import (
    ChosenFiles,
    RecordingAccount,
    RecordingOwnedCommands,
)
from tests.ui.recording_plan_commands import RecordingPlanCommands
from ui.installed_page import InstalledPage
from ui.look import dress
from ui.owned_delete import DeleteModelDialog
from ui.owned_words import delete_words
from ui.settings_page import SettingsPage
from ui.theme import Theme, load_fonts

RAIL_PX, TOP_PX = 72, 60
SIZES = ((1280, 800), (1920, 1080), (900, 1200))
READY = states.state(models=owned_states.MODELS)
LOADING = states.state(
    models=owned_states.MODELS,
    model=owned_states.QWEN,
    engine=states.engine(phase="loading", load_fraction=0.43),
)
UNREAD = Problem(
    "model_unreadable",
    "The file is not a GGUF model",
    "mistral-7b.gguf: it begins with other bytes than a GGUF file",
    "Download it again: the copy is damaged or something else.",
)
REFUSED = Problem(
    "hub_token_refused",
    "The token was not accepted",
    "The hub does not know this token",
    "Make a new one at huggingface.co/settings/tokens and sign in with it.",
)
INSTALLED: dict[str, tuple[object, object]] = {
    "installed": (READY, owned_states.view()),
    "installed-loading": (LOADING, owned_states.view(task=owned_states.VERIFYING)),
    "installed-found": (
        READY,
        owned_states.view(found=owned_states.FOUND, said="Added 2 models; nothing was copied."),
    ),
    "installed-problem": (
        states.state(models=owned_states.MODELS, model_problems=(UNREAD,)),
        owned_states.view(problem=owned_states.DAMAGED),
    ),
    "installed-none": (
        states.state(models=(), model=None, engine=states.EngineState()),
        owned_states.view(facts=()),
    ),
    "installed-500": (states.state(models=owned_states.many(500)), owned_states.view()),
}
ACCOUNTS = {
    "settings-signed-out": (AccountView(), {}),
    "settings-signed-in": (
        AccountView("ada", "stored"),
        {"HF_ENDPOINT": "https://hub.example.org"},
    ),
    "settings-environment": (
        AccountView("ada", "environment"),
        {"HF_HUB_OFFLINE": "1", "HTTPS_PROXY": "http://proxy.example.org:3128"},
    ),
    "settings-refused": (AccountView(problem=REFUSED), {}),
}


def installed(theme: Theme, name: str) -> InstalledPage:
    page = InstalledPage(
        theme,
        RecordingCommands(),
        RecordingPlanCommands(),
        RecordingOwnedCommands(),
        ChosenFiles(),
        lambda: states.NOON_S,
    )
    state, view = INSTALLED[name]
    page.show_state(state)  # type: ignore[arg-type]
    page.show_view(view)  # type: ignore[arg-type]
    return page


def settings(theme: Theme, name: str) -> SettingsPage:
    account, environment = ACCOUNTS[name]
    page = SettingsPage(
        theme,
        RecordingCommands(),
        states.PRICES,
        "/home/ada/.config/coterie/prices.json",
        RecordingAccount(),
        environment,
    )
    page.show_state(states.state())
    page.show_account(account)
    return page


def ground(page: QWidget, top_px: int) -> QFrame:
    frame = QFrame()
    frame.setProperty("surface", "page")
    column = QVBoxLayout(frame)
    column.setContentsMargins(0, top_px, 0, 0)
    column.addWidget(page)
    return frame


def questions(theme: Theme, parent: QWidget) -> dict[str, DeleteModelDialog]:
    linked = OwnedFacts(states.DENSE.id, source="LM Studio", linked=True)
    return {
        "delete": DeleteModelDialog(
            theme, parent, delete_words(owned_states.QWEN, OwnedFacts(owned_states.QWEN.id))
        ),
        "delete-linked": DeleteModelDialog(theme, parent, delete_words(states.DENSE, linked)),
    }


def main(out: Path, wanted: list[str]) -> None:
    app = QApplication([])
    load_fonts()
    out.mkdir(parents=True, exist_ok=True)
    makers: dict[str, Callable[[Theme, str], QWidget]] = {
        **dict.fromkeys(INSTALLED, installed),
        **dict.fromkeys(ACCOUNTS, settings),
    }
    for palette in ("light", "dark"):
        theme = Theme(palette)
        dress(app, theme)
        for name, make in makers.items():
            if wanted and name not in wanted:
                continue
            for width, height in SIZES:
                is_settings = name in ACCOUNTS
                page = ground(make(theme, name), 0 if is_settings else TOP_PX)
                page.resize(width - RAIL_PX, 2100 if is_settings else height)
                page.show()
                settle(app)
                page.grab().save(str(out / f"{name}.{width}.{palette}.png"))
                page.close()
                page.deleteLater()
                settle(app)
        parent = QWidget()
        for name, dialog in questions(theme, parent).items():
            if not wanted or name in wanted:
                dialog.show()
                settle(app)
                dialog.grab().save(str(out / f"{name}.{palette}.png"))
                dialog.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
