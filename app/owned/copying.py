"""Copies one file so that it can be relied on: written, brought to the disk, and read again."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

from app.owned.digests import BLOCK_BYTES, Digester, FileDigest, digest_of
from runtime.errors import CoterieError, Problem
from runtime.language import tr

# Copying and checking each go over all bytes.
PASSES = 2
_FICLONE = 0x40049409  # linux/fs.h: both files share their blocks until one is changed


def copy_checked(source: Path, target: Path, advance: Callable[[int], None]) -> FileDigest:
    """Copy into the new file `target`, which is gone again when anything fails or `advance` raises.

    Raises FileExistsError and other OSErrors, and CoterieError of kind "copy_differs" when what
    arrived is not what was read.
    """
    with source.open("rb") as reader, target.open("xb") as writer:
        try:
            status = os.fstat(reader.fileno())
            shared = _share_blocks(reader.fileno(), writer.fileno())
            copied = None if shared else _copied(reader.fileno(), writer.fileno(), advance)
            os.fsync(writer.fileno())
            _forget_cached(writer.fileno())
            if copied is None:
                advance(status.st_size)
            arrived = digest_of(target, advance)
            if arrived.size_bytes != status.st_size or (copied or arrived) != arrived:
                raise _differs(source, target)
            os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
        except BaseException:
            with contextlib.suppress(OSError):
                target.unlink()
            raise
    return arrived


def take_name(partial: Path, final: Path) -> None:
    """Give the file its final name, unless a file has it. Raises FileExistsError, OSError."""
    try:
        os.link(partial, final, follow_symlinks=False)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # exFAT and others have no hard links
        if os.path.lexists(final):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(final)) from None
        partial.rename(final)
    else:
        partial.unlink()


def _copied(reader: int, writer: int, advance: Callable[[int], None]) -> FileDigest:
    with Digester() as digester:
        while block := os.read(reader, BLOCK_BYTES):
            _write_all(writer, block)
            digester.update(block)
            advance(len(block))
        return digester.digest()


def _write_all(writer: int, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[os.write(writer, view) :]


def _share_blocks(reader: int, writer: int) -> bool:
    """Whether the file system copied without writing (btrfs, XFS)."""
    if sys.platform != "linux":
        return False
    import fcntl

    try:
        fcntl.ioctl(writer, _FICLONE, reader)
    except OSError:
        return False
    return True


def _forget_cached(descriptor: int) -> None:
    """Have the check read the disk and not what memory still holds of the write."""
    if sys.platform == "linux":
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def _differs(source: Path, target: Path) -> CoterieError:
    return CoterieError(
        Problem(
            "copy_differs",
            tr("The copy is not right"),
            tr(
                "What arrived in {folder} is not what was read from {source}",
                folder=target.parent,
                source=source,
            ),
            tr("Check both disks, then try again. The copy was deleted."),
        )
    )
