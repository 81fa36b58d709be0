"""Puts the set-up's modules on the import path; `packaging` itself stays the PyPI package."""

from __future__ import annotations

import sys

from tests.packaging.machine import SETUP_FOLDER

if str(SETUP_FOLDER) not in sys.path:
    sys.path.append(str(SETUP_FOLDER))
