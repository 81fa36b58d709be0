"""The Dashboard in the whole program: opened by its shortcut while the real engine answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.engine_client import CHECKOUT

PATIENCE_S = 120


def test_an_answer_is_watched_and_then_kept(tmp_path: Path, starter_model: Path) -> None:
    models, config = tmp_path / "data" / "models", tmp_path / "config"
    models.mkdir(parents=True)
    config.mkdir()
    (models / starter_model.name).symlink_to(starter_model)
    (config / "settings.json").write_text(json.dumps({"first_run_done": True}))
    done = subprocess.run(
        (sys.executable, "-m", "tests.ui.opened_dashboard"),
        env=os.environ | {"COTERIE_HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    running, ended = (json.loads(line) for line in done.stdout.splitlines())
    assert (running["title"], ended["title"]) == ("Live", "Last answer")
    assert float(running["decode"]) > 0
    assert running["end_to_end"] == "\N{EN DASH}"
    assert float(ended["decode"]) > 0
    assert float(ended["end_to_end"]) <= float(ended["decode"])
    assert (running["points"], ended["points"]) == (0, 1)
    assert (running["export"], ended["export"]) == (False, True)
    for shown in (running, ended):
        assert not shown["empty"]
        assert not shown["problem"]
        assert shown["model"] == "SmolLM2 135M as 8 experts (starter) Q4_1"
        assert shown["context"].startswith("context ")
        assert "RAM" in shown["devices"]
    # The header was read although the model was loaded before the page was opened.
    assert ended["experts_bytes"] > 100 << 20
    assert ended["curve"] >= 2
    # Faults of the window are written there.
    assert not list(tmp_path.rglob("window.log"))
