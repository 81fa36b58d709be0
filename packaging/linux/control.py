"""The texts inside the .deb: control data, checksums, changelog and copyright."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

MAINTAINER = "The Coterie project <coterie@localhost>"
# Needed to check who a server is, and for the question on removal.
ALWAYS = ("ca-certificates", "debconf (>= 0.5) | debconf-2.0")
RECOMMENDS = ("desktop-file-utils", "hicolor-icon-theme", "shared-mime-info", "xdg-utils")
_KIB = 1024


@dataclass(frozen=True)
class Control:
    """What the control file says of this build."""

    version: str
    depends: str
    installed_kib: int
    architecture: str = "amd64"


def control_text(control: Control) -> str:
    fields = {
        "Package": "coterie",
        "Version": control.version,
        "Architecture": control.architecture,
        "Maintainer": MAINTAINER,
        "Installed-Size": str(control.installed_kib),
        "Depends": control.depends,
        "Recommends": ", ".join(RECOMMENDS),
        "Section": "science",
        "Priority": "optional",
        "Description": "run mixture-of-experts language models on your own computer\n"
        " Coterie finds, downloads and runs quantised mixture-of-experts models (GGUF)\n"
        " and shows what that really takes: tokens per second, memory, energy and the\n"
        " money saved against a named price.\n"
        " .\n"
        " Nothing that is typed leaves the computer, and no account is needed.",
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def installed_kib(tree: Path) -> int:
    """As dpkg-gencontrol counts: each file rounded up, 1 for a folder or a link."""
    total = 0
    for path in tree.rglob("*"):
        if path.is_file() and not path.is_symlink():
            total += -(-path.stat().st_size // _KIB)
        else:
            total += 1
    return total


def md5sums(tree: Path) -> str:
    """One line for each file, in the order of their names."""
    lines = []
    for path in sorted(tree.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "md5").hexdigest()
            lines.append(f"{digest}  {path.relative_to(tree).as_posix()}\n")
    return "".join(lines)


def changelog_text(version: str, date: str) -> str:
    """In Debian's form; what changed is told in the program's own change log."""
    return (
        f"coterie ({version}) stable; urgency=medium\n\n"
        f"  * Version {version}; see CHANGELOG.md of the source.\n\n"
        f" -- {MAINTAINER}  {date}\n"
    )


def copyright_text(licences: str) -> str:
    """Coterie's own licence; `licences` is where those of the libraries lie when installed."""
    return (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        "Upstream-Name: Coterie\n"
        "Comment: The licences of the libraries that come with it, in full, are in\n"
        f" {licences}\n\n"
        "Files: *\n"
        "Copyright: 2026 The Coterie project\n"
        "License: Apache-2.0\n"
        " On Debian systems the text of the Apache License, version 2.0, is in\n"
        " /usr/share/common-licenses/Apache-2.0.\n"
    )
