"""One answer from start to end: fit the prompt, read it, generate, report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import psutil

from runtime.chat.context_fit import DoesNotFit, Fit, fit, without_oldest_turn
from runtime.chat.stop_strings import StopStrings
from runtime.chat.template import ChatTemplate, TemplateFailed
from runtime.chat.thinking import splitter_for
from runtime.chat.thinking_marks import marks_of
from runtime.engine.bindings import AbortFlag
from runtime.engine.grammar import GrammarChain
from runtime.engine.kv_file import Owner
from runtime.engine.kv_sequence import DecodeAborted, KvSequence
from runtime.engine.model import LoadedModel
from runtime.engine.other_load import OtherLoad
from runtime.engine.sampler import SamplerChain
from runtime.engine.threads import ThreadState, TokenSample, after_token, start_state
from runtime.errors import CoterieError
from runtime.protocol.frames import (
    CountTokens,
    Event,
    Finished,
    Generate,
    Measure,
    Measured,
    PromptProgress,
    TokenCounts,
)
from runtime.protocol.messages import (
    ChatMessage,
    DeviceMemory,
    FinishReason,
    GenerationStats,
    MemoryUse,
)
from runtime.worker.answer_problems import full_problem, template_problem
from runtime.worker.energy import EnergyMeter
from runtime.worker.expert_report import ExpertReport
from runtime.worker.gpu_energy import gpu_counters
from runtime.worker.grammar_source import GrammarSource
from runtime.worker.kv_keeper import KvKeeper
from runtime.worker.measuring import made_up_tokens, measure
from runtime.worker.outbox import TextOutbox
from runtime.worker.speed import SpeedMeter

PROOF_TOKENS = 8
# In so many tokens at the end of a prompt an opening mark of thought is found.
PROMPT_END_TOKENS = 24


@dataclass(frozen=True)
class ThreadLimits:
    """`fixed` is the person's own number, 0 to adapt between 1 and `most`."""

    fixed: int
    most: int
    logical_cores: int


@dataclass
class _Progress:
    """What one answer has done so far."""

    meter: SpeedMeter = field(default_factory=SpeedMeter)
    cached_tokens: int = 0
    prompt_tokens: int = 0
    evaluated_tokens: int = 0
    prompt_s: float = 0.0


class Answerer:
    """Answers one `Generate` at a time on a loaded model; the KV cache lives on between them."""

    def __init__(
        self,
        model: LoadedModel,
        template: ChatTemplate,
        abort: AbortFlag,
        threads: ThreadLimits,
        other_load: OtherLoad,
        owner: Owner,
        send: Callable[[Event], None],
        gather_s: Callable[[], float],
    ) -> None:
        self._model = model
        self._template = template
        self._abort = abort
        self._limits = threads
        self._other_load = other_load
        self._send = send
        self._gather_s = gather_s
        self._sequence = KvSequence(model.context, abort, model.n_batch)
        self._grammars = GrammarSource(abort)
        self.keeper = KvKeeper(self._sequence, owner, model.n_ctx)
        self._threads = self._thread_start()
        self._read_gpus = gpu_counters(_uses_gpu(model.memory))

    def prove(self) -> None:
        """Throw-away tokens: the engine works here, and the first answer finds it warm.

        One alone and a few together, since products of one row and of several have kernels of
        their own, and a fault may be in either.
        """
        sequence, vocabulary = self._sequence, self._model.vocabulary
        sequence.set_threads(self._threads.n_threads)
        sequence.add(vocabulary.tokenize(" ")[:1])
        sequence.add(made_up_tokens(PROOF_TOKENS, vocabulary.size))
        sequence.clear()

    def answer(self, request: Generate) -> None:
        """Run `request` to its end, sending its events.

        `CoterieError` when it can't be answered; what was cached stays usable in every case.
        """
        energy = EnergyMeter(read_gpus=self._read_gpus)
        fitted = self._fit(request)
        # Not as the model loads: llama.cpp 0.5.0 throws (unordered_map::at) over text that has a
        # byte without a token of its own, which no vocabulary but a damaged one lacks.
        self._model.vocabulary.show(marks_of(self._template.style))
        progress = _Progress(prompt_tokens=len(fitted.tokens))
        outbox = self._outbox(request, fitted.tokens)
        experts = ExpertReport(self._model.picks, request.request_id, self._send)
        reason: FinishReason = "cancelled"
        try:
            with experts, self._sampler(request, fitted.tokens, outbox) as sampler:
                self.keeper.take_up(request.state_path, fitted.tokens)
                progress.cached_tokens = self._sequence.keep_prefix_of(fitted.tokens)
                self._threads = self._thread_start()
                new_tokens = fitted.tokens[progress.cached_tokens :]
                self._read_prompt(request, new_tokens, progress, experts)
                reason = self._generate(request, sampler, progress.meter, outbox, experts)
        except DecodeAborted:
            pass
        outbox.finish(progress.meter, self._threads.n_threads)
        experts.tell()
        stats = self._stats(request, reason, progress, fitted, energy)
        self._send(Finished(request.request_id, stats))

    def _outbox(self, request: Generate, prompt: list[int]) -> TextOutbox:
        messages, style = request.messages, self._template.style
        continues = bool(messages) and messages[-1].role == "assistant" and messages[-1].content
        prompt_end = self._model.vocabulary.text(prompt[-PROMPT_END_TOKENS:])
        splitter = splitter_for(style, prompt_end, continues=bool(continues))
        stop = StopStrings(request.sampling.stop)
        return TextOutbox(request.request_id, self._send, splitter, stop, self._gather_s)

    def _sampler(self, request: Generate, prompt: list[int], outbox: TextOutbox) -> SamplerChain:
        sampling, vocabulary = request.sampling, self._model.vocabulary
        grammar = self._grammars.wanted(sampling)
        if grammar:
            return GrammarChain(sampling, vocabulary, prompt, grammar, outbox.is_answering)
        return SamplerChain(sampling, vocabulary.size, prompt)

    def count(self, command: CountTokens) -> TokenCounts:
        vocabulary = self._model.vocabulary
        counts = (len(vocabulary.tokenize(text, add_special=False)) for text in command.texts)
        return TokenCounts(command.request_id, tuple(counts))

    def measure(self, request: Measure) -> Measured:
        """Time made-up tokens with as many threads as may be used; no sampling, no template."""
        n_threads = self._limits.fixed or self._limits.most
        return measure(request, self._model, self._sequence, self._abort, n_threads)

    def _fit(self, request: Generate) -> Fit:
        try:
            fitted = fit(
                request.messages,
                self._model.n_ctx,
                request.max_tokens,
                drop_oldest=request.drop_oldest,
                tokenize=lambda messages: self._tokenize(messages, request),
            )
        except TemplateFailed as error:
            raise CoterieError(template_problem(error)) from error
        if isinstance(fitted, DoesNotFit):
            has_older = without_oldest_turn(request.messages) is not None
            raise CoterieError(full_problem(fitted, may_drop=has_older and not request.drop_oldest))
        return fitted

    def _tokenize(self, messages: tuple[ChatMessage, ...], request: Generate) -> list[int]:
        text = self._template.render(messages, request.reasoning)
        return self._model.vocabulary.tokenize(text)

    def _read_prompt(
        self, request: Generate, tokens: list[int], progress: _Progress, experts: ExpertReport
    ) -> None:
        started_s = time.monotonic()
        self._report(request, progress)
        n_batch = self._model.n_batch
        for start in range(0, len(tokens), n_batch):
            if self._abort.is_set:
                raise DecodeAborted
            self._sequence.set_threads(self._threads.n_threads)
            batch = tokens[start : start + n_batch]
            self._sequence.add(batch)
            experts.passed(len(batch), len(self._sequence.tokens))
            progress.evaluated_tokens = start + len(batch)
            progress.prompt_s = time.monotonic() - started_s
            self._report(request, progress)
            if start + n_batch < len(tokens):
                self._threads = self._thread_start()

    def _report(self, request: Generate, progress: _Progress) -> None:
        self._send(
            PromptProgress(
                request.request_id,
                progress.evaluated_tokens,
                progress.cached_tokens,
                progress.prompt_tokens,
                progress.prompt_s,
            )
        )

    def _generate(
        self,
        request: Generate,
        sampler: SamplerChain,
        meter: SpeedMeter,
        outbox: TextOutbox,
        experts: ExpertReport,
    ) -> FinishReason:
        vocabulary, sequence, abort = self._model.vocabulary, self._sequence, self._abort
        n_ctx, max_tokens = self._model.n_ctx, request.max_tokens
        while True:
            token = sampler.sample(self._model.context)
            if abort.is_set:
                return "cancelled"
            if token is None or vocabulary.is_end(token):
                return "stop"
            now_s = time.monotonic()
            meter.token_at(now_s)
            outbox.add(vocabulary.piece(token), meter, self._threads.n_threads)
            if outbox.stopped:
                return "stop"
            if meter.count == max_tokens:
                return "length"
            if len(sequence.tokens) >= n_ctx:
                return "context_full"
            sequence.add_one(token)
            experts.passed(1, len(sequence.tokens))
            self._adapt(time.monotonic(), now_s)

    def _adapt(self, now_s: float, before_s: float) -> None:
        if self._limits.fixed:
            return
        sample = TokenSample(now_s - before_s, now_s, self._other_load.now())
        chosen = after_token(self._threads, sample)
        if chosen.n_threads != self._threads.n_threads:
            self._sequence.set_threads(chosen.n_threads)
        self._threads = chosen

    def _thread_start(self) -> ThreadState:
        limits = self._limits
        if limits.fixed:
            return ThreadState(limits.fixed, limits.fixed, limits.logical_cores)
        return start_state(limits.most, limits.logical_cores, self._other_load.now())

    def _stats(
        self,
        request: Generate,
        reason: FinishReason,
        progress: _Progress,
        fitted: Fit,
        energy: EnergyMeter,
    ) -> GenerationStats:
        meter = progress.meter
        first_s = meter.first_s
        prompt_s = progress.prompt_s
        return GenerationStats(
            finish_reason=reason,
            prompt_tokens=progress.prompt_tokens,
            cached_tokens=progress.cached_tokens,
            completion_tokens=meter.count,
            ttft_s=None if first_s is None else first_s - request.sent_at_s,
            prompt_tokens_per_s=progress.evaluated_tokens / prompt_s if prompt_s > 0 else None,
            decode_tokens_per_s=meter.decode_tokens_per_s,
            elapsed_s=time.monotonic() - request.sent_at_s,
            n_threads=self._threads.n_threads,
            context_used=len(self._sequence.tokens),
            dropped_turns=fitted.dropped_turns,
            energy=energy.stop(),
            memory=self.memory(),
            reasoning_tokens=meter.thought_tokens,
            reasoning_s=meter.thought_s,
        )

    def memory(self) -> MemoryUse:
        """The engine's buffers as logged, and this process's resident set now."""
        return MemoryUse(self._model.memory, psutil.Process().memory_info().rss)

    def close(self) -> None:
        self._sequence.close()
        self._model.close()


def _uses_gpu(devices: Iterable[DeviceMemory]) -> bool:
    """Whether something lies on a GPU of this machine; another one's counters can't be read."""
    return any(
        device.weights_bytes and not device.is_host and not device.name.startswith("RPC")
        for device in devices
    )
