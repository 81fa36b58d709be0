"""`coterie run`: one prompt, its answer as it comes, and the numbers."""

from __future__ import annotations

import argparse
import json
import queue
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from msgspec.structs import replace

from app.cli.answer_numbers import AnswerNumbers
from app.cli.interrupts import first_interrupt
from app.cli.placement_choice import chosen_placement
from app.dashboard.expert_csv import expert_csv
from app.engine_host import Arrival, EngineHost, HostEvent, Retrying
from app.local_models import LocalModels
from app.paths import Paths
from app.quirks import QuirksFile, machine_key
from app.savings_report import SavingsReport
from app.whole_file import write_whole
from runtime.engine_process import EngineProcess, Exited
from runtime.errors import CoterieError, Problem
from runtime.exit_reasons import why
from runtime.protocol.frames import ExpertsPicked, Failed, Finished, Loaded, Text
from runtime.protocol.messages import ChatMessage, ExpertUse, GenerationStats, Sampling
from runtime.protocol.placement import Placement
from runtime.whole_text import whole_text


def run(
    options: argparse.Namespace, paths: Paths, stdin: TextIO, stdout: TextIO, stderr: TextIO
) -> int:
    """Stream the answer to `stdout`; with `--json` one object at the end instead.

    With `--experts` a table of the picks is written after both.
    """
    prompt = whole_text(options.prompt if options.prompt is not None else stdin.read())
    if not prompt.strip():
        raise CoterieError(
            Problem("no_prompt", "Nothing to answer", "The prompt is empty", "Give it some text.")
        )
    model = LocalModels(paths.models_dir, paths.header_cache).find(options.model)
    # Read first: a damaged price list must not cost a finished answer its numbers.
    report = SavingsReport.for_user(paths)
    for problem in report.problems:
        print(problem.one_line(), file=stderr)
    conversation = _OneAnswer(paths, stderr, None if options.json else stdout)
    wants_experts = options.experts is not None
    with first_interrupt(conversation.interrupted):
        try:
            placement = chosen_placement(options, paths, model)
            conversation.load(
                *(str(model.path), options.ctx, options.threads, placement),
                capture_experts=wants_experts,
            )
            sampling = Sampling(temperature=options.temperature, seed=options.seed)
            stats = conversation.ask(prompt, sampling, options.max_tokens)
        finally:
            conversation.close()
        numbers = AnswerNumbers(conversation.text, stats, report.of_answer(stats))
        _print(numbers, options, stdout, stderr)
        if wants_experts:
            _write_experts(conversation.experts, Path(options.experts))
    return 0


def _write_experts(use: ExpertUse | None, path: Path) -> None:
    if use is None:
        raise CoterieError(
            Problem(
                kind="no_experts",
                title=f"{path} was not written",
                message="This model is dense: it has no experts to count",
                remedy="Choose a mixture-of-experts model.",
            )
        )
    write_whole(path, expert_csv(use))


def _print(
    numbers: AnswerNumbers, options: argparse.Namespace, stdout: TextIO, stderr: TextIO
) -> None:
    if options.json:
        json.dump(numbers.as_json(), stdout, indent=2)
        print(file=stdout, flush=True)
    else:
        print(file=stdout, flush=True)
        print(numbers.as_line(), file=stderr)


class _OneAnswer:
    """The engine, driven from one thread through a queue."""

    def __init__(self, paths: Paths, stderr: TextIO, stream_to: TextIO | None) -> None:
        self._arrivals: queue.SimpleQueue[Arrival] = queue.SimpleQueue()
        self._stderr = stderr
        self._stream_to = stream_to
        self._log_path = paths.log_dir / "engine-cli.log"
        self._request_id: int | None = None
        self._host = EngineHost(
            lambda: EngineProcess(self._log_path),
            QuirksFile(paths.quirks_file, machine_key()),
            self._arrivals.put,
        )
        self.text = ""
        self.experts: ExpertUse | None = None

    def load(
        self,
        path: str,
        n_ctx: int,
        n_threads: int,
        placement: Placement | None,
        *,
        capture_experts: bool,
    ) -> None:
        self._host.load(
            path,
            n_ctx=n_ctx,
            n_threads=n_threads,
            placement=placement,
            capture_experts=capture_experts,
        )
        for event in self._events():
            match event:
                case Loaded():
                    for notice in event.notices:
                        print(notice.one_line(), file=self._stderr)
                    return
                case Failed(problem=problem):
                    raise CoterieError(problem)
                case Retrying():
                    print("Repacked weights crashed the engine; trying without.", file=self._stderr)

    def ask(self, prompt: str, sampling: Sampling, max_tokens: int) -> GenerationStats:
        """The answer's numbers."""
        messages = (ChatMessage("user", prompt),)
        self._request_id = self._host.generate(messages, sampling, max_tokens=max_tokens)
        return self._follow()

    def interrupted(self) -> None:
        """Stop the answer, whose numbers still come. Before it has begun there are none."""
        if self._request_id is None:
            raise KeyboardInterrupt
        self._host.cancel(self._request_id)

    def _follow(self) -> GenerationStats:
        for event in self._events():
            match event:
                case Text(text=text):
                    self.text += text
                    if self._stream_to is not None:
                        self._stream_to.write(text)
                        self._stream_to.flush()
                case ExpertsPicked(use=use):
                    self.experts = use
                case Finished(stats=stats):
                    return stats
                case Failed(problem=problem):
                    raise CoterieError(problem)
        raise AssertionError("the queue ended")

    def _events(self) -> Iterator[HostEvent]:
        while True:
            event: HostEvent | None = self._host.handle(self._arrivals.get())
            if isinstance(event, Exited):
                raise CoterieError(self._engine_gone(event))
            if event is not None:
                yield event

    def _engine_gone(self, event: Exited) -> Problem:
        problem = why(event, start_again="Try again.")
        where = f"Its log is {self._log_path}; coterie doctor checks more."
        return replace(problem, remedy=f"{problem.remedy} {where}")

    def close(self) -> None:
        self._host.stop()
