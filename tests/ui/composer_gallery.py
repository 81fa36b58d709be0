"""Pictures of the composer and a chat's settings: `python -m tests.ui.composer_gallery OUT_DIR`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QMargins
from PySide6.QtWidgets import QApplication, QVBoxLayout

from app.chat_settings import ChatSettings, Preset
from app.session_state import SessionState
from runtime.protocol.messages import Sampling
from tests.ui import states
from tests.ui.chat_settings_samples import FRIENDLY, GUARD, facts
from tests.ui.gallery import settle, talk
from tests.ui.recording_chat import RecordingChat
from tests.ui.test_attachments import BROKEN, CODE, LARGE, LONG, NOTES
from tests.ui.texts import ANSWER, QUESTION
from ui.centred import Centred
from ui.composer import Composer
from ui.look import dress
from ui.page import Page
from ui.theme import Theme, load_fonts

NOTHING_SET = ChatSettings()
# What is left of the page beside the rail, and of the chat alone in a narrow window.
SIZES = ((1208, 800), (744, 700), (380, 560))
MODEL = replace(states.OLMOE, licence="apache-2.0", repo="allenai/OLMoE-1B-7B-0924-Instruct-GGUF")


class Ground(Page):
    """A page with nothing but the composer, where the chat has it."""

    def __init__(self, theme: Theme, chat: RecordingChat) -> None:
        super().__init__()
        self.setProperty("surface", "window")
        self.composer = Composer(theme, chat)
        margin, width = theme.px("layout.conversation_margin"), theme.px("layout.reading_max")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch()
        column.addWidget(Centred(self.composer, width, QMargins(margin, 10, margin, 16)))

    def show_state(self, state: SessionState) -> None:
        self.composer.show_state(state)


def with_chat(settings: ChatSettings = NOTHING_SET, **changes: object) -> SessionState:
    state = talk(states.user(1, QUESTION), states.answer(2, ANSWER), **changes)
    return replace(state, conversation=replace(state.conversation, settings=settings))


def set_up(**changes: object) -> SessionState:
    """A chat with much set, a model that thinks, a guard and a preset."""
    settings = ChatSettings(
        "You answer in one short paragraph.",
        Sampling(1.1, 20, stop=("END",), json_schema='{\n  "type": "array"\n}'),
        max_tokens=400,
        preset="Friendly",
        safety=True,
        guard_model_id=GUARD.id,
    )
    values: dict[str, object] = {
        "engine": states.engine(facts=facts(reasoning="effort")),
        "models": (MODEL, GUARD),
        "model": MODEL,
        "presets": (FRIENDLY, Preset("Careful", ChatSettings())),
    }
    return with_chat(settings, **(values | changes))


SCENES: dict[str, SessionState] = {
    "plain": with_chat(),
    "files": with_chat(attachments=(NOTES, CODE)),
    "too-large": with_chat(attachments=(NOTES, LARGE, BROKEN)),
    "too-large-only": with_chat(attachments=(NOTES, LARGE)),
    "many": with_chat(attachments=tuple(replace(NOTES, name=f"chapter {n}.md") for n in range(30))),
    "nearly-full": with_chat(context_used=7900),
    "over": with_chat(context_used=7900),
    "pasted": with_chat(),
    "menu": with_chat(models=(states.STARTER, states.OLMOE, states.DENSE)),
    "settings": with_chat(engine=states.engine(facts=facts())),
    "settings-set": set_up(),
    "settings-middle": set_up(),
    "settings-end": set_up(),
    "settings-wrong": set_up(),
    "settings-save": set_up(),
}


def act(app: QApplication, name: str, window: Ground) -> None:
    """What a person did before the picture."""
    composer = window.composer
    if name == "over":
        composer.field.setPlainText("A long question about all of it. " * 60)
    if name == "pasted":
        app.clipboard().setText(LONG)
        composer.field.paste()
    if name == "menu":
        menu = composer.pill.menu()
        menu.setParent(window, menu.windowFlags())
        menu.show()
        menu.grab().save(str(OUT / f"menu-only.{composer._theme.name}.png"))
        menu.close()
    if not name.startswith("settings"):
        return
    composer.toggle_settings()
    settle(app)
    sheet = composer.sheet
    assert sheet is not None
    bar = sheet.area.verticalScrollBar()
    if name == "settings-wrong":
        field = sheet.sampling.numbers["temperature"].field
        field.setText("9")
        field.setModified(True)
        field.returnPressed.emit()
    if name == "settings-save":
        sheet.prompt.presets._ask_name()
    if name in ("settings-middle", "settings-wrong"):
        bar.setValue(bar.maximum() // 2 - 120)
    if name == "settings-end":
        bar.setValue(bar.maximum())


def main(wanted: list[str]) -> None:
    app = QApplication([])
    load_fonts()
    OUT.mkdir(parents=True, exist_ok=True)
    for palette in ("light", "dark"):
        theme = Theme(palette)
        dress(app, theme)
        for name, state in SCENES.items():
            if wanted and name not in wanted:
                continue
            for width, height in SIZES:
                chat = RecordingChat()
                window = Ground(theme, chat)
                chat.state, chat.show = state, window.show_state
                window.resize(width, height)
                window.show_state(state)
                window.show()
                settle(app)
                act(app, name, window)
                settle(app)
                window.grab().save(str(OUT / f"{name}.{width}.{palette}.png"))
                window.close()
                window.deleteLater()
                settle(app)


if __name__ == "__main__":
    OUT = Path(sys.argv[1])
    main(sys.argv[2:])
