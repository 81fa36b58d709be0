"""Decides what fetched bytes say: signed by the right key, whole, newest, still valid, newer."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from app.updates.finding import Finding, FindingKind, Question
from app.updates.manifest import Manifest, NotAManifest, is_newer, read_manifest
from app.updates.source import key_bytes

SIGNATURE_BYTES = 64
# What the clocks of two computers may differ by.
_CLOCKS_DIFFER = timedelta(days=2)


def judged(data: bytes, signature: bytes, question: Question, now: datetime) -> Finding:
    """What a manifest and its signature mean to who asked. Nothing is read before the signature."""
    if not is_signed(data, signature, question.key):
        return Finding("bad_signature")
    try:
        manifest = read_manifest(data)
    except NotAManifest:
        return Finding("unreadable")
    if doubt := _doubt(manifest, question.seen_issued_at, now):
        return Finding(doubt)
    return Finding(
        kind="newer" if is_newer(manifest.version, question.version) else "current",
        issued_at=manifest.issued_at,
        version=manifest.version,
        released=manifest.released.isoformat(),
        notes=manifest.notes,
        page=manifest.page,
    )


def is_signed(data: bytes, signature: bytes, key: str) -> bool:
    """Whether `signature`, in base64, is the Ed25519 one of `data` by `key`."""
    public = key_bytes(key)
    try:
        bare = base64.b64decode(signature.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    if public is None or len(bare) != SIGNATURE_BYTES:
        return False
    try:
        VerifyKey(public).verify(data, bare)
    except BadSignatureError:
        return False
    return True


def _doubt(manifest: Manifest, seen: datetime | None, now: datetime) -> FindingKind | None:
    """Why a signed manifest is not believed, None where it is."""
    if seen is not None and manifest.issued_at < seen:
        return "older"
    if now >= manifest.expires_at:
        return "expired"
    if manifest.issued_at > now + _CLOCKS_DIFFER:
        return "not_yet"
    return None
