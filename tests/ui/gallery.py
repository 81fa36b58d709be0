"""Pictures of every page and state, by hand: `python -m tests.ui.gallery OUT_DIR [NAME...]`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from app.session_state import SessionState
from runtime.errors import Problem
from tests.ui import states
from tests.ui.recording_commands import RecordingCommands
from tests.ui.texts import ANSWER, MANY, QUESTION
from tests.ui.windows import new_window
from ui.look import dress
from ui.theme import Theme, load_fonts

SIZES = ((1280, 800), (1920, 1080), (760, 560), (1040, 680))
DOWN = states.engine(
    phase="crashed", problem=states.ENGINE_CRASHED, log_tail=states.LOG_TAIL, memory=None, n_ctx=0
)
LOADING = states.engine(
    phase="loading", load_fraction=0.53, load_started_at_s=monotonic() - 4, memory=None, n_ctx=0
)
GPU_SYSTEM = replace(
    states.SYSTEM, available_bytes=14 * states.GIB, engine_rss_bytes=9 * states.GIB
)


def now() -> float:
    return datetime.now(UTC).timestamp()


def talk(*messages: states.MessageView, **changes: object) -> SessionState:
    return states.talk(*messages, **({"conversations": states.chats(now())} | changes))


def scenes() -> dict[str, tuple[str, SessionState]]:
    """Page and state by the picture's name."""
    asked, answered = states.user(1, QUESTION), states.answer(2, ANSWER)
    three = (states.STARTER, states.OLMOE, states.DENSE)
    unread = Problem(
        "model_unreadable",
        "The file is not a GGUF model",
        "mistral-7b.gguf: it begins with other bytes than a GGUF file",
        "Download it again: the copy is damaged or something else.",
    )
    failed = states.answer(
        4, "Four days are enough for", stats=None, status="failed", problem=states.ENGINE_CRASHED
    )
    full = states.answer(
        4, MANY, stats=states.stats("context_full"), status="stopped", problem=states.CONTEXT_FULL
    )
    empty = states.state(conversations=states.chats(now()), models=three)
    return {
        "chat-empty": ("chats", empty),
        "chat-none": ("chats", states.state(models=(), model=None, engine=states.EngineState())),
        "chat-loading": ("chats", replace(empty, engine=LOADING)),
        "chat-queued": (
            "chats",
            talk(asked, answered, engine=LOADING, queued_text="And if I raise the context to 32k?"),
        ),
        "chat-prompt": (
            "chats",
            talk(
                asked,
                answer=states.running(
                    phase="prompt",
                    evaluated_tokens=64,
                    completion_tokens=0,
                    tokens_per_s=None,
                    ttft_s=None,
                    speeds=(),
                ),
                savings=None,
            ),
        ),
        "chat-busy": ("chats", talk(asked, answer=states.running(ANSWER[:-40]), savings=None)),
        "chat-idle": (
            "chats",
            talk(
                asked,
                answered,
                engine=states.engine(memory=states.GPU_MEMORY),
                system_memory=GPU_SYSTEM,
            ),
        ),
        "chat-how": ("chats", talk(asked, answered)),
        "chat-markdown": ("chats", talk(asked, states.answer(2, MANY))),
        "chat-error": (
            "chats",
            talk(asked, answered, states.user(3, "Go on"), failed, engine=DOWN),
        ),
        "chat-full": (
            "chats",
            talk(asked, answered, states.user(3, "More"), full, context_used=8100),
        ),
        "chat-notice": (
            "chats",
            talk(
                asked,
                answered,
                notices=(
                    Problem(
                        "settings_set_aside",
                        "The settings were not readable",
                        "The defaults are used, because settings.json is not valid",
                        "Make your choices again in Settings.",
                    ),
                ),
            ),
        ),
        "models": ("models", states.state(models=three, model_problems=(unread,))),
        "models-loading": (
            "models",
            states.state(models=three, model=states.OLMOE, engine=LOADING),
        ),
        "models-none": ("models", states.state(models=(), model=None, engine=states.EngineState())),
        "settings": ("settings", states.state()),
        "first-run": ("first", states.state(first_run=True, checks=states.CHECKS)),
        "first-run-start": (
            "first",
            states.state(first_run=True, checks=states.CHECKS[:2], engine=LOADING),
        ),
        "first-run-none": (
            "first",
            states.state(
                first_run=True,
                checks=states.CHECKS,
                models=(),
                model=None,
                engine=states.EngineState(),
            ),
        ),
    }


def settle(app: QApplication) -> None:
    for _ in range(6):
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        app.processEvents()


def main(out: Path, wanted: list[str]) -> None:
    app = QApplication([])
    load_fonts()
    out.mkdir(parents=True, exist_ok=True)
    for palette in ("light", "dark"):
        theme = Theme(palette)
        dress(app, theme)
        for name, (page, state) in scenes().items():
            if wanted and not any(name.startswith(w) for w in wanted):
                continue
            for width, height in SIZES:
                window = new_window(theme, RecordingCommands())
                window.resize(width, height)
                window.show_state(state)
                window.show()
                if page in ("models", "settings"):
                    window.desk.show_page(page)
                settle(app)
                window.show_state(state)
                settle(app)
                if name == "chat-how":
                    window.desk.chats.panel.savings.explain()
                    settle(app)
                window.grab().save(str(out / f"{name}.{width}.{palette}.png"))
                window.close()
                window.deleteLater()
                settle(app)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
