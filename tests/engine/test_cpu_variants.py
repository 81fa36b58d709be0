"""Which of a portable engine's builds a processor gets."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from runtime.engine.cpu_variants import (
    Variant,
    best_variants,
    first_loaded,
    variant_files,
    variant_name,
)

# ggml's scores on a processor of the kind (ggml-cpu/arch/x86/cpu-feats.cpp).
SCORES = {
    "x64": 1,
    "haswell": 64,
    "skylakex": 192,
    "icelake": 1472,
    "zen4": 1984,
    "sapphirerapids": 4032,
}


def variants(*usable: str) -> tuple[Variant, ...]:
    return tuple(
        Variant(name, Path(f"libggml-cpu-{name}.so"), score if name in usable else 0)
        for name, score in SCORES.items()
    )


OLD = variants("x64")
HASWELL = variants("x64", "haswell")
ZEN4 = variants("x64", "haswell", "skylakex", "icelake", "zen4")
SAPPHIRE_RAPIDS = variants(*SCORES)


@pytest.mark.parametrize(
    ("machine", "proven", "failed", "chosen"),
    [
        (OLD, (), (), "x64"),
        (HASWELL, (), (), "haswell"),
        (ZEN4, (), (), "zen4"),
        (SAPPHIRE_RAPIDS, (), (), "zen4"),
        (SAPPHIRE_RAPIDS, ("sapphirerapids",), (), "sapphirerapids"),
        (SAPPHIRE_RAPIDS, ("zen4",), ("sapphirerapids",), "zen4"),
        (SAPPHIRE_RAPIDS, ("sapphirerapids",), ("sapphirerapids",), "zen4"),
        (ZEN4, ("sapphirerapids",), (), "zen4"),
        (ZEN4, (), ("zen4",), "icelake"),
        (HASWELL, (), ("haswell", "x64"), "haswell"),
        (SAPPHIRE_RAPIDS, (), tuple(SCORES), "zen4"),
        (SAPPHIRE_RAPIDS, ("sapphirerapids",), tuple(SCORES)[:-1], "sapphirerapids"),
        (variants("sapphirerapids"), (), (), "sapphirerapids"),
        (variants(), (), (), None),
        ((), (), (), None),
    ],
)
def test_the_best_that_may_be_used(
    machine: tuple[Variant, ...],
    proven: tuple[str, ...],
    failed: tuple[str, ...],
    chosen: str | None,
) -> None:
    found = best_variants(machine, proven, failed)
    assert (found[0].name if found else None) == chosen


def test_the_next_ones_in_order() -> None:
    found = best_variants(SAPPHIRE_RAPIDS, (), ("zen4", "icelake"))
    names = ["skylakex", "haswell", "x64", "zen4", "icelake", "sapphirerapids"]
    assert [variant.name for variant in found] == names


@pytest.mark.parametrize(
    ("refused", "used"),
    [((), "zen4"), (("zen4",), "icelake"), (("zen4", "icelake"), "skylakex"), (SCORES, None)],
)
def test_what_ggml_refuses_gives_way_to_the_next(
    refused: Collection[str], used: str | None
) -> None:
    said: list[str] = []
    best = best_variants(ZEN4)
    found = first_loaded(best, lambda path: variant_name(path) not in refused, said.append)
    assert (found.name if found else None) == used
    passed_over = [one.name for one in best if one.name in refused]
    assert said == [f"processor variant {name} was not loaded" for name in passed_over]


def test_a_native_build_has_none(tmp_path: Path) -> None:
    for name in ("libggml-cpu.so", "libggml-cpu.so.0", "libggml-base.so", "libllama.so"):
        (tmp_path / name).touch()
    assert variant_files((tmp_path, tmp_path / "bin")) == ()


def test_the_first_folder_with_any_counts(tmp_path: Path) -> None:
    package, beside = tmp_path / "lib", tmp_path / "bin"
    for folder in (package, beside):
        folder.mkdir()
    for name in ("libggml-cpu-zen4.so", "libggml-cpu-haswell.so", "libggml-rpc.so"):
        (beside / name).touch()
    found = variant_files((package, beside))
    assert [variant_name(path) for path in found] == ["haswell", "zen4"]
    (package / "ggml-cpu-x64.dll").touch()
    assert [variant_name(path) for path in variant_files((package, beside))] == ["x64"]
