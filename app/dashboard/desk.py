"""The dashboard's logic: gathers runs, samples and the session into one view, while it is seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, Protocol

import msgspec
from msgspec.structs import replace as replace_settings
from PySide6.QtCore import QObject, QTimer, Signal

from app.dashboard.answer_speed import answer_speed
from app.dashboard.card import card_values
from app.dashboard.card_values import CardValues
from app.dashboard.energy import energy_view
from app.dashboard.expert_csv import expert_csv
from app.dashboard.expert_places import expert_places
from app.dashboard.expert_totals import ExpertTotals
from app.dashboard.export import write_runs, write_table
from app.dashboard.held_devices import LoadedMemory
from app.dashboard.history import speed_history
from app.dashboard.machine_sample import MachineSample
from app.dashboard.memory_map import memory_map, settled
from app.dashboard.memory_warnings import kept, memory_warnings
from app.dashboard.money import money_view
from app.dashboard.periods import Reckoning
from app.dashboard.power_counters import CpuCounter
from app.dashboard.run import Run
from app.dashboard.run_book import RunBook, capture_cost_percent
from app.dashboard.run_sums import RunSum, counted_usage
from app.dashboard.sampler import MachineSampler, wanted
from app.dashboard.state import DashboardView, ExpertsView, Remedy
from app.dashboard.state_turns import has_ended, is_other_chat, is_same_load, new_picks
from app.in_background import InBackground
from app.local_models import LocalModel
from app.prices import PriceBook
from app.savings import savings
from app.session_state import SessionState
from app.settings import Settings
from runtime.errors import CoterieError, Problem
from runtime.language import tr
from runtime.protocol.messages import ExpertUse
from runtime.protocol.placement import Placement

LIVE_EVERY_MS = 250
# More of one model's runs than this are not looked through for its picture.
MOST_RUNS = 1_000
LEAST_N_CTX = 1024


class Session(Protocol):
    """What the dashboard asks of the session (`ChatSession`)."""

    @property
    def state(self) -> SessionState: ...
    def change_settings(self, settings: Settings) -> None: ...
    def gpu_has_left(self, free_bytes: int) -> None: ...
    def relieve_gpu(self) -> None: ...
    def restart_engine(self) -> None: ...
    def tell(self, problem: Problem) -> None: ...


class DashboardDesk(QObject):
    """Implements `DashboardCommands`. `changed` carries the new `DashboardView`.

    `read_runs` gives the runs after the one of that id, `read_loaded` the loaded model's memory,
    `hardware` this machine in one line; these are called on other threads. `choose` keeps what a
    model is to be loaded with.
    """

    changed = Signal(object)
    plan_wanted = Signal(str)

    def __init__(
        self,
        session: Session,
        prices: PriceBook,
        sampler: MachineSampler,
        totals: ExpertTotals,
        read_runs: Callable[[int], tuple[Run, ...]],
        read_loaded: Callable[[SessionState], LoadedMemory | None],
        cpu_counter: Callable[[], CpuCounter],
        hardware: Callable[[], str],
        choose: Callable[[LocalModel, Placement], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._prices, self._sampler, self._totals = session, prices, sampler, totals
        self._read_runs, self._read_loaded = read_runs, read_loaded
        self._cpu_counter, self._hardware, self._choose = cpu_counter, hardware, choose
        self._book = RunBook()
        self._state = session.state
        self._view = DashboardView()
        self._model_id = self._hardware_line = ""
        self._visible = self._reload_wanted = False
        self._samples: tuple[MachineSample, ...] = ()
        self._mapped: tuple[tuple[MachineSample, ...], LoadedMemory | None] = ((), None)
        self._loaded: LoadedMemory | None = None
        self._places: tuple[tuple[int, int, str], ...] = ()
        self._answering_since_s: float | None = None
        self._summed: tuple[str, ExpertUse | None] = ("", None)
        self._runs, self._memory = InBackground(self), InBackground(self)
        self._exports = InBackground(self)
        self._pace = QTimer(self, interval=LIVE_EVERY_MS, singleShot=True)
        self._pace.timeout.connect(self._show_live)
        sampler.sampled.connect(self._sampled)

    @property
    def view(self) -> DashboardView:
        return self._view

    def look(self, visible: bool) -> None:
        """Whether somebody sees it: nothing is drawn, and little read, while nobody does."""
        self._visible = visible
        self._want_samples()
        if visible:
            self._read_new_runs()
            self._read_memory()
            self._show_all()
        else:
            self._pace.stop()

    def show_state(self, state: SessionState) -> None:
        before, self._state = self._state, state
        self._follow_memory(before, state)
        self._follow_answer(before, state)
        if state.engine.pid != before.engine.pid:
            self._want_samples()
        self._reload()
        if not self._visible:
            return
        if state.settings != before.settings or is_other_chat(before, state):
            self._show_all()
        elif not self._pace.isActive():
            self._pace.start()

    def close(self) -> None:
        """Nothing is read any more."""
        self._pace.stop()
        self._runs.forget()
        self._memory.forget()
        self._sampler.close()

    # Commands

    def show_model(self, model_id: str) -> None:
        """The history of this model; "" for the one that answered last."""
        self._model_id = model_id
        self._show_all()

    def compare_with(self, price_id: str) -> None:
        self._set(reference_price=price_id)

    def capture_experts(self, wanted: bool) -> None:
        """The model is loaded again for it, when the running answer or load has ended."""
        self._set(capture_experts=wanted)
        self._reload_wanted = True
        self._reload()

    def _reload(self) -> None:
        state = self._session.state
        if self._reload_wanted and state.answer is None and state.engine.phase != "loading":
            self._reload_wanted = False
            if state.engine.phase == "ready":
                self._session.restart_engine()

    def forget_experts(self) -> None:
        """Begin the sum of the shown model anew."""
        model_id = self._shown_model
        self._keep(lambda: self._totals.forget(model_id))
        self._summed = ("", None)
        self._show_live()

    def relieve(self, remedy: Remedy) -> None:
        """What a warning offers."""
        state = self._state
        if remedy == "relieve_gpu":
            # What would help is planned for what is free now.
            self._session.gpu_has_left(_least_free_bytes(self._samples))
            self._session.relieve_gpu()
        elif remedy == "smaller_context":
            self._set(n_ctx=max(LEAST_N_CTX, state.engine.n_ctx // 2))
            self._session.restart_engine()
        elif remedy == "q8_kv" and state.model is not None and self._loaded is not None:
            model = state.model
            placement = msgspec.structs.replace(self._loaded.placement, kv_type="q8_0")
            self._keep(lambda: self._choose(model, placement))
            self._session.restart_engine()
        elif remedy and state.model is not None:
            self.plan_wanted.emit(state.model.id)

    def export_runs(self, path: str, file_format: Literal["csv", "json"]) -> None:
        settings = self._state.settings
        price = self._prices.reference(settings.reference_price)
        every = self._book.every
        # Ten thousand runs take seconds.
        self._exports.run(
            lambda: write_runs(Path(path), file_format, every, price, settings),
            lambda _done: None,
            self._session.tell,
        )

    def export_experts(self, path: str) -> None:
        use = self._view.experts.summed or self._view.experts.use
        if use is not None:
            failure = tr("The use of the experts was not exported")
            self._keep(lambda: write_table(Path(path), expert_csv(use), failure))

    def set_hardware(self, price_usd: float, years: float) -> None:
        self._set(hardware_usd=price_usd, hardware_years=years)

    def set_energy(self, grams_per_kwh: float, subtract_idle: bool, idle_w: float) -> None:
        self._set(grams_co2_per_kwh=grams_per_kwh, subtract_idle=subtract_idle, idle_w=idle_w)

    def _set(self, **changes: object) -> None:
        # The session's own: of two choices in one turn the second must not undo the first.
        self._session.change_settings(replace_settings(self._session.state.settings, **changes))

    def _keep(self, write: Callable[[], None]) -> None:
        try:
            write()
        except CoterieError as error:
            self._session.tell(error.problem)

    # What is read

    def _follow_answer(self, before: SessionState, state: SessionState) -> None:
        use, model = new_picks(before, state), before.model
        if use is not None and model is not None and use.tokens:
            self._keep_experts(model.id, use)
        if (before.answer is None) != (state.answer is None):
            self._answering_since_s = None if state.answer is None else time.monotonic()
            self._want_samples()
        if self._visible and has_ended(before, state):
            self._read_new_runs()

    def _keep_experts(self, model_id: str, use: ExpertUse) -> None:
        try:
            self._summed = (model_id, self._totals.add(model_id, use))
        except CoterieError as error:
            self._session.tell(error.problem)

    def _want_samples(self) -> None:
        answering = self._state.answer is not None
        pid = self._state.engine.pid
        self._sampler.want(wanted(pid, visible=self._visible, answering=answering))

    def _read_new_runs(self) -> None:
        last_id = self._book.last_id

        def read() -> tuple[RunBook | tuple[Run, ...], str]:
            runs = self._read_runs(last_id)
            # To sum 20,000 takes a third of a second: not on the window's thread.
            return runs if last_id else RunBook(runs), self._hardware()

        self._runs.run(read, self._take_runs, self._no_runs)

    def _take_runs(self, found: tuple[RunBook | tuple[Run, ...], str]) -> None:
        read, self._hardware_line = found
        had_problem, self._view = self._view.problem, replace(self._view, problem=None)
        before = self._book.count
        if isinstance(read, RunBook):
            self._book = read
        else:
            self._book.add(read)
        if (self._book.count != before or had_problem) and self._visible:
            self._show_all()

    def _no_runs(self, problem: Problem) -> None:
        self._put(replace(self._view, problem=problem))

    def _follow_memory(self, before: SessionState, state: SessionState) -> None:
        """Each answer tells the memory anew; the header is read once for each load."""
        memory = state.engine.memory
        if memory is before.engine.memory and is_same_load(before, state):
            return
        if memory is not None and self._loaded is not None and is_same_load(before, state):
            self._loaded = replace(self._loaded, memory=memory)
            return
        self._memory.forget()
        self._loaded, self._places = None, ()
        if self._visible:
            self._read_memory()

    def _read_memory(self) -> None:
        state = self._state
        if self._loaded is None and state.engine.memory is not None and state.model is not None:
            self._memory.run(
                lambda: self._read_loaded(state), self._take_loaded, self._session.tell
            )

    def _take_loaded(self, loaded: LoadedMemory | None) -> None:
        self._loaded = loaded
        self._places = expert_places(loaded.layout, loaded.where) if loaded else ()
        if self._visible:
            self._show_live()

    def _sampled(self, sample: MachineSample) -> None:
        self._samples = kept(self._samples, sample)
        if self._visible and not self._pace.isActive():
            self._pace.start()

    # What is shown

    @property
    def _shown_model(self) -> str:
        loaded = self._state.model.id if self._state.model else ""
        return self._model_id or loaded or self._book.last_model

    def _show_all(self) -> None:
        """What a new run, another chat or another setting changes, and the rest too."""
        state, now_s, model_id = self._state, time.time(), self._shown_model
        settings, book = state.settings, self._book
        history = book.of_model(model_id)[-MOST_RUNS:]
        reckoning = Reckoning(book.sums, self._prices, settings, now_s)
        chat_id = state.conversation.id
        self._view = replace(
            self._view,
            now_s=now_s,
            runs=book.count,
            model_label=self._label(model_id),
            model_id=model_id,
            models=tuple((one, self._label(one)) for one in book.models),
            card=self._card(history),
            speed=speed_history(history, self._label(model_id)),
            energy=energy_view(reckoning, self._cpu_counter(), model_id),
            money=money_view(book.sums, self._prices, settings, now_s, chat_id, model_id),
            experts=replace(self._view.experts, cost_percent=capture_cost_percent(history)),
        )
        self._show_live()

    def _show_live(self) -> None:
        """What changes while it is watched."""
        state = self._state
        now = replace(
            self._view,
            answer=answer_speed(state, self._book.sums.last),
            experts=self._experts(state),
        )
        mapped = self._mapped
        if self._samples and not (mapped[0] is self._samples and mapped[1] is self._loaded):
            self._mapped = self._samples, self._loaded
            warnings = memory_warnings(self._samples, self._loaded, self._answering_since_s)
            memory = memory_map(self._samples[-1], self._loaded, warnings)
            now = replace(now, memory=settled(self._view.memory, memory))
        self._put(now)

    def _put(self, view: DashboardView) -> None:
        if view != self._view or not self._visible:
            self._view = view
        if self._visible:
            self.changed.emit(view)

    def _experts(self, state: SessionState) -> ExpertsView:
        model_id = self._shown_model
        if self._summed[0] != model_id:
            self._summed = (model_id, self._totals.of(model_id) if model_id else None)
        seen = replace(
            self._view.experts,
            enabled=state.settings.capture_experts,
            summed=self._summed[1],
            use=None,
            supported=True,
            places=(),
        )
        if state.model is None or state.model.id != model_id:
            return seen
        facts = state.engine.facts
        running = state.answer.experts if state.answer is not None else None
        return replace(
            seen,
            use=running or state.last_experts,
            supported=facts is None or facts.expert_count > 0,
            places=self._places,
        )

    def _card(self, history: Sequence[Run]) -> CardValues | None:
        """Of the shown model's last run."""
        if not history:
            return None
        run, settings = history[-1], self._state.settings
        price = self._prices.reference(settings.reference_price)
        usage = counted_usage(RunSum.of([run.stats]), settings)
        saved = savings(price, usage, settings.electricity_usd_per_kwh)
        return card_values(run, self._name(run.model_id), saved, self._hardware_line)

    def _label(self, model_id: str) -> str:
        model = self._model(model_id)
        return model_id if model is None else f"{model.name} {model.quantisation}".strip()

    def _name(self, model_id: str) -> str:
        model = self._model(model_id)
        return model_id if model is None else model.name

    def _model(self, model_id: str) -> LocalModel | None:
        return next((m for m in self._state.models if m.id == model_id), None)


def _least_free_bytes(samples: Sequence[MachineSample]) -> int:
    """Of the GPUs whose driver tells; 0 where none does."""
    gpus = samples[-1].gpus if samples else ()
    return min((gpu.free_bytes for gpu in gpus if gpu.free_bytes is not None), default=0)
