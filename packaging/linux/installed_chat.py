"""Starts the installed program as a person would, asks it something, and closes it."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from linux.clean_root import HOME, CleanRoot
from linux.failure import PackagingError
from linux.home_signs import HomeSigns
from linux.screen import Screen
from linux.waiting import wait_for

QUESTION = "Say hello in one short sentence."
_WINDOW_S, _LOAD_S, _MEASURE_S, _FIRST_RUN_S, _ANSWER_S, _END_S = 90, 180, 120, 90, 240, 30


def chat(root: CleanRoot, screen: Screen, pictures: Path) -> None:
    """Raises PackagingError when anything is not as it should be."""
    signs = HomeSigns(root.inside(HOME))
    (pictures / "smoke-failed.png").unlink(missing_ok=True)
    log = pictures / "smoke-output.log"
    runtime = f"/run/user-{HOME.rsplit('/', 1)[1]}"
    root.as_root("install", "-d", "-m", "700", "-o", "tester", "-g", "tester", runtime)
    began_s = time.monotonic()
    about = {"DISPLAY": screen.display, "XDG_RUNTIME_DIR": runtime}
    program = root.start(log, "coterie", **about)
    try:
        _talk(signs, screen, pictures, began_s)
        again = root.start(pictures / "smoke-second-start.log", "coterie", **about)
        _check_ended(again, "A second start is for the window that is open, but")
        _close(screen, program)
    except PackagingError:
        screen.photograph(pictures / "smoke-failed.png")
        raise
    finally:
        program.kill()
        root.as_root("rm", "-rf", runtime)
    if complaints := signs.complaints(log):
        raise PackagingError("The logs tell of a crash:\n" + "\n".join(complaints))


def _talk(signs: HomeSigns, screen: Screen, pictures: Path, began_s: float) -> None:
    window = screen.window("Coterie", _WINDOW_S)
    print(f"The window is there after {time.monotonic() - began_s:.1f} s.", flush=True)
    wait_for(signs.model_is_loaded, "the starter model to be loaded", _LOAD_S)
    print(f"The starter model is loaded after {time.monotonic() - began_s:.1f} s.", flush=True)
    wait_for(signs.machine_is_measured, "this machine to be measured", _MEASURE_S)
    screen.photograph(pictures / "smoke-first-run.png")
    press = lambda: screen.press(window, "Return")  # noqa: E731
    press()
    wait_for(signs.first_run_is_done, "the first-run page to end", _FIRST_RUN_S, press)
    # The settings say so a moment before the field is there: what was typed too early is lost.
    write = lambda: (screen.press(window, "ctrl+a"), screen.type(window, QUESTION))  # noqa: E731
    write()
    wait_for(lambda: signs.draft() == QUESTION, "the question to be in the field", 60, write)
    press()
    wait_for(signs.question, "the question to be sent", 60, press)
    answer = wait_for(signs.answer, "the answer", _ANSWER_S)
    print(f"Asked: {signs.question()}\nAnswered: {answer}", flush=True)
    screen.photograph(pictures / "smoke-answer.png")


def _close(screen: Screen, program: subprocess.Popen[bytes]) -> None:
    screen.press(screen.window("Coterie", 10), "ctrl+q")
    _check_ended(program, "The program was asked to quit, but")


def _check_ended(program: subprocess.Popen[bytes], what: str) -> None:
    """By itself, soon, and with nothing to complain about."""
    try:
        code = program.wait(_END_S)
    except subprocess.TimeoutExpired:
        program.kill()
        raise PackagingError(f"{what} it went on.") from None
    if code != 0:
        raise PackagingError(f"{what} it ended with exit code {code}.")
