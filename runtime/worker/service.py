"""The worker's main loop: takes commands in order, loads the model, hands answers on."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from runtime.chat.template import ChatTemplate, SpecialTokens
from runtime.cores import usable_cores
from runtime.engine import bindings
from runtime.engine.bindings import AbortFlag
from runtime.engine.buffer_types import add_rpc_server
from runtime.engine.fingerprint import fingerprint
from runtime.engine.kv_file import Owner
from runtime.engine.kv_sequence import DecodeAborted
from runtime.engine.model import (
    LoadCancelled,
    LoadedModel,
    LoadOptions,
    load_model,
    without_plan,
)
from runtime.engine.native_log import NativeLog
from runtime.engine.other_load import OtherLoad
from runtime.errors import CoterieError, Problem
from runtime.gguf.model_shape import model_shape
from runtime.gguf.split_files import part_paths, read_model
from runtime.language import tr
from runtime.protocol.frames import (
    CountTokens,
    Event,
    Failed,
    Generate,
    Load,
    Loaded,
    LoadProgress,
    Measure,
    Proven,
    SaveState,
)
from runtime.protocol.placement import Placement
from runtime.worker.answering import Answerer, ThreadLimits
from runtime.worker.mailbox import Mailbox, Work

IDLE_LOOK_S = 1.0
PROGRESS_STEP = 0.01


class Service:
    """Holds at most one model. Every command of `Work` ends in exactly one final event."""

    def __init__(self, mailbox: Mailbox, abort: AbortFlag, send: Callable[[Event], None]) -> None:
        self._mailbox = mailbox
        self._abort = abort
        self._send = send
        self._log = NativeLog()
        self._log_callback = bindings.capture_log(self._write_log)
        self._other_load = OtherLoad()
        self._answerer: Answerer | None = None

    def run(self) -> None:
        """Until the process is ended by its mailbox."""
        while True:
            command = self._mailbox.next(IDLE_LOOK_S)
            # Read while idle too, so that the next answer starts with a fresh view of the machine.
            self._other_load.now()
            if command is None:
                continue
            try:
                self._handle(command)
            except CoterieError as error:
                self._send(Failed(command.request_id, error.problem))
            except (LoadCancelled, DecodeAborted):
                self._send(Failed(command.request_id, _cancelled()))
            self._mailbox.done()

    def _handle(self, command: Work) -> None:
        if isinstance(command, Load):
            self._load(command)
            return
        answerer = self._answerer
        if answerer is None:
            raise CoterieError(_no_model())
        match command:
            case Generate():
                answerer.answer(command)
            case Measure():
                self._send(answerer.measure(command))
            case CountTokens():
                self._send(answerer.count(command))
            case SaveState():
                self._send(answerer.keeper.save(command))

    def _load(self, command: Load) -> None:
        if self._answerer is not None:
            self._answerer.close()
            self._answerer = None
        path = Path(command.path)
        # What our reader refuses may abort inside llama.cpp: a block_count of 2**31 does.
        file_bytes = model_shape(read_model(path)).file_bytes
        cores = usable_cores()
        for endpoint in command.rpc_servers:
            add_rpc_server(endpoint)
        placement = placed(command, file_bytes)
        # Slow cores hold the fast ones up at every barrier.
        most = placement.n_threads or min(cores.usable, cores.performance)
        threads = ThreadLimits(command.n_threads, most, cores.logical)
        options = LoadOptions(placement, command.n_threads or most, command.capture_experts)
        model = load_model(path, options, self._log, self._abort, self._on_progress(command))
        template = ChatTemplate(
            model.chat_template(),
            SpecialTokens(model.vocabulary.bos_text, model.vocabulary.eos_text),
        )
        answerer = Answerer(
            model,
            template,
            self._abort,
            threads,
            self._other_load,
            _owner(path, placement),
            self._send,
            lambda: self._mailbox.gather_s,
        )
        try:
            answerer.prove()
        except (DecodeAborted, CoterieError):
            answerer.close()
            raise
        self._send(Proven(command.request_id))
        self._answerer = answerer
        self._send(self._loaded(command, model, template, answerer, options, file_bytes))

    def _loaded(
        self,
        command: Load,
        model: LoadedModel,
        template: ChatTemplate,
        answerer: Answerer,
        options: LoadOptions,
        file_bytes: int,
    ) -> Loaded:
        return Loaded(
            request_id=command.request_id,
            model=model.facts(file_bytes, template.switch.support),
            memory=answerer.memory(),
            n_ctx=model.n_ctx,
            n_threads=options.n_threads,
            engine=bindings.engine_version(),
            notices=(template.notice,) if template.notice else (),
        )

    def _on_progress(self, command: Load) -> Callable[[float], bool]:
        shown = -1.0

        def progress(fraction: float) -> bool:
            nonlocal shown
            if fraction >= shown + PROGRESS_STEP or fraction >= 1.0:
                shown = fraction
                self._send(LoadProgress(command.request_id, fraction))
            return not self._abort.is_set

        return progress

    def _write_log(self, level: int, text: str) -> None:
        self._log.write(level, text)
        if level != 1:  # debug lines name every layer; the log file is for people
            stamp = time.strftime("%H:%M:%S ") if text.endswith("\n") and len(text) > 2 else ""
            sys.stderr.write(stamp + text)
            sys.stderr.flush()


def _cancelled() -> Problem:
    message = tr("Loading was stopped before the model was ready")
    return Problem("cancelled", tr("Stopped"), message)


def _no_model() -> Problem:
    message = tr("Load a model, then send the message")
    return Problem("no_model", tr("No model is loaded"), message)


def placed(command: Load, file_bytes: int) -> Placement:
    """Where `command` wants things: its plan, or all on one GPU if the model fits there."""
    placement = command.placement
    if placement is None:
        placement = replace(without_plan(file_bytes, bindings.devices()), n_ctx=command.n_ctx)
    return replace(placement, use_extra_bufts=placement.use_extra_bufts and command.use_extra_bufts)


def _owner(path: Path, placement: Placement) -> Owner:
    """What a saved cache of this load must be of."""
    try:
        digest = fingerprint(part_paths(path))
    except OSError:  # gone since it was loaded: then no saved cache is of this one
        digest = secrets.token_hex(16)
    return Owner(digest, placement.kv_type, bindings.engine_version())
