"""What a repository holds at one commit, with sizes and hashes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runtime.hub.frames import HubFile, HubRepository
from runtime.hub.model_files import models_of
from runtime.hub.summary import summary_of

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import RepoSibling

_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def described(api: HfApi, repo: str, revision: str) -> HubRepository:
    """`repo` at the commit that `revision` ("" the main branch) names now."""
    info = api.model_info(repo, revision=revision or None, files_metadata=True)
    if not info.sha or not _COMMIT.fullmatch(info.sha):
        raise ValueError("the hub named no commit")
    files = (_file(sibling) for sibling in info.siblings or ())
    return HubRepository(summary_of(info), info.sha, models_of(info.id, files))


def _file(sibling: RepoSibling) -> HubFile:
    lfs = sibling.lfs
    size = lfs.size if lfs else sibling.size
    sha256 = lfs.sha256 if lfs and _SHA256.fullmatch(lfs.sha256) else ""
    return HubFile(sibling.rfilename, size if isinstance(size, int) else 0, sha256)
