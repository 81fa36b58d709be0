"""Why a file cannot be read as a model, in sentences a person can act on."""

from __future__ import annotations

from runtime.errors import CoterieError, Problem

DOWNLOAD_AGAIN = "Download it again."
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")

# What people really end up with under a .gguf name, by its first bytes.
_KNOWN_BEGINNINGS = (
    (b"version https://git-lfs", "it is a Git LFS pointer, the model itself was never fetched"),
    (b"<!DOCTYPE", "it is a web page, saved in place of the model"),
    (b"<!doctype", "it is a web page, saved in place of the model"),
    (b"<html", "it is a web page, saved in place of the model"),
    (b"PK\x03\x04", "it is a zip archive or a PyTorch checkpoint"),
    (b"lmgg", "it is a GGML file, the format before GGUF"),
    (b"tjgg", "it is a GGJT file, the format before GGUF"),
    (b"fmgg", "it is a GGMF file, the format before GGUF"),
)


def size_text(size_bytes: int) -> str:
    """A size in decimal units with one digit after the point: 98.1 MB."""
    size = float(size_bytes)
    for unit in _UNITS:
        if size < 999.95 or unit == _UNITS[-1]:
            break
        size /= 1000
    return f"{size_bytes} B" if unit == "B" else f"{size:.1f} {unit}"


def unreadable(title: str, message: str, remedy: str = DOWNLOAD_AGAIN) -> CoterieError:
    """The error of every file that cannot be used as a model."""
    return CoterieError(Problem("model_unreadable", title, message, remedy))


def damaged(message: str) -> CoterieError:
    """The file begins as GGUF, but says something that cannot be true."""
    return unreadable("The model file is damaged", message)


def ends_early(present_bytes: int, whole_bytes: int) -> CoterieError:
    """Tensor data goes beyond the end of the file."""
    present, whole = size_text(present_bytes), size_text(whole_bytes)
    missing = size_text(whole_bytes - present_bytes)
    if present == whole:
        here = f"{missing} of {whole} are missing"
    else:
        here = f"{present} of {whole} are here, {missing} are missing"
    return unreadable("The model file is incomplete", f"The file ends early: {here}.")


def header_ends_early(present_bytes: int) -> CoterieError:
    """The file stops before its header does, so its whole size is unknown."""
    return unreadable(
        "The model file is incomplete",
        f"The file ends early, within its header: only {size_text(present_bytes)} are here.",
    )


def not_gguf(beginning: bytes) -> CoterieError:
    """The file is something else. `beginning` is its first bytes."""
    title = "This is not a GGUF model"
    if not beginning:
        return unreadable(title, "The file is empty.")
    for known, what in _KNOWN_BEGINNINGS:
        if beginning.startswith(known):
            return unreadable(title, f"This file is not a GGUF model: {what}.", _GET_GGUF)
    if beginning[8:10] == b'{"':
        what = "it is a safetensors file"
        return unreadable(title, f"This file is not a GGUF model: {what}.", _GET_GGUF)
    shown = "".join(chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}" for byte in beginning[:8])
    message = f'This file is not a GGUF model: it begins with "{shown}".'
    return unreadable(title, message, _GET_GGUF)


_GET_GGUF = "Choose a file that was made for llama.cpp; its name ends in .gguf."
