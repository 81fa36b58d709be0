"""Makes keys, writes and signs the announcement of a version (docs/updates.md)."""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

# Run as a file; then what lies beside it is on the path, and the program is not.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import msgspec
from nacl.signing import SigningKey

from app.updates.judging import is_signed
from app.updates.manifest import (
    FORMAT,
    SIGNATURE_SUFFIX,
    Manifest,
    NotAManifest,
    OfferedFile,
    read_manifest,
)

USUAL_DAYS = 60


def make_key(path: Path) -> str:
    """Write a new secret key, which no file may be in the way of; returns the public one."""
    key = SigningKey.generate()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(base64.b64encode(bytes(key)).decode() + "\n")
    return public_key(key)


def read_key(path: Path) -> SigningKey:
    return SigningKey(base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True))


def public_key(key: SigningKey) -> str:
    """As assets/updates.json has it."""
    return base64.b64encode(bytes(key.verify_key)).decode()


def offered(path: Path) -> OfferedFile:
    """What the announcement says of a package."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return OfferedFile(path.name, digest, path.stat().st_size)


def manifest_bytes(
    version: str,
    released: date,
    page: str,
    notes: str,
    files: dict[str, Path],
    now: datetime,
    days: int = USUAL_DAYS,
) -> bytes:
    """The announcement. NotAManifest where the program would not read it."""
    manifest = Manifest(
        format=FORMAT,
        version=version,
        released=released,
        issued_at=now.replace(microsecond=0),
        expires_at=now.replace(microsecond=0) + timedelta(days=days),
        notes=notes.strip(),
        page=page,
        files={platform: offered(path) for platform, path in files.items()},
    )
    data = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    read_manifest(data)
    return data


def sign(path: Path, key: SigningKey) -> Path:
    """Write the signature beside the announcement. NotAManifest where that is none."""
    data = path.read_bytes()
    read_manifest(data)
    beside = path.with_name(path.name + SIGNATURE_SUFFIX)
    beside.write_bytes(base64.b64encode(key.sign(data).signature) + b"\n")
    if not is_signed(data, beside.read_bytes(), public_key(key)):
        raise NotAManifest("the signature does not hold")
    return beside


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code; 1 with one line where it could not be done."""
    options = _parser().parse_args(arguments)
    try:
        print(options.run(options))
    except (NotAManifest, OSError, ValueError) as error:
        print(f"Not done: {error}", file=sys.stderr)
        return 1
    return 0


def _keys(options: argparse.Namespace) -> str:
    return f"Public key, for assets/updates.json: {make_key(options.secret)}"


def _write(options: argparse.Namespace) -> str:
    data = manifest_bytes(
        *(options.version, options.released, options.page),
        options.notes.read_text(encoding="utf-8"),
        dict(options.file),
        datetime.now(UTC),
        options.days,
    )
    options.manifest.write_bytes(data)
    return f"Written: {options.manifest}. Read it, then sign it."


def _sign(options: argparse.Namespace) -> str:
    return f"Signed: {sign(options.manifest, read_key(options.secret))}"


def _check(options: argparse.Namespace) -> str:
    data = options.manifest.read_bytes()
    beside = options.manifest.with_name(options.manifest.name + SIGNATURE_SUFFIX)
    if not is_signed(data, beside.read_bytes(), options.public):
        raise NotAManifest("the signature is not of this key")
    manifest = read_manifest(data)
    return f"Coterie {manifest.version}, believed until {manifest.expires_at:%Y-%m-%d %H:%M} UTC"


def _platform_file(text: str) -> tuple[str, Path]:
    platform, _, path = text.partition("=")
    return platform, Path(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sign_manifest.py", description=__doc__)
    commands = parser.add_subparsers(required=True)
    keys = commands.add_parser("keys", help="make a secret key; prints the public one")
    keys.add_argument("secret", type=Path)
    keys.set_defaults(run=_keys)
    write = commands.add_parser("write", help="write the announcement of a version")
    write.add_argument("manifest", type=Path)
    write.add_argument("--version", required=True)
    write.add_argument("--released", type=date.fromisoformat, default=datetime.now(UTC).date())
    write.add_argument("--page", required=True, help="where a person finds the packages (https)")
    write.add_argument("--notes", type=Path, required=True, help="a text file: what is new")
    write.add_argument("--days", type=int, default=USUAL_DAYS, help="how long it is believed")
    write.add_argument(
        "--file", type=_platform_file, action="append", default=[], metavar="PLATFORM=PACKAGE"
    )
    write.set_defaults(run=_write)
    signing = commands.add_parser("sign", help="write the signature beside it")
    signing.add_argument("manifest", type=Path)
    signing.add_argument("--secret", type=Path, required=True)
    signing.set_defaults(run=_sign)
    check = commands.add_parser("check", help="read both as the program does")
    check.add_argument("manifest", type=Path)
    check.add_argument("--public", required=True)
    check.set_defaults(run=_check)
    return parser


if __name__ == "__main__":
    sys.exit(main())
