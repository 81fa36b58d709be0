"""File names for chats that every system takes and that are in nobody's way."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable

from runtime.language import marked, tr

LONGEST_BYTES = 120
ENDING = ".md"
NO_TITLE = marked("Chat")
_REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def file_names(titles: Iterable[str], taken: Iterable[str]) -> tuple[str, ...]:
    """A name for each title. None is in `taken` or twice, whatever the case of its letters."""
    used = {_same(name) for name in taken}
    names = []
    for title in titles:
        stem = file_stem(title)
        tries = itertools.chain((stem,), (f"{stem} {number}" for number in itertools.count(2)))
        name = next(f"{one}{ENDING}" for one in tries if _same(f"{one}{ENDING}") not in used)
        used.add(_same(name))
        names.append(name)
    return tuple(names)


def file_stem(title: str) -> str:
    """`title` without what some system refuses, and not too long for any."""
    plain = unicodedata.normalize("NFC", _REFUSED.sub(" ", title))
    seen = "".join(sign for sign in plain if unicodedata.category(sign) not in ("Cc", "Cf", "Cs"))
    line = " ".join(seen.split()).encode()[:LONGEST_BYTES].decode("utf-8", "ignore").strip(" .")
    if not line:
        return tr(NO_TITLE)
    return f"{line}_" if _DEVICES.fullmatch(line) else line


def _same(name: str) -> str:
    """Names that some file system takes for one another."""
    return unicodedata.normalize("NFC", name).casefold()
