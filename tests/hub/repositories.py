"""What the hub holds: repositories, their commits and files, and who may read them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

Gated = Literal["no", "auto", "manual"]
LFS_BYTES = 10 << 20
POINTER_BYTES = 134  # The size of the text that git holds in place of a large file.
LFS_ENDINGS = (".gguf", ".bin", ".dat", ".imatrix", ".safetensors")


@dataclass(frozen=True)
class Declared:
    """A file on the disk whose sha256 is said and not worked out: it may be a lie."""

    path: Path
    sha256: str


Content = bytes | Path | Declared


@dataclass(frozen=True)
class StoredFile:
    """One file of a commit. Its hash is worked out when it is first asked for."""

    repo: str
    path: str
    content: Content

    @cached_property
    def size_bytes(self) -> int:
        return len(self.content) if isinstance(self.content, bytes) else self.disk.stat().st_size

    @property
    def disk(self) -> Path:
        """Where the bytes are, for a file that is not in memory."""
        assert not isinstance(self.content, bytes)
        return self.content.path if isinstance(self.content, Declared) else self.content

    @cached_property
    def sha256(self) -> str:
        match self.content:
            case Declared(sha256=sha256):
                return sha256
            case bytes():
                return hashlib.sha256(self.content).hexdigest()
        with self.disk.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @cached_property
    def git_oid(self) -> str:
        """A stand-in for git's blob id: as long, and another one for other bytes."""
        key = f"{self.repo} {self.path} {self.size_bytes} ".encode()
        if isinstance(self.content, bytes):
            key += self.content
        else:
            key += str(self.disk.stat().st_mtime_ns).encode()
        return hashlib.sha1(key, usedforsecurity=False).hexdigest()

    @property
    def is_lfs(self) -> bool:
        return self.path.endswith(LFS_ENDINGS) or self.size_bytes > LFS_BYTES

    @property
    def name(self) -> str:
        """`owner/name/file`, what a fault's `match` is looked for in."""
        return f"{self.repo}/{self.path}"


@dataclass(frozen=True)
class Commit:
    oid: str
    files: Mapping[str, StoredFile]
    made_at: datetime


@dataclass
class Repository:
    """`branches` are names of commits; `facts` is what the API says of it, by the API's names."""

    id: str
    gated: Gated = "no"
    private: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        return self.id.split("/")[0]

    def resolve(self, revision: str) -> Commit | None:
        """The commit of a branch, or of a commit's own id."""
        return self.commits.get(self.branches.get(revision, revision))

    def commit(self, files: Mapping[str, Content], branch: str) -> Commit:
        """Put `files` on top of what the branch holds."""
        before = self.resolve(branch)
        all_files = dict(before.files) if before else {}
        all_files |= {path: StoredFile(self.id, path, data) for path, data in files.items()}
        blobs = sorted(file.git_oid for file in all_files.values())
        key = f"{self.id} {len(self.commits)} {blobs}"
        oid = hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest()
        made = Commit(oid, all_files, datetime.now(UTC))
        self.commits[oid] = made
        self.branches[branch] = oid
        return made


@dataclass
class Account:
    """Who a token belongs to, and the gated or private repositories they may read."""

    name: str
    may_read: set[str] = field(default_factory=set)

    def reads(self, repository: Repository) -> bool:
        return repository.id in self.may_read or repository.owner == self.name
