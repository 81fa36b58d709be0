"""Where one file comes from: its link, resolved again when it has expired, and checked."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping

import httpx2

from runtime.errors import Problem
from runtime.hub.frames import HubFile
from runtime.hub.links import Link, endpoint, is_offline, resolve_link, stored_token
from runtime.hub.refusals import LinkProblem, offline
from runtime.language import tr


class Source:
    """One file of a repository at a commit; several connections share it."""

    def __init__(
        self,
        client: httpx2.Client,
        repo: str,
        revision: str,
        file: HubFile,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.client = client
        self.file = file
        self._repo = repo
        self._revision = revision
        self._environ = environ
        self._lock = threading.Lock()
        self._link: Link | None = None
        self._etag = ""

    @property
    def etag(self) -> str:
        """The strong ETag the file's server gave first, "" before and without one."""
        return self._etag

    def keep_etag(self, etag: str) -> None:
        self._etag = self._etag or etag

    def forget_etag(self) -> None:
        self._etag = ""

    def token(self) -> str | None:
        return stored_token(self._environ)

    def link(self) -> Link:
        """The link of now. Raises LinkProblem."""
        with self._lock:
            if self._link is None:
                self._link = self._resolved()
            return self._link

    def expire(self, link: Link) -> None:
        """`link` is not good any more; another one that came since is."""
        with self._lock:
            if self._link is link:
                self._link = None

    def _resolved(self) -> Link:
        if is_offline(self._environ):
            raise offline()
        hub = endpoint(self._environ)
        link = resolve_link(
            self.client, hub, self._repo, self._revision, self.file.path, self.token()
        )
        if (
            (link.commit and link.commit != self._revision)
            or (link.size_bytes is not None and link.size_bytes != self.file.size_bytes)
            or (link.sha256 and self.file.sha256 and link.sha256 != self.file.sha256)
        ):
            raise LinkProblem(_changed(self._repo, self.file.path), f"{hub}/{self._repo}")
        return link


def _changed(repo: str, path: str) -> Problem:
    return Problem(
        kind="file_changed",
        title=tr("The file on the hub is another one now"),
        message=tr(
            "{path} of {repo} is not what was found when the download was started.",
            path=path,
            repo=repo,
        ),
        remedy=tr("Cancel this download and look the model up again."),
    )
