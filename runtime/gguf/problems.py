"""Why a file cannot be read as a model, in sentences a person can act on."""

from __future__ import annotations

from runtime.errors import CoterieError, Problem
from runtime.language import marked, number, tr

DOWNLOAD_AGAIN = marked("Download it again.")
_GET_GGUF = marked("Choose a file that was made for llama.cpp; its name ends in .gguf.")
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")

# What people really end up with under a .gguf name, by its first bytes.
_WEB_PAGE = marked("This file is not a GGUF model: it is a web page, saved in place of the model.")
_KNOWN_BEGINNINGS = (
    (
        b"version https://git-lfs",
        marked(
            "This file is not a GGUF model: it is a Git LFS pointer, the model itself was never "
            "fetched."
        ),
    ),
    (b"<!DOCTYPE", _WEB_PAGE),
    (b"<!doctype", _WEB_PAGE),
    (b"<html", _WEB_PAGE),
    (
        b"PK\x03\x04",
        marked("This file is not a GGUF model: it is a zip archive or a PyTorch checkpoint."),
    ),
    (
        b"lmgg",
        marked("This file is not a GGUF model: it is a GGML file, the format before GGUF."),
    ),
    (
        b"tjgg",
        marked("This file is not a GGUF model: it is a GGJT file, the format before GGUF."),
    ),
    (
        b"fmgg",
        marked("This file is not a GGUF model: it is a GGMF file, the format before GGUF."),
    ),
)


def size_text(size_bytes: int) -> str:
    """A size in decimal units with one digit after the point: 98.1 MB."""
    size = float(size_bytes)
    for unit in _UNITS:
        if size < 999.95 or unit == _UNITS[-1]:
            break
        size /= 1000
    return f"{size_bytes} B" if unit == "B" else f"{number(size, '.1f')} {unit}"


def unreadable(title: str, message: str, remedy: str = "") -> CoterieError:
    """The error of every file that cannot be used as a model; without `remedy`, download again."""
    return CoterieError(Problem("model_unreadable", title, message, remedy or tr(DOWNLOAD_AGAIN)))


def damaged(message: str) -> CoterieError:
    """The file begins as GGUF, but says something that cannot be true."""
    return unreadable(tr("The model file is damaged"), message)


def ends_early(present_bytes: int, whole_bytes: int) -> CoterieError:
    """Tensor data goes beyond the end of the file."""
    present, whole = size_text(present_bytes), size_text(whole_bytes)
    missing = size_text(whole_bytes - present_bytes)
    if present == whole:
        message = tr(
            "The file ends early: {missing} of {whole} are missing.", missing=missing, whole=whole
        )
    else:
        message = tr(
            "The file ends early: {present} of {whole} are here, {missing} are missing.",
            present=present,
            whole=whole,
            missing=missing,
        )
    return unreadable(tr("The model file is incomplete"), message)


def header_ends_early(present_bytes: int) -> CoterieError:
    """The file stops before its header does, so its whole size is unknown."""
    return unreadable(
        tr("The model file is incomplete"),
        tr(
            "The file ends early, within its header: only {present} are here.",
            present=size_text(present_bytes),
        ),
    )


def not_gguf(beginning: bytes) -> CoterieError:
    """The file is something else. `beginning` is its first bytes."""
    title = tr("This is not a GGUF model")
    if not beginning:
        return unreadable(title, tr("The file is empty."))
    for known, sentence in _KNOWN_BEGINNINGS:
        if beginning.startswith(known):
            return unreadable(title, tr(sentence), tr(_GET_GGUF))
    if beginning[8:10] == b'{"':
        message = tr("This file is not a GGUF model: it is a safetensors file.")
        return unreadable(title, message, tr(_GET_GGUF))
    shown = "".join(chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}" for byte in beginning[:8])
    message = tr('This file is not a GGUF model: it begins with "{beginning}".', beginning=shown)
    return unreadable(title, message, tr(_GET_GGUF))
