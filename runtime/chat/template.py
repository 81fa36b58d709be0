"""Chat templates: Jinja text out of a GGUF, so run in a sandbox and under a deadline."""

from __future__ import annotations

import ctypes
import datetime
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import jinja2
import jinja2.sandbox

from runtime.chat.thinking_marks import Style, continued, style_of
from runtime.chat.thinking_switch import NO_SWITCH, ThinkingSwitch, find_switch
from runtime.errors import Problem
from runtime.language import tr
from runtime.protocol.messages import ChatMessage, Reasoning
from runtime.whole_text import whole_text

RENDER_DEADLINE_S = 2.0
INTERRUPT_AGAIN_S = 0.1
MAX_PROMPT_CHARACTERS = 8_000_000
MAX_REASON_CHARACTERS = 300
LARGEST_FACTOR = 2**53
AS_THE_MODEL_DOES = Reasoning()

# ChatML: what most models without a template of their own understand best.
DEFAULT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

Result = TypeVar("Result")

# What a template can raise out of Jinja, out of Python's compiler for the code that Jinja makes of
# it, and out of the methods of strings and numbers that it may call.
TEMPLATE_ERRORS = (
    jinja2.TemplateError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


class TemplateFailed(Exception):
    """The model's template is broken, endless, or refuses these messages: one short line of why."""

    def __init__(self, reason: str) -> None:
        line = " ".join(whole_text(reason[: 4 * MAX_REASON_CHARACTERS]).split())
        super().__init__(line[:MAX_REASON_CHARACTERS])


class _DeadlineReached(BaseException):
    """Raised into the rendering thread; a BaseException, so no `except` on the way swallows it."""


@dataclass(frozen=True)
class SpecialTokens:
    """Special tokens as a template may write them."""

    bos: str
    eos: str


class ChatTemplate:
    """One model's template. Renders with the default one when the model's own does not work."""

    def __init__(
        self, source: str | None, tokens: SpecialTokens, deadline_s: float = RENDER_DEADLINE_S
    ) -> None:
        self._tokens = tokens
        self._deadline_s = deadline_s
        self._default = _compile(DEFAULT_TEMPLATE)
        self._own: jinja2.Template | None = None
        self.notice: Problem | None = None
        self.switch: ThinkingSwitch = NO_SWITCH
        self.style: Style = style_of(source or "")
        if source is None:
            self.notice = _notice(
                tr(
                    "This model has no chat template of its own, so its answers may be worse than "
                    "they could be"
                )
            )
            return
        try:
            self._own = _bounded(deadline_s, lambda: _compile(source))
            if not self.render((ChatMessage("user", "Hello"),)).strip():
                raise TemplateFailed(tr("it writes nothing"))
        except TemplateFailed as error:
            self._own = None
            self.notice = _notice(
                tr(
                    "This model has a chat template that does not work ({why}), so its answers may "
                    "be worse than they could be",
                    why=error,
                )
            )
            self.style = "tags"
        else:
            self.switch = self._find_switch()

    def _find_switch(self) -> ThinkingSwitch:
        def rendered(values: dict[str, Any]) -> str:
            return self._text((ChatMessage("user", "Hello"),), values)

        try:
            return _bounded(self._deadline_s, lambda: find_switch(rendered))
        except TemplateFailed:
            return NO_SWITCH

    def render(
        self, messages: tuple[ChatMessage, ...], reasoning: Reasoning = AS_THE_MODEL_DOES
    ) -> str:
        """The prompt text. A last assistant message is left open, to be continued.

        `TemplateFailed` when the template fails on these messages or outlasts its deadline.
        """
        partial = ""
        if messages and messages[-1].role == "assistant":
            partial = messages[-1].content
            messages = messages[:-1]
        values = self.switch.values(reasoning)
        text = _bounded(self._deadline_s, lambda: self._text(messages, values))
        if len(text) > MAX_PROMPT_CHARACTERS:
            raise TemplateFailed(tr("it writes an endless prompt"))
        return continued(text, partial, self.style) if partial else text

    def _text(self, messages: tuple[ChatMessage, ...], further: dict[str, Any]) -> str:
        template = self._own or self._default
        values: dict[str, Any] = {
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "add_generation_prompt": True,
            "bos_token": self._tokens.bos,
            "eos_token": self._tokens.eos,
            "raise_exception": _refuse,
            "strftime_now": _strftime_now,
        }
        return template.render(values | further)


class _BoundedEnvironment(jinja2.sandbox.ImmutableSandboxedEnvironment):
    """Refuses the operators whose one call can outlast any deadline inside the interpreter."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(
        self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any
    ) -> Any:
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if not numbers or operator == "**" or max(abs(left), abs(right)) > LARGEST_FACTOR:
            raise jinja2.TemplateError(
                tr("it uses {operator} on what is not two plain numbers", operator=operator)
            )
        return super().call_binop(context, operator, left, right)


def _compile(source: str) -> jinja2.Template:
    environment = _BoundedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _to_json
    return environment.from_string(source)


def _to_json(value: Any, indent: int | None = None) -> str:
    # Jinja's own tojson escapes < and > for HTML, which models were not trained on.
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(reason: str) -> NoReturn:
    raise jinja2.TemplateError(reason)


def _strftime_now(pattern: str) -> str:
    return datetime.datetime.now().astimezone().strftime(pattern)


def _bounded(deadline_s: float, work: Callable[[], Result]) -> Result:
    """`work()` on what a template says; `TemplateFailed` for whatever comes of that."""
    try:
        return _within(deadline_s, work)
    except (RecursionError, MemoryError) as error:
        raise TemplateFailed(tr("it needs too much memory")) from error
    except TEMPLATE_ERRORS as error:
        raise TemplateFailed(str(error) or type(error).__name__) from error


def _within(deadline_s: float, work: Callable[[], Result]) -> Result:
    """Run `work` on this thread, interrupting its Python code once `deadline_s` has passed."""
    this_thread = ctypes.c_ulong(threading.get_ident())
    lock = threading.Lock()
    finished = threading.Event()

    def interrupt() -> None:
        wait_s = deadline_s
        while not finished.wait(wait_s):
            with lock:
                if not finished.is_set():
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(
                        this_thread, ctypes.py_object(_DeadlineReached)
                    )
            # Python ignores an exception that arrives while it collects garbage: once is too few.
            wait_s = INTERRUPT_AGAIN_S

    def finish() -> None:
        with lock:
            finished.set()

    try:
        try:
            threading.Thread(target=interrupt, name="template-deadline", daemon=True).start()
            return work()
        finally:
            # An interrupt that is already on its way arrives before the end of this block.
            finish()
    except _DeadlineReached:
        finish()
        raise TemplateFailed(tr("it did not end in time")) from None


def _notice(message: str) -> Problem:
    return Problem(
        kind="default_template",
        title=tr("A standard chat format is in use"),
        message=message,
        remedy=tr("Look for another file of the same model that carries its chat template."),
    )
