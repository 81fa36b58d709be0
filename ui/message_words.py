"""What stands under a message: how the answer goes, what it took, which model wrote it."""

from __future__ import annotations

from dataclasses import dataclass

from app import number_text
from app.session_state import MessageView, RunningAnswer, SessionState
from runtime.language import marked, tr, tr_n
from runtime.protocol.messages import GenerationStats

DOT = " \u00b7 "
_REASONS = {
    "stop": marked("stop: end"),
    "length": marked("stop: length limit"),
    "cancelled": marked("stopped by you"),
    "context_full": marked("stop: context full"),
}


@dataclass(frozen=True)
class Surroundings:
    """What all messages of a chat depend on: nothing can be asked for while an answer is written.

    `model_names` are those of the models on this computer, without the chat's own.
    """

    busy: bool = False
    ready: bool = True
    model_names: tuple[tuple[str, str], ...] = ()
    own_model_id: str | None = None

    def other_model(self, message: MessageView) -> str:
        """The name of the model that wrote it; "" when it is the one the chat has now."""
        if message.model_id is None or message.model_id == self.own_model_id:
            return ""
        return dict(self.model_names).get(message.model_id, message.model_id)


def surroundings(state: SessionState) -> Surroundings:
    return Surroundings(
        busy=state.answer is not None,
        ready=state.engine.phase == "ready",
        model_names=tuple((model.id, model.name) for model in state.models),
        own_model_id=state.model.id if state.model else None,
    )


def running_line(answer: RunningAnswer) -> str:
    if answer.phase == "queued":
        return tr("Sent to the model")
    if answer.phase == "prompt":
        done = answer.cached_tokens + answer.evaluated_tokens
        return tr_n(
            "Reading the prompt, {done} of {n} token",
            "Reading the prompt, {done} of {n} tokens",
            answer.prompt_tokens,
            done=number_text.tokens(done),
        )
    parts = [tr("Answering"), _tokens(answer.completion_tokens)]
    if answer.tokens_per_s is not None:
        parts.append(number_text.tokens_per_s_unit(answer.tokens_per_s))
    return DOT.join(parts)


def statistics_line(message: MessageView, model_name: str = "") -> str:
    """`model_name` is told when it is another one than the chat has now."""
    parts = _statistics(message.stats) if message.stats is not None else []
    if message.stats is None and message.status == "stopped":
        parts = [tr("Stopped by you") if message.text else tr("Stopped before the first token")]
    if model_name:
        parts.insert(max(0, len(parts) - 1), model_name)
    return DOT.join(parts)


def _statistics(stats: GenerationStats) -> list[str]:
    parts = []
    if stats.decode_tokens_per_s is not None:
        parts.append(number_text.tokens_per_s_unit(stats.decode_tokens_per_s))
    if stats.ttft_s is not None:
        parts.append(tr("first token {time}", time=number_text.duration(stats.ttft_s)))
    parts.append(_prompt(stats))
    if stats.dropped_turns:
        parts.append(
            tr_n("{n} oldest turn left out", "{n} oldest turns left out", stats.dropped_turns)
        )
    parts.append(tr(_REASONS[stats.finish_reason]))
    return parts


def _prompt(stats: GenerationStats) -> str:
    if not stats.cached_tokens:
        return tr_n("{n} prompt token", "{n} prompt tokens", stats.prompt_tokens)
    return tr_n(
        "{n} prompt token ({cached} cached)",
        "{n} prompt tokens ({cached} cached)",
        stats.prompt_tokens,
        cached=number_text.tokens(stats.cached_tokens),
    )


def _tokens(count: int) -> str:
    return tr_n("{n} token", "{n} tokens", count)


def thinking_line(answer: RunningAnswer) -> str:
    """While it thinks, then what the thinking took."""
    if answer.text:
        return thought_line(answer.reasoning_s, answer.reasoning_tokens)
    return tr("Thinking\u2026 {time}", time=whole_seconds(answer.reasoning_s))


def thought_line(seconds: float, tokens: int) -> str:
    parts = []
    if seconds > 0:
        parts.append(tr("Thought for {time}", time=whole_seconds(seconds)))
    if tokens:
        parts.append(_tokens(tokens))
    return DOT.join(parts) if seconds > 0 else DOT.join([tr("Thinking"), *parts])


def whole_seconds(seconds: float) -> str:
    """As it counts up: 0 s, 3 s, 1 min 17 s."""
    return number_text.duration(round(seconds)) if round(seconds) >= 10 else f"{round(seconds)} s"


def finished_announcement(message: MessageView) -> str:
    """What a screen reader says once an answer is there; its text is read in its own place."""
    if message.status == "failed":
        return tr("The answer was cut short")
    return tr("Answer stopped") if message.status == "stopped" else tr("Answer finished")
