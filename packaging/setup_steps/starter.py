"""Has the starter model made in the user's data folder, through the program's own module."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

from setup_steps.layout import Layout
from setup_steps.processes import SetupError


def make_starter(layout: Layout, environment: Mapping[str, str]) -> None:
    """Make it if it is not there; the module shows its progress and says what went wrong."""
    done = subprocess.run(
        (str(layout.python), "-m", "app.starter"),
        check=False,
        cwd=layout.checkout,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise SetupError("The starter model was not made. Run the command again.")
