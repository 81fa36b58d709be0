"""The bundle's `coterie`: the window and the command line."""

from __future__ import annotations

import os
import sys

from bundle.own_environment import restore

if __name__ == "__main__":
    restore(os.environ)
    from ui.launch import main

    sys.exit(main())
