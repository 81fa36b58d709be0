"""Installs the package in the clean root, removes it again, and compares what is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from linux.clean_root import ARCHIVES, HOME, PERSON, X_SOCKETS, CleanRoot
from linux.failure import PackagingError
from linux.file_list import SYSTEMS_OWN, difference, files_below

_APART = (HOME, "/proc", "/sys", "/dev", X_SOCKETS, ARCHIVES)
_NOT_WANTED = ("python*", "gcc*", "g++*", "cc", "c++", "clang*", "tcc", "make")
# What a desktop has anyway. Nothing else that is only recommended: what is needed must be enough.
_DESKTOP = ("desktop-file-utils", "hicolor-icon-theme", "shared-mime-info")
_MODELS = f"{HOME}/.local/share/coterie/models"
_DATABASE = f"{HOME}/.local/share/coterie/conversations.db"


@dataclass
class Install:
    """One package in one root. `before` is every file as it was before the package came."""

    root: CleanRoot
    deb: Path
    before: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        self._check_bare()
        self.root.inside(self._package).write_bytes(self.deb.read_bytes())
        self.root.as_root("apt-get", "update")
        # So that nothing of the system is renewed only because the package needs something.
        self.root.as_root("apt-get", "upgrade", "-y")
        # apt recommends it, so apt's list of what may go would not name it either.
        self.root.as_root("apt-get", "install", "-y", "--no-install-recommends", "ca-certificates")
        self.before = files_below(self.root.folder, _APART)
        print(f"The clean root has {len(self.before):,} files.", flush=True)

    def install(self) -> None:
        only = ("-y", "--no-install-recommends", *_DESKTOP)
        self.root.as_root("apt-get", "install", *only, self._package)
        # They came with the package and are to go with it.
        self.root.as_root("apt-mark", "auto", *_DESKTOP)
        self._check_bare()
        self.root.as_root("sh", "-c", "test -x /usr/bin/coterie")
        version = self.root.as_root("coterie", "--version").strip()
        kind = self.root.inside("/usr/share/mime/application/x-gguf.xml")
        if not kind.is_file():
            raise PackagingError("The system does not know GGUF files after the install.")
        installed = files_below(self.root.folder, _APART)
        print(f"Installed {version}; {len(installed) - len(self.before):,} files more.", flush=True)

    def reinstall(self) -> None:
        self.root.as_root("dpkg", "--install", self._package)

    @property
    def _package(self) -> str:
        """Its place in the root."""
        return f"/root/{self.deb.name}"

    def _check_bare(self) -> None:
        """No Python and no compiler, neither before nor with what the package brought."""
        for folder in ("/usr/bin", "/usr/local/bin"):
            for pattern in _NOT_WANTED:
                if found := list(self.root.inside(folder).glob(pattern)):
                    raise PackagingError(f"The root is not bare: it has {found[0].name}.")


def remove_and_compare(install: Install) -> None:
    """First as a script would, then as a person who says that the models go too."""
    root = install.root
    about = {"SUDO_USER": PERSON}
    root.as_root("apt-get", "remove", "-y", "coterie", environment=about)
    if not list(root.inside(_MODELS).glob("*.gguf")):
        raise PackagingError("The models went without anybody being asked.")
    install.reinstall()
    asked = about | {"DEBIAN_FRONTEND": "readline", "TERM": "dumb"}
    said = root.as_root(
        "apt-get", "purge", "-y", "--autoremove", "coterie", typed="yes\n", environment=asked
    )
    if list(root.inside(_MODELS).glob("*.gguf")):
        raise PackagingError(f"The models are still there after a yes:\n{said}")
    if not root.inside(_DATABASE).is_file():
        raise PackagingError("The chats went with the models.")
    after = files_below(root.folder, _APART)
    left = difference(install.before, after, SYSTEMS_OWN)
    if left:
        lines = [f"+ {path}" for path in left.added]
        lines += [f"~ {path}" for path in left.changed] + [f"- {path}" for path in left.gone]
        raise PackagingError("The system is not what it was:\n" + "\n".join(lines))
    print("After the purge the system is what it was; the chats are still there.", flush=True)
