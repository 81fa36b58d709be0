"""Sizes as people write them, and texts that are none."""

from __future__ import annotations

import argparse

import pytest

from app.byte_sizes import parse_size


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("0", 0),
        ("1000", 1000),
        ("12b", 12),
        ("1kB", 1000),
        ("1KiB", 1024),
        ("512MiB", 512 * 1024**2),
        ("24GB", 24_000_000_000),
        ("24 gb", 24_000_000_000),
        (" 80GiB ", 80 * 1024**3),
        ("80GIB", 80 * 1024**3),
        ("1.5GiB", 3 * 1024**3 // 2),
        ("0.1GB", 100_000_000),
        ("2TB", 2 * 10**12),
        ("2TiB", 2 * 1024**4),
        ("8G", 8_000_000_000),
    ],
)
def test_sizes(text: str, size_bytes: int) -> None:
    assert parse_size(text) == size_bytes


@pytest.mark.parametrize(
    "text",
    ["", "GiB", "-1", "-1GB", "1e9", "1,5GB", "1.GB", ".5GB", "12XB", "1 2GB", "٣GB", "9" * 40],
)
def test_no_sizes(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size such as 80GiB"):
        parse_size(text)


def test_the_command_line_shows_why(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--vram", type=parse_size)
    with pytest.raises(SystemExit):
        parser.parse_args(["--vram", "lots"])
    assert 'argument --vram: "lots" is not a size such as 80GiB' in capsys.readouterr().err
