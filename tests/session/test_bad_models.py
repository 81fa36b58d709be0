"""Damaged models through the whole session and real workers: each ends in a sentence or a load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from app.local_models import LocalModel
from runtime.gguf.reader import read_header
from tests.gguf.mutations import mutations
from tests.session.rig import Rig, local_model, real_engine

MUTATIONS = 50
ENDS = ("ready", "failed", "crashed")


def damaged(good: Path, folder: Path) -> tuple[LocalModel, ...]:
    """Copies of `good`, each with a damaged header."""
    data, header_bytes = good.read_bytes(), read_header(good).data_offset
    models = []
    for number, changed in enumerate(
        mutations(data, MUTATIONS, seed=20261124, within=header_bytes)
    ):
        path = folder / f"bad-{number}.gguf"
        path.write_bytes(changed)
        models.append(local_model(path, f"bad-{number}"))
    return tuple(models)


@pytest.mark.timeout(300)
def test_the_session_outlives_every_damaged_model(
    new_rig: Callable[..., Rig], tmp_path: Path, tiny_model: Callable[[str], Path]
) -> None:
    good = tiny_model("llama")
    bad = damaged(good, tmp_path)
    rig = new_rig(new_engine=real_engine(tmp_path), models=(local_model(good, "good"), *bad))
    rig.ready()
    ends: Counter[str] = Counter()
    for model in bad:
        rig.session.load_model(model.id)
        engine = rig.until(lambda state: state.engine.phase in ENDS).engine
        ends[engine.phase] += 1
        if engine.phase == "ready":
            assert engine.facts is not None, model.id
        else:
            assert engine.problem is not None, model.id
            assert all((engine.problem.title, engine.problem.message, engine.problem.remedy))
    assert ends.total() == MUTATIONS
    assert ends["failed"] > MUTATIONS / 2, ends
    assert ends["ready"] > 0, ends

    rig.session.load_model("good")
    rig.ready()
    rig.session.send("Still there?")
    rig.until(lambda state: state.answer is not None and state.answer.text != "")
    rig.session.stop()
    rig.answered(1)
