"""The recipes for Windows and macOS and the workflow: what can be checked without those systems."""

from __future__ import annotations

import plistlib
import re
import struct
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from app.cli.arguments import parser
from tests.engine_client import CHECKOUT

WINDOWS, MACOS = CHECKOUT / "packaging" / "windows", CHECKOUT / "packaging" / "macos"
WORKFLOW = CHECKOUT / ".github" / "workflows" / "packages.yml"
LINUX_MIME = CHECKOUT / "packaging" / "linux" / "share" / "coterie-mime.xml"
METAINFO = CHECKOUT / "packaging" / "linux" / "share" / "local.coterie.Coterie.metainfo.xml"
NOT_RUN = (
    *(WINDOWS / "coterie.iss", WINDOWS / "README.md", MACOS / "README.md"),
    *(MACOS / "Info.plist", MACOS / "entitlements.plist", MACOS / "make_app.py"),
    *(MACOS / "make_dmg.sh", WORKFLOW),
)
REMOVE_MODELS = "remove-data --models --yes"


def plist() -> dict[str, Any]:
    return plistlib.loads((MACOS / "Info.plist").read_bytes())


def iss() -> str:
    return (WINDOWS / "coterie.iss").read_text(encoding="utf-8")


def section(name: str) -> str:
    return re.split(r"^\[", iss().partition(f"[{name}]")[2], maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("path", NOT_RUN, ids=lambda path: path.name)
def test_what_was_not_run_says_so_at_its_top(path: Path) -> None:
    head = path.read_text(encoding="utf-8")[:400].lower()
    assert "not yet run" in head


@pytest.mark.parametrize("path", NOT_RUN, ids=lambda path: path.name)
def test_no_address_is_named(path: Path) -> None:
    assert "://" not in path.read_text(encoding="utf-8")


def test_all_systems_mean_the_same_file_type() -> None:
    (kind,) = ElementTree.parse(LINUX_MIME).getroot()
    mime = kind.get("type")
    (document,) = plist()["CFBundleDocumentTypes"]
    (declared,) = plist()["UTImportedTypeDeclarations"]
    tags = declared["UTTypeTagSpecification"]
    assert document["LSItemContentTypes"] == [declared["UTTypeIdentifier"]]
    assert tags == {"public.filename-extension": ["gguf"], "public.mime-type": [mime]}
    assert f'ValueData: "{mime}"' in section("Registry")
    assert r"Software\Classes\.gguf\OpenWithProgids" in section("Registry")


def test_all_systems_mean_the_same_program() -> None:
    described = ElementTree.parse(METAINFO).getroot()
    assert plist()["CFBundleIdentifier"] == described.findtext("id")
    assert plist()["CFBundleExecutable"] == "coterie"
    command = re.search(r'open\\command"; ValueType: string; ValueData: "(.+?)"; Tasks', iss())
    assert command is not None
    assert command[1] == '""{app}\\coterie.exe"" ""%1""'
    assert plist()["CFBundleShortVersionString"] == "@VERSION@"


def test_the_uninstaller_asks_the_program_to_delete_models() -> None:
    assert f"'{REMOVE_MODELS}'" in section("Code")
    assert "MB_DEFBUTTON2" in section("Code")
    assert "UninstallSilent" in section("Code")
    options = parser().parse_args(REMOVE_MODELS.split())
    assert options.command == "remove-data"
    assert options.models


@pytest.mark.parametrize("language", ["english", "german"])
def test_the_installer_says_everything_in_both_languages(language: str) -> None:
    messages = section("CustomMessages")
    own = set(re.findall(r"CustomMessage\('(\w+)'\)|\{cm:(Open\w+|Gguf\w+)\}", iss()))
    for name in {a or b for a, b in own}:
        assert f"{language}.{name}=" in messages


def test_each_registry_entry_and_file_is_whole() -> None:
    """Quotes come in pairs, and every entry names what it must."""
    for name, keys in (
        ("Registry", ("Root:", "Subkey:", "ValueType:")),
        ("Files", ("Source:", "DestDir:")),
        ("Icons", ("Name:", "Filename:")),
        ("Run", ("Filename:",)),
    ):
        lines = [line for line in section(name).splitlines() if line and line[0] != ";"]
        assert lines, name
        for line in lines:
            assert line.count('"') % 2 == 0, line
            assert all(key in line for key in keys), line


def test_the_windows_icon_holds_each_picture() -> None:
    from windows.icon import icon

    pictures = {16: b"\x89PNG small", 256: b"\x89PNG large one"}
    made = icon(pictures)
    assert struct.unpack_from("<HHH", made) == (0, 1, 2)
    for index, picture in enumerate(pictures.values()):
        edge, _, _, _, _, _, length, offset = struct.unpack_from("<BBBBHHII", made, 6 + 16 * index)
        assert edge in (16, 0)
        assert made[offset : offset + length] == picture


def test_the_app_has_code_and_data_in_their_places(tmp_path: Path) -> None:
    from macos.make_app import make_app

    bundle = tmp_path / "coterie"
    for name in ("coterie", "coterie-part"):
        (bundle / "_internal").mkdir(parents=True, exist_ok=True)
        (bundle / name).write_text(name)
    for name in ("assets/catalog.json", "llama_cpp/lib/libllama.dylib", "libpython3.12.dylib"):
        path = bundle / "_internal" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    contents = make_app(bundle, "1.2.3", tmp_path) / "Contents"
    assert plistlib.loads((contents / "Info.plist").read_bytes())["CFBundleVersion"] == "1.2.3"
    assert sorted(path.name for path in (contents / "MacOS").iterdir()) == [
        *("coterie", "coterie-part")
    ]
    inside = contents / "Frameworks"
    assert (inside / "assets").is_symlink()
    assert (inside / "assets" / "catalog.json").read_text() == "assets/catalog.json"
    assert not (inside / "llama_cpp").is_symlink()
    assert (inside / "llama_cpp" / "lib" / "libllama.dylib").is_file()
    make_app(bundle, "1.2.4", tmp_path)  # once more over the first


def test_the_script_is_shell() -> None:
    subprocess.run(("sh", "-n", MACOS / "make_dmg.sh"), check=True)


def test_the_workflow_builds_on_three_systems() -> None:
    text = WORKFLOW.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert set(workflow["jobs"]) == {"linux", "windows", "macos"}
    steps = {name: job["steps"] for name, job in workflow["jobs"].items()}
    for name, builds in (
        ("linux", "make bundle"),
        ("windows", "packaging/bootstrap.py bundle"),
        ("macos", "make bundle"),
    ):
        assert any(builds in step.get("run", "") for step in steps[name])
        assert any("upload-artifact" in step.get("uses", "") for step in steps[name])
    for path in re.findall(r"packaging[/\\][\w/\\]+\.(?:py|sh|iss|md)", text):
        assert (CHECKOUT / path.replace("\\", "/")).is_file(), path


def test_the_smoke_test_may_mount_in_the_workflow() -> None:
    container = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["linux"]["container"]
    assert container["image"] == "debian:12"
    assert "--privileged" in container["options"].split()


@pytest.mark.parametrize("place", ["linux/debian/templates", "windows/coterie.iss"])
def test_the_question_names_all_models_that_go(place: str) -> None:
    text = (CHECKOUT / "packaging" / place).read_text(encoding="utf-8")
    assert "put there by hand" in text
    assert "von Hand dort" in text
    assert "downloaded" not in text


def test_the_workflow_calls_targets_that_are_there() -> None:
    targets = set(re.findall(r"^(\w+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    called = set(re.findall(r"run: make (\w+)$", WORKFLOW.read_text(encoding="utf-8"), re.M))
    assert {"bundle", "smoke"} == called <= targets
