"""The connections of one file: each claims a piece, fetches its rest, and tries again."""

from __future__ import annotations

import threading
from collections.abc import Callable

import httpx2

from runtime.downloads.halt import Halt, Halted
from runtime.downloads.log import log
from runtime.downloads.part_file import Claim, PartFile
from runtime.downloads.ranged_get import Asked, Body, LinkExpired, OtherFile, Unusable, ranged_get
from runtime.downloads.source import Source
from runtime.downloads.speed import Meter, SpeedLimit
from runtime.downloads.tries import Tries
from runtime.downloads.whole_body import WholeBody
from runtime.errors import Problem
from runtime.hub.links import Link
from runtime.hub.refusals import LinkProblem
from runtime.language import tr

_IDLE_S = 0.1
_PATIENCE_S = 0.2
_OTHER_FILE_TRIES = 3


class Connections:
    """Threads that fill `part`. What can't be tried again is handed to `on_error`, once each."""

    def __init__(
        self,
        part: PartFile,
        source: Source,
        limit: SpeedLimit,
        meter: Meter,
        halt: Halt,
        on_error: Callable[[Exception], None],
    ) -> None:
        self.tries = Tries()
        self.skipped_bytes = 0
        self._part = part
        self._source = source
        self._limit = limit
        self._meter = meter
        self._halt = halt
        self._on_error = on_error
        self._lock = threading.Lock()
        self._wanted = 0
        self._threads: dict[int, threading.Thread] = {}
        self._is_over = False
        self._ignores_ranges = False

    def set_count(self, count: int) -> None:
        """Use `count` connections from now on; surplus ones end after their piece."""
        with self._lock:
            self._wanted = max(1, count)
            for number in range(self._wanted):
                if number not in self._threads and not self._is_over:
                    self._threads[number] = threading.Thread(
                        target=self._work, args=(number,), name=f"fetch-{number}", daemon=True
                    )
                    self._threads[number].start()

    def finish(self) -> None:
        """End the threads: all pieces are there, or the halt is set."""
        with self._lock:
            self._is_over = True
            threads = list(self._threads.values())
        patience_s = _PATIENCE_S
        while any(thread.is_alive() for thread in threads):
            self._halt.nudge()
            for thread in threads:
                thread.join(_PATIENCE_S / len(threads))
            if self._halt.is_set():
                # Who still waits for a server's first answer can't write: see Halt.reading.
                patience_s -= _PATIENCE_S / 2
                if patience_s <= 0:
                    return

    def try_now(self) -> None:
        """End the waits."""
        self.tries.forget_waits()
        self._halt.nudge()

    def _work(self, number: int) -> None:
        try:
            while self._is_wanted(number):
                claim = self._claim(number)
                if claim is None:
                    self.tries.stopped(number)
                    self._halt.rest(_IDLE_S)
                    continue
                try:
                    rest_s = self._try(number, claim)
                finally:
                    self._part.release(claim.index)
                if rest_s:
                    self._halt.rest(rest_s)
        except Halted:
            return
        except Exception as error:  # noqa: BLE001 - the top of a thread: its owner decides.
            self._on_error(error)

    def _is_wanted(self, number: int) -> bool:
        with self._lock:
            if not self._is_over and number < self._wanted:
                return True
            self._threads.pop(number, None)
            return False

    def _claim(self, number: int) -> Claim | None:
        if self._ignores_ranges and number > 0:
            return None
        return self._part.claim()

    def _try(self, number: int, claim: Claim) -> float:
        """Fetch the rest of a piece: seconds to wait, as the failure asks for, before the next."""
        rest_s = self.tries.rest_s()
        if rest_s:
            self._halt.rest(rest_s)
        try:
            self._fetch(number, claim)
            self.tries.stopped(number)
            return 0.0
        except LinkProblem as error:
            if not error.is_passing:
                raise
            problem, after_s = error.problem, error.retry_after_s
        except Unusable as error:
            self._halt.check()
            problem, after_s = _interrupted(str(error)), error.retry_after_s
            if isinstance(error, LinkExpired) and not self.tries.failures(number):
                after_s = -1.0
        except (httpx2.TransportError, httpx2.DecodingError, httpx2.InvalidURL) as error:
            self._halt.check()
            problem, after_s = _interrupted(_words(error)), 0.0
        rest_s = self.tries.failed(number, problem, max(0.0, after_s))
        if after_s < 0:
            return 0.0
        log(f"connection {number}: {problem.message} Next try in {rest_s:.1f} s.")
        return rest_s

    def _fetch(self, number: int, claim: Claim) -> None:
        link = self._source.link()
        self._halt.check()
        etag = self._source.etag
        size_bytes = self._source.file.size_bytes
        asked = Asked(claim.begin, claim.end, size_bytes, etag)
        try:
            with (
                ranged_get(self._source.client, link, self._source.token(), asked) as body,
                self._halt.reading(body.socket),
            ):
                self._source.keep_etag(body.etag)
                if body.begin == asked.begin and body.end <= asked.end:
                    self._fill(number, claim, body)
                else:
                    self._pick_from_whole(number, claim, body)
        except LinkExpired:
            self._source.expire(link)
            raise
        except OtherFile:
            self._other_file(number, link)
            raise

    def _other_file(self, number: int, link: Link) -> None:
        """A new link may lead to the right one; servers also change a tag for the same bytes."""
        self._source.expire(link)
        if self.tries.failures(number) + 1 >= _OTHER_FILE_TRIES:
            self._source.forget_etag()

    def _fill(self, number: int, claim: Claim, body: Body) -> None:
        self._ignores_ranges = False
        for chunk in body.chunks():
            if self._halt.is_set():
                raise Halted
            self._part.write(claim.index, chunk)
            self._arrived(number, len(chunk))

    def _arrived(self, number: int, size_bytes: int) -> None:
        """Count what came, and rest as the speed limit asks."""
        self.tries.received(number)
        self._meter.add(size_bytes)
        rest_s = self._limit.take(size_bytes)
        while rest_s > 0:
            self._halt.rest(min(rest_s, 0.5))
            rest_s -= 0.5

    def _pick_from_whole(self, number: int, claim: Claim, body: Body) -> None:
        """The server sent the file from its start: one connection alone picks what is missing."""
        self._ignores_ranges = True
        if number > 0:
            return
        with WholeBody(self._part, claim) as whole:
            for chunk in body.chunks():
                self._halt.check()
                self.skipped_bytes += whole.take(chunk)
                self._arrived(number, len(chunk))
                if self._part.is_complete:
                    return


def _interrupted(reason: str) -> Problem:
    return Problem(
        kind="download_interrupted",
        title=tr("The download was interrupted"),
        message=tr("The connection failed: {reason}.", reason=reason),
        remedy=tr("It goes on by itself when the server answers again."),
    )


def _words(error: Exception) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return tr("nothing came for too long")
    return (str(error) or type(error).__name__)[:200].rstrip(".")
