"""A chat as a Markdown document: what is shown of it, who said it, and what it took."""

from __future__ import annotations

from datetime import datetime

from app import number_text
from app.chat_files.branch import shown_branch
from app.chat_files.marks import AFTER_TEXT, FORMAT_VERSION, ChatMark, Marks, MessageMark, marks_for
from app.chat_tree import ChatTree, TreeMessage
from runtime.language import marked, tr, tr_n
from runtime.protocol.messages import GenerationStats

NO_TITLE = marked("Chat")
_NAMES = {"user": marked("You"), "assistant": marked("Answer"), "system": marked("System")}
_STATUSES = {"stopped": marked("stopped"), "failed": marked("failed")}
_DOT = " \N{MIDDLE DOT} "


def as_markdown(tree: ChatTree) -> str:
    """The shown branch. `markdown_reading` takes its messages in again as they were."""
    branch = shown_branch(tree)
    marks = marks_for((tree.title, *(text for one in branch for text in _texts(one))))
    title = " ".join(tree.title.split()) or tr(NO_TITLE)
    head = ChatMark(
        tree.title, FORMAT_VERSION, created_at_s=tree.created_at_s, updated_at_s=tree.updated_at_s
    )
    parts = [f"{marks.begin(head)}\n# {title}"]
    parts += [_message(one, marks) for one in branch]
    return "\n\n".join(parts) + "\n"


def stats_line(stats: GenerationStats) -> str:
    """41.8 tok/s · first token 0.62 s · prompt 120 tokens, 100 of them cached · …"""
    parts = []
    if stats.decode_tokens_per_s is not None:
        parts.append(number_text.tokens_per_s_unit(stats.decode_tokens_per_s))
    if stats.ttft_s is not None:
        parts.append(tr("first token {time}", time=number_text.duration(stats.ttft_s)))
    parts.append(_prompt_words(stats))
    parts.append(tr_n("answer {n} token", "answer {n} tokens", stats.completion_tokens))
    return _DOT.join(parts)


def _prompt_words(stats: GenerationStats) -> str:
    if not stats.cached_tokens:
        return tr_n("prompt {n} token", "prompt {n} tokens", stats.prompt_tokens)
    return tr_n(
        "prompt {n} token, {cached} of them cached",
        "prompt {n} tokens, {cached} of them cached",
        stats.prompt_tokens,
        cached=number_text.tokens(stats.cached_tokens),
    )


def open_fence(text: str) -> str:
    """The line that closes a code block `text` leaves open, "" where it leaves none."""
    fence = ""
    for line in text.split("\n"):
        stripped = line.lstrip(" ")
        run = stripped[: len(stripped) - len(stripped.lstrip(stripped[:1]))]
        if not run or run[0] not in "`~" or len(run) < 3:
            continue
        after = stripped[len(run) :].strip()
        if not fence:
            fence = run if run[0] == "~" or "`" not in after else ""
        elif run.startswith(fence) and not after:
            fence = ""
    return fence


def _texts(message: TreeMessage) -> tuple[str, ...]:
    names = (file.name for file in message.attachments)
    return (message.text, message.reasoning, message.model_id or "", *names)


def _message(message: TreeMessage, marks: Marks) -> str:
    fence = open_fence(message.text)
    closing = f"\n{fence}" if fence else ""
    mark = MessageMark(
        message.role, message.created_at_s, message.model_id, message.status, closing
    )
    parts = [f"## {_who(message)}"]
    if message.attachments:
        names = ", ".join(_inline(file.name) for file in message.attachments)
        parts.append(tr("Attached: {names}", names=names))
    if message.reasoning:
        parts.append(_thought(message))
    parts.append(f"{marks.begin(mark)}\n{message.text}{closing}{AFTER_TEXT}{marks.end}")
    if message.stats is not None:
        parts.append(f"*{stats_line(message.stats)}*")
    return "\n\n".join(parts)


def _who(message: TreeMessage) -> str:
    parts = [tr(_NAMES[message.role])]
    if message.model_id:
        parts.append(" ".join(message.model_id.split()))
    if when := _when(message.created_at_s):
        parts.append(when)
    if message.status != "complete":
        status = " ".join(message.status.split())
        parts.append(tr(_STATUSES[status]) if status in _STATUSES else status)
    return _DOT.join(parts)


def _when(unix_s: float) -> str:
    if unix_s <= 0:
        return ""
    try:
        return f"{datetime.fromtimestamp(unix_s).astimezone():%Y-%m-%d %H:%M}"
    except (OSError, OverflowError, ValueError):  # a time no calendar has
        return ""


def _thought(message: TreeMessage) -> str:
    """A quote, since a line of it can't end a quote from inside."""
    stats = message.stats
    title = tr("Thought first")
    if stats is not None and stats.reasoning_s > 0:
        title = tr("Thought for {time}", time=number_text.duration(stats.reasoning_s))
    lines = [f"**{title}**", "", *message.reasoning.strip().splitlines()]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _inline(name: str) -> str:
    return " ".join(name.split())
