"""`coterie`: opens the window, with the files that were named, or runs the command given."""

from __future__ import annotations

import sys
from pathlib import Path

from app.paths import Paths
from runtime.errors import CoterieError


def main() -> int:
    """The program's entry; returns its exit code."""
    paths, opened = Paths.for_user(), None
    if sys.argv[1:]:
        # Without words the window starts sooner for not reading any.
        from app.opened_file_arguments import opened_files

        try:
            opened = opened_files(sys.argv[1:], Path.cwd())
        except CoterieError as error:
            print(error.problem.one_line(), file=sys.stderr)
            return 1
        if opened is None:
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

    return open_window(paths, opened or ())


if __name__ == "__main__":
    sys.exit(main())
