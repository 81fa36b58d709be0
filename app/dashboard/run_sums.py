"""Runs summed up by day, by chat and by model: a new run is added without asking the others."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from app.dashboard.days import day_of
from app.dashboard.run import Run
from app.savings import Usage
from app.settings import Settings
from runtime.protocol.messages import GenerationStats

# Speeds and power are those of a model's latest runs: older ones may be of another placement.
RECENT_RUNS = 30


@dataclass(frozen=True)
class RunSum:
    """What some runs took together.

    `prompt_s` is the time in which `evaluated_tokens` of prompts were read, `decode_s` that in
    which `decoded_tokens` were written; runs too short to have a speed are left out there.
    `metered` are the joules that counters read of a run, and the seconds that it lasted.
    """

    runs: int = 0
    usage: Usage = field(default_factory=Usage)
    elapsed_s: float = 0.0
    evaluated_tokens: int = 0
    prompt_s: float = 0.0
    decoded_tokens: int = 0
    decode_s: float = 0.0
    metered: tuple[tuple[float, float], ...] = ()

    @property
    def prompt_tokens_per_s(self) -> float | None:
        return self.evaluated_tokens / self.prompt_s if self.prompt_s > 0 else None

    @property
    def decode_tokens_per_s(self) -> float | None:
        return self.decoded_tokens / self.decode_s if self.decode_s > 0 else None

    @classmethod
    def of(cls, answers: Sequence[GenerationStats]) -> RunSum:
        """The sum over `answers`."""
        # Of a prompt that was never read to its end it isn't known how many tokens were.
        read = [
            (s.prompt_tokens - s.cached_tokens, s.prompt_tokens_per_s)
            for s in answers
            if s.prompt_tokens_per_s and s.completion_tokens and s.prompt_tokens > s.cached_tokens
        ]
        written = [
            (s.completion_tokens - 1, s.decode_tokens_per_s)
            for s in answers
            if s.decode_tokens_per_s and s.completion_tokens > 1
        ]
        return cls(
            len(answers),
            Usage.of(answers),
            sum(s.elapsed_s for s in answers),
            sum(tokens for tokens, _ in read),
            sum(tokens / rate for tokens, rate in read),
            sum(tokens for tokens, _ in written),
            sum(tokens / rate for tokens, rate in written),
            tuple(
                (s.energy.joules - s.energy.estimated_joules, s.elapsed_s)
                for s in answers
                if s.energy.joules > s.energy.estimated_joules
            ),
        )


def joined(sums: Iterable[RunSum]) -> RunSum:
    """One sum of several."""
    every = tuple(sums)
    return RunSum(
        sum(s.runs for s in every),
        together(s.usage for s in every),
        sum(s.elapsed_s for s in every),
        sum(s.evaluated_tokens for s in every),
        sum(s.prompt_s for s in every),
        sum(s.decoded_tokens for s in every),
        sum(s.decode_s for s in every),
        tuple(pair for s in every for pair in s.metered),
    )


def together(usages: Iterable[Usage]) -> Usage:
    """One usage of several."""
    every = tuple(usages)
    return Usage(
        sum(u.prompt_tokens for u in every),
        sum(u.cached_tokens for u in every),
        sum(u.completion_tokens for u in every),
        sum(u.joules for u in every),
        sum(u.estimated_joules for u in every),
        tuple(dict.fromkeys(note for u in every for note in u.energy_notes)),
    )


def counted_usage(total: RunSum, settings: Settings) -> Usage:
    """`total` with idle power taken off each run where that is wanted, never below zero.

    An estimate is of busy cores alone, so only what a counter read has idle power in it.
    """
    usage = total.usage
    if not settings.subtract_idle or not total.metered:
        return usage
    idle_w = settings.idle_w
    idle_joules = sum(min(joules, idle_w * seconds) for joules, seconds in total.metered)
    joules = max(0.0, usage.joules - idle_joules)
    return replace(usage, joules=joules, estimated_joules=min(usage.estimated_joules, joules))


class RunSums:
    """Every stored run, summed. Days are those of the calendar here."""

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self.first: Run | None = None
        self.last: Run | None = None
        self._ever = RunSum()
        self._days: dict[date, RunSum] = {}
        self._chats: dict[int, RunSum] = {}
        self._chat_ends: dict[int, tuple[Run, Run]] = {}
        self._recent: defaultdict[str, deque[GenerationStats]] = defaultdict(
            lambda: deque(maxlen=RECENT_RUNS)
        )
        self.add(*runs)

    def add(self, *runs: Run) -> None:
        """Runs that are not in the sums yet."""
        if not runs:
            return
        days: defaultdict[date, list[GenerationStats]] = defaultdict(list)
        chats: defaultdict[int, list[Run]] = defaultdict(list)
        ordered = sorted(runs, key=_when)
        for run in ordered:
            days[day_of(run.ended_at_s)].append(run.stats)
            self._recent[run.model_id].append(run.stats)
            if run.conversation_id is not None:
                chats[run.conversation_id].append(run)
        self.first = min((r for r in (self.first, ordered[0]) if r), key=_when)
        self.last = max((r for r in (self.last, ordered[-1]) if r), key=_when)
        new = {day: RunSum.of(answers) for day, answers in days.items()}
        self._ever = joined((self._ever, *new.values()))
        for day, total in new.items():
            self._days[day] = joined((self._days.get(day, RunSum()), total))
        for chat, theirs in chats.items():
            self._add_to_chat(chat, theirs)

    @property
    def ever(self) -> RunSum:
        return self._ever

    @property
    def days(self) -> Mapping[date, RunSum]:
        """The days with runs, in no order."""
        return self._days

    def of_day(self, day: date) -> RunSum:
        return self._days.get(day, RunSum())

    def of_chat(self, conversation_id: int) -> RunSum:
        return self._chats.get(conversation_id, RunSum())

    def chat_ends(self, conversation_id: int) -> tuple[Run, Run] | None:
        """The first and the last run of a chat, None before the first."""
        return self._chat_ends.get(conversation_id)

    def recent(self, model_id: str = "") -> RunSum:
        """The latest runs of a model, "" for the one that answered last."""
        wanted = model_id or (self.last.model_id if self.last else "")
        return RunSum.of(self._recent[wanted]) if wanted in self._recent else RunSum()

    def _add_to_chat(self, chat: int, runs: list[Run]) -> None:
        new = RunSum.of([run.stats for run in runs])
        self._chats[chat] = joined((self._chats.get(chat, RunSum()), new))
        known = (*self._chat_ends.get(chat, ()), runs[0], runs[-1])
        self._chat_ends[chat] = min(known, key=_when), max(known, key=_when)


def _when(run: Run) -> tuple[float, int]:
    return run.ended_at_s, run.id
