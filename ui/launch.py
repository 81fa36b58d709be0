"""`coterie`: opens the window, or runs the command that was given."""

from __future__ import annotations

import sys

from app.paths import Paths


def main() -> int:
    """The program's entry; returns its exit code."""
    paths = Paths.for_user()
    if sys.argv[1:]:
        # The window takes no words, and starts sooner without reading any.
        from app.cli.main import parse, run_command

        options = parse(sys.argv[1:])
        if options.command is not None:
            return run_command(options, paths)
    # Qt is loaded only for the window: `coterie run` works where no graphics library is.
    from ui.display import display_problem

    problem = display_problem()
    if problem is not None:
        print(problem.one_line(), file=sys.stderr)
        return 1
    from ui.application import open_window

    return open_window(paths)


if __name__ == "__main__":
    sys.exit(main())
