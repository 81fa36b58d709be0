"""Presets: the shipped ones, the person's own, damaged files, and files to share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from app import presets
from app.chat_settings import ChatSettings, Preset
from app.presets import PresetFolder, read_file, write_file
from app.setting_bounds import wrong_in
from runtime.errors import CoterieError
from runtime.protocol.messages import Sampling

SHIPPED = ["Code", "Creative", "JSON", "Precise"]
MINE = Preset("Mine", ChatSettings(system_prompt="Be kind.", preset="Mine"))


def names(folder: PresetFolder) -> list[str]:
    return [preset.name for preset in folder.all()]


def refusal(path: Path) -> str:
    """Why a shared file is refused."""
    with pytest.raises(CoterieError) as error:
        read_file(path)
    assert error.value.problem.kind == "preset_unreadable"
    return error.value.problem.message


def test_shipped_ones_are_there_and_right(tmp_path: Path) -> None:
    folder = PresetFolder(tmp_path / "presets")
    assert names(folder) == SHIPPED
    for preset in folder.all():
        assert wrong_in(preset.settings) == ""
        assert preset.settings.preset == preset.name
    assert not (tmp_path / "presets").exists()


def test_what_is_saved_is_there_for_the_next_start(tmp_path: Path) -> None:
    PresetFolder(tmp_path).save(MINE)
    folder = PresetFolder(tmp_path)
    assert names(folder) == ["Code", "Creative", "JSON", "Mine", "Precise"]
    assert MINE in folder.all()
    folder.delete("Mine")
    assert names(folder) == SHIPPED


def test_saving_again_replaces(tmp_path: Path) -> None:
    folder = PresetFolder(tmp_path)
    folder.save(MINE)
    changed = replace(MINE, settings=ChatSettings(system_prompt="Be brief.", preset="Mine"))
    folder.save(changed)
    assert changed in folder.all()
    assert len(list(tmp_path.glob("*.json"))) == 1


def test_one_that_somebody_put_there_is_replaced_in_its_own_file(tmp_path: Path) -> None:
    write_file(MINE, tmp_path / "from-a-friend.json")
    folder = PresetFolder(tmp_path)
    assert MINE in folder.all()
    folder.save(replace(MINE, settings=ChatSettings(max_tokens=5)))
    assert [one.name for one in tmp_path.iterdir()] == ["from-a-friend.json"]


def test_names_that_look_alike_to_a_disk_are_apart(tmp_path: Path) -> None:
    folder = PresetFolder(tmp_path)
    alike = ["A/B", "A:B", "a b", "../a", "日本", "中国"]
    for name in alike:
        folder.save(Preset(name, ChatSettings()))
    assert sorted(names(folder)) == sorted(SHIPPED + alike)
    assert len(list(tmp_path.glob("*.json"))) == len(alike)


def test_a_shipped_one_can_be_changed_and_deleted(tmp_path: Path) -> None:
    folder = PresetFolder(tmp_path)
    folder.save(Preset("Code", ChatSettings(system_prompt="Rust only.")))
    (code,) = [one for one in folder.all() if one.name == "Code"]
    assert code.settings.system_prompt == "Rust only."
    folder.delete("Code")
    assert names(PresetFolder(tmp_path)) == ["Creative", "JSON", "Precise"]
    folder.save(Preset("Code", ChatSettings()))
    assert names(folder) == SHIPPED


def test_deleting_what_is_not_there(tmp_path: Path) -> None:
    folder = PresetFolder(tmp_path)
    folder.delete("Nobody")
    assert names(folder) == SHIPPED


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"name":"x"}', b'{"name":"","settings":{}}'],
)
def test_a_damaged_file_is_left_out(
    tmp_path: Path, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    (tmp_path / "broken.json").write_bytes(data)
    (tmp_path / "left-out").write_bytes(data)
    folder = PresetFolder(tmp_path)
    folder.save(MINE)
    assert names(folder) == ["Code", "Creative", "JSON", "Mine", "Precise"]
    assert "broken.json" in caplog.text


def test_a_disk_that_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CoterieError) as error:
        PresetFolder(tmp_path / "file").save(MINE)
    assert error.value.problem.kind == "not_saved"
    folder = PresetFolder(tmp_path)
    folder.save(MINE)

    def refuse(_path: Path, missing_ok: bool = False) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(CoterieError) as error:
        folder.delete("Mine")
    assert "Read-only file system" in error.value.problem.message


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\nb", "a\u202eb"])
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(CoterieError) as error:
        PresetFolder(tmp_path).save(Preset(name, ChatSettings()))
    assert error.value.problem.kind == "preset_invalid"
    assert list(tmp_path.iterdir()) == []


def test_a_shared_file_comes_back_without_the_guard_of_this_computer(tmp_path: Path) -> None:
    path = tmp_path / "mine.coterie-preset.json"
    settings = ChatSettings("Be kind.", Sampling(temperature=0.1), guard_model_id="my-guard")
    write_file(Preset("Mine", settings), path)
    found = read_file(path)
    assert found.settings == replace(settings, guard_model_id="", preset="Mine")


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"sampling": {"temperature": 99}}, "temperature is not from 0 to 5"),
        ({"sampling": {"top_k": -1}}, "top_k"),
        ({"sampling": {"repeat_penalty": 0}}, "repeat_penalty"),
        ({"sampling": {"seed": 2**32 - 1}}, "seed"),
        ({"sampling": {"stop": ["x"] * 17}}, "stop strings"),
        ({"sampling": {"stop": ["x" * 2_000]}}, "stop strings"),
        ({"sampling": {"json_schema": "{"}}, "not JSON"),
        ({"sampling": {"json_schema": "[1]"}}, "not a JSON object"),
        ({"sampling": {"json_schema": "[" * 90_000}}, "not JSON"),
        ({"sampling": {"grammar": "x" * 100_001}}, "grammar or schema"),
        ({"sampling": {"temperature": "hot"}}, "Expected"),
        ({"system_prompt": "x" * 100_001}, "system prompt"),
        ({"preset": "x" * 201}, "too long"),
        ({"max_tokens": -1}, "Expected"),
    ],
)
def test_what_somebody_else_wrote_is_checked(
    tmp_path: Path, settings: dict[str, Any], why: str
) -> None:
    path = tmp_path / "shared.json"
    path.write_text(json.dumps({"name": "Shared", "settings": settings, "version": 1}))
    assert why in refusal(path)


def test_files_that_are_no_presets(tmp_path: Path) -> None:
    path = tmp_path / "shared.json"
    assert "not there" in refusal(path) or "No such file" in refusal(path)
    assert "not a file" in refusal(tmp_path)
    path.write_text(json.dumps({"name": "New", "settings": {}, "version": 2}))
    assert "newer" in refusal(path)
    path.write_bytes(b" " * (presets.LARGEST_BYTES + 1))
    assert "larger than 1 MiB" in refusal(path)
    refusal(Path("a\0b.json"))
