"""What a manifest and its signature mean: by table, with real Ed25519."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path

import pytest

from app.updates.finding import Finding, Question
from app.updates.judging import is_signed, judged
from app.updates.manifest import LARGEST_BYTES, NotAManifest, is_newer, read_manifest
from app.updates.source import UpdateSource, is_safe, key_bytes, read_source
from tests.updates.announcer import KEY, NOW, OTHER_KEY, PUBLIC, announcement, signature

DAY = timedelta(days=1)
QUESTION = Question("https://coterie.example.org/latest.json", PUBLIC, "0.1.0")


def test_a_good_one_is_told_whole() -> None:
    data = announcement()
    assert judged(data, signature(data), QUESTION, NOW) == Finding(
        "newer",
        issued_at=NOW - timedelta(hours=1),
        version="0.2.0",
        released="2026-11-25",
        notes="Faster prompts.\nFewer crashes.",
        page="https://coterie.example.org/0.2.0",
    )


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"version": "0.1.0"}, "current"),
        ({"version": "0.0.9"}, "current"),
        ({"version": "0.2.0rc1"}, "current"),
        ({"issued_at": NOW - 3 * DAY}, "older"),
        ({"expires_at": NOW}, "expired"),
        ({"issued_at": NOW + 3 * DAY}, "not_yet"),
        ({"issued_at": NOW + DAY}, "newer"),
        ({"issued_at": NOW - 2 * DAY}, "newer"),
        ({"version": "garbage"}, "unreadable"),
        ({"format": 2}, "unreadable"),
    ],
)
def test_what_is_believed(changes: dict[str, object], kind: str) -> None:
    data = announcement(**changes)
    seen = Question(QUESTION.address, PUBLIC, "0.1.0", NOW - 2 * DAY)
    found = judged(data, signature(data), seen, NOW)
    assert found.kind == kind
    assert bool(found.issued_at) == (kind in ("newer", "current"))


def test_nothing_is_read_without_the_right_signature() -> None:
    data = announcement()
    good = signature(data)
    wrong = [
        signature(data, OTHER_KEY),
        signature(data + b" "),
        b"",
        b"not base64 \xff",
        good.strip()[:-4],
        base64.b64encode(b"\x00" * 64),
        base64.b64encode(b"\xff" * 64),
        good + good,
    ]
    for one in wrong:
        assert judged(data, one, QUESTION, NOW) == Finding("bad_signature"), one
    assert judged(data.replace(b"0.2.0", b"0.3.0"), good, QUESTION, NOW).kind == "bad_signature"
    assert is_signed(data, good, PUBLIC)
    for key in ("", "AAAA", "not a key", PUBLIC[:-4], base64.b64encode(b"\x00" * 32).decode()):
        assert not is_signed(data, good, key)


# RFC 8032, 7.1, TEST 2: another implementation than the one that signs here.
def test_a_signature_of_the_standard() -> None:
    key = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    signed = (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    public = base64.b64encode(bytes.fromhex(key)).decode()
    assert is_signed(b"\x72", base64.b64encode(bytes.fromhex(signed)), public)
    assert not is_signed(b"\x73", base64.b64encode(bytes.fromhex(signed)), public)


@pytest.mark.parametrize(
    "changes",
    [
        {name: None}
        for name in ("format", "version", "released", "issued_at", "expires_at", "notes", "files")
    ]
    + [
        {"extra": 1},
        {"released": "yesterday"},
        {"issued_at": "2026-11-26T03:15:00"},
        {"notes": "x" * 4001},
        {"notes": "a\x1b[31mb"},
        {"notes": "a\u202eb"},
        {"page": "http://coterie.example.org"},
        {"page": "javascript:alert(1)"},
        {"page": "https://a b"},
        {"page": "https://a\n"},
        {"files": {"linux": {"name": "../x", "sha256": "ab" * 32, "size_bytes": 1}}},
        {"files": {"linux": {"name": "x", "sha256": "AB" * 32, "size_bytes": 1}}},
        {"files": {"linux": {"name": "x", "sha256": "ab" * 32, "size_bytes": 0}}},
        {"files": {"Linux!": {"name": "x", "sha256": "ab" * 32, "size_bytes": 1}}},
    ],
)
def test_what_is_no_manifest(changes: dict[str, object]) -> None:
    with pytest.raises(NotAManifest):
        read_manifest(announcement(**changes))


@pytest.mark.parametrize("data", [b"", b"null", b"[" * 60_000, b"\xff", b" " * (LARGEST_BYTES + 1)])
def test_bytes_that_are_none(data: bytes) -> None:
    with pytest.raises(NotAManifest):
        read_manifest(data)


@pytest.mark.parametrize(
    ("offered", "own", "expected"),
    [
        ("0.2.0", "0.1.0", True),
        ("0.1.10", "0.1.9", True),
        ("0.1.0", "0.1.0", False),
        ("0.1", "0.1.0", False),
        ("0.1.0", "0.2.0", False),
        ("0.2.0rc1", "0.1.0", False),
        ("0.2.0rc2", "0.2.0rc1", True),
        ("0.2.0", "0.2.0rc1", True),
        ("0.2.0rc1", "0.2.0", False),
        ("0.1.0.post1", "0.1.0", True),
        ("0.1.0", "0+source", True),
    ],
)
def test_which_version_is_newer(offered: str, own: str, expected: bool) -> None:
    assert is_newer(offered, own) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://coterie.example.org/a.json", True),
        ("http://127.0.0.1:8000/a", True),
        ("http://[::1]:8000/a", True),
        ("http://localhost/a", True),
        ("http://coterie.example.org/a", False),
        ("http://127.0.0.1.example.org/a", False),
        ("https://ada:pw@coterie.example.org/a", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https://a:99999", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_which_addresses_are_asked(address: str, expected: bool) -> None:
    assert is_safe(address) == expected


def test_where_a_build_looks(tmp_path: Path) -> None:
    assert key_bytes(PUBLIC) == bytes(KEY.verify_key)
    shipped = read_source()
    assert shipped == UpdateSource("", "")
    assert not shipped.is_known
    known = UpdateSource("https://coterie.example.org/a", PUBLIC)
    assert known.is_known
    assert known.host == "coterie.example.org"
    assert not UpdateSource("https://coterie.example.org/a", "AAAA").is_known
    file = tmp_path / "updates.json"
    assert read_source(file) == UpdateSource()
    file.write_text("{")
    assert read_source(file) == UpdateSource()
