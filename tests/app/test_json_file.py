"""JSON files: a value that can't be written leaves the old file and is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.json_file import read_json, write_json
from runtime.errors import CoterieError


def test_text_that_is_no_unicode_is_not_saved_and_told(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    write_json(path, {"model": "olmoe"})
    with pytest.raises(CoterieError) as error:
        write_json(path, {"model": "\udcff"})
    assert error.value.problem.kind == "not_saved"
    assert read_json(path, dict[str, str]) == {"model": "olmoe"}
    assert list(tmp_path.iterdir()) == [path]
