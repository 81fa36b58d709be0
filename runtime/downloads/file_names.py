"""Which names from the hub may become files: an allow-list, the same on every system."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from runtime.downloads.frames import DownloadRequest
from runtime.errors import CoterieError, Problem
from runtime.language import tr, tr_n

MOST_FILES = 1000
MOST_FILE_BYTES = 1 << 43
_MOST_PATH = 400
_MOST_SEGMENT = 180  # Leaves room for what is put behind a name, in the 255 bytes of a name.
_MOST_DEPTH = 8
_SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+=@,()\[\] -]*")
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|COM[0-9]|LPT[0-9])", re.I)
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHA256 = re.compile(r"[0-9a-f]{64}|")


def is_safe_segment(name: str) -> bool:
    """Whether `name` may be one file's or folder's name on Linux, macOS and Windows."""
    if not 0 < len(name) <= _MOST_SEGMENT or not _SEGMENT.fullmatch(name):
        return False
    stem = name.split(".", 1)[0].rstrip(" ")
    return name[-1] not in ". " and not _RESERVED.fullmatch(stem)


def is_safe_path(path: str, most_depth: int = _MOST_DEPTH) -> bool:
    """Whether `path`, with `/` between its segments, stays below where it is put."""
    segments = path.split("/")
    return (
        len(path) <= _MOST_PATH
        and len(segments) <= most_depth
        and all(is_safe_segment(segment) for segment in segments)
    )


def check_request(request: DownloadRequest) -> None:
    """`CoterieError` of kind "name_refused" or "request_refused" unless it can be downloaded."""
    if not is_safe_path(request.repo, most_depth=2):
        raise _name_refused(request.repo)
    if not _COMMIT.fullmatch(request.revision):
        raise _refused(tr("its version is not pinned to a commit"))
    if not 0 < len(request.files) <= MOST_FILES:
        count = len(request.files)
        raise _refused(tr_n("it has {n} files", "it has {n} files", count, n=count))
    for file in request.files:
        if not is_safe_path(file.path):
            raise _name_refused(file.path)
        if not 0 < file.size_bytes <= MOST_FILE_BYTES or not _SHA256.fullmatch(file.sha256):
            reason = tr("the size or the checksum of {path} makes no sense", path=file.path)
            raise _refused(reason)
    collision = first_collision([file.path for file in request.files])
    if collision:
        reason = tr("two of its files would get the same name, {name}", name=collision)
        raise _refused(reason)


def first_collision(paths: list[str]) -> str:
    """A path that is the same as another, or a folder of another, where case does not count."""
    files = [path.casefold() for path in paths]
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    seen: set[str] = set()
    for path, folded in zip(paths, files, strict=True):
        if folded in seen or folded in folders:
            return path
        seen.add(folded)
    return ""


def final_path(models_dir: Path, repo: str, path: str) -> Path:
    """Where a file goes. `CoterieError` when a link on the way leads somewhere else."""
    segments = [*repo.split("/"), *path.split("/")]
    way = models_dir
    for segment in segments:
        way = way / segment
        if way.is_symlink():
            raise CoterieError(
                Problem(
                    kind="name_refused",
                    title=tr("A link is in the way"),
                    message=tr("{path} is a link, and downloads do not follow links.", path=way),
                    remedy=tr("Rename or remove the link, then try again."),
                )
            )
    return way


def _name_refused(name: str) -> CoterieError:
    shown = ascii(name[:120])[1:-1]
    return CoterieError(
        Problem(
            kind="name_refused",
            title=tr("This model is not downloaded"),
            message=tr(
                'A name in its repository is not safe as a file name: "{name}".', name=shown
            ),
            remedy=tr("Choose another repository of the same model."),
        )
    )


def _refused(reason: str) -> CoterieError:
    return CoterieError(
        Problem(
            kind="request_refused",
            title=tr("This model is not downloaded"),
            message=tr("What the hub says about it can't be used: {reason}.", reason=reason),
            remedy=tr("Look it up on the hub again, or choose another repository."),
        )
    )
