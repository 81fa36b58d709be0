"""Takes out of a crash report what must not be in it: the person's folders, and keys."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

# Of hubs, code hosts and clouds, and what stands behind a word that announces one.
_KEYS = re.compile(
    r"\b(?:hf|ghp|gho|github_pat|glpat|sk|pk|xox[abp])[_-][A-Za-z0-9_-]{6,}"
    r"|\b(?i:bearer|basic)\s+[A-Za-z0-9+/._~=-]{8,}"
    r"|(?i:\b\w*(?:token|api[_-]?key|password|secret))\s*[=:]\s*(?!\d+\b)\S+"
)
_PASSWORD = re.compile(r"(?<=://)[^/@\s]+@")
_HOMES = re.compile(r"(?:/home|/Users|[A-Za-z]:\\Users|[A-Za-z]:/Users)[\\/][^\\/\s:\"',;)]+")
HIDDEN = "[hidden]"


def cleaned(text: str, home: Path) -> str:
    """`text` with the home folder as ~ and without anything that looks like a key."""
    for own in sorted({str(home), str(home.resolve())}, key=len, reverse=True):
        if PurePath(own).parent != PurePath(own):  # not the root, which is in every path
            text = re.sub(r"(?<!\w)" + re.escape(own) + r"(?![\w-])", "~", text)
    text = _HOMES.sub("~", text)
    return _KEYS.sub(HIDDEN, _PASSWORD.sub("", text))
