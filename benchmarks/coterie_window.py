"""`python -m benchmarks.coterie_window`: Coterie's window up to its first picture."""

from __future__ import annotations

import sys
import time

if __name__ == "__main__":
    # The imports are part of what is measured, in the order `coterie` does them.
    from app.paths import Paths
    from ui.display import display_problem

    assert display_problem() is None
    from ui.application import Program
    from ui.first_paint import FirstPaint

    program = Program(Paths.for_user())
    # The picture of the window, then the picture with the chats in it.
    FirstPaint(program.window, lambda: print(time.monotonic(), flush=True))
    program.furnished.connect(lambda: FirstPaint(program.window, tell_and_end))

    def tell_and_end() -> None:
        print(time.monotonic(), flush=True)
        program.window.close()

    program.window.show()
    sys.exit(program.app.exec())
