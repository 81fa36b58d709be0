"""What the card of experts says in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from heapq import nlargest

from app import number_text
from app.dashboard.expert_shares import ExpertShares, Order, Top, counts_of
from app.dashboard.state import ExpertsView, Explained
from runtime.language import marked, number, tr, tr_n
from runtime.protocol.messages import ExpertUse

OFF = marked(
    "The engine can count which experts the router picks, layer by layer. That shows whether a few"
    " carry most of the work."
)
WAITING = marked("Counts appear with the next answer.")
UNSUPPORTED = marked("This model has no experts to count.")
_LOUDEST = 3


@dataclass(frozen=True)
class Share:
    """One figure of the card."""

    name: str
    figure: str
    below: str
    definition: str
    explained: Explained | None = None


def shares(found: ExpertShares, use: ExpertUse) -> tuple[Share, ...]:
    """With the sum behind each of them."""
    picks = sum(sum(row) for row in counts_of(use))
    tops = (found.busiest, *found.tops)
    sums = [
        ((tr("Picks of these experts"), round(top.share * picks)), (tr("All picks"), picks))
        for top in tops
    ]
    repeated = (tr("Picks of the same experts as the token before"), use.repeated)
    sums.append((repeated, (tr("Picks after the first token"), use.comparable)))
    never = (tr("Experts that were never picked"), found.never)
    sums.append((never, (tr("Experts of all layers"), found.cells)))
    return tuple(
        replace(share, explained=_explained(share, inputs, use))
        for share, inputs in zip(_named(found), sums, strict=True)
    )


def _explained(share: Share, inputs: Iterable[tuple[str, int]], use: ExpertUse) -> Explained:
    said = tuple((name, number(count, ",")) for name, count in inputs)
    counted_in = tr(
        "Counted by the engine where the router picked: {tokens} tokens, {used} experts a layer"
        " for each.",
        tokens=number_text.tokens(use.tokens),
        used=number(use.n_used, ","),
    )
    return Explained(share.name, share.definition, said, (counted_in,))


def _named(found: ExpertShares) -> tuple[Share, ...]:
    tops = zip((0.10, 0.25, 0.50), found.tops, strict=True)
    named = [
        _top(tr("Busiest {share}", share=number_text.share(share)), top) for share, top in tops
    ]
    again = number_text.EN_DASH if found.overlap is None else number_text.share(found.overlap)
    return (
        _top(tr("Busiest {n} a layer", n=number(found.busiest.count, ",")), found.busiest),
        *named,
        Share(
            tr("Picked again"),
            again,
            "",
            tr("Picks that fell on an expert the token before had picked in the same layer."),
        ),
        Share(
            tr("Never picked"),
            number(found.never, ","),
            tr("of {count}", count=number(found.cells, ",")),
            tr("Experts of all layers that no token was sent to."),
        ),
    )


def _top(name: str, top: Top) -> Share:
    even = number_text.share(top.even)
    definition = tr_n(
        "Share of all picks that fell on the busiest expert of each layer; if the router picked"
        " evenly it would be {even}.",
        "Share of all picks that fell on the {n} busiest experts of each layer; if the router"
        " picked evenly it would be {even}.",
        top.count,
        even=even,
    )
    return Share(name, number_text.share(top.share), tr("even: {share}", share=even), definition)


def counted(use: ExpertUse) -> str:
    """48 layers by 128 experts, and through how many tokens."""
    return tr(
        "{layers} layers \u00d7 {experts} experts, {tokens} tokens",
        layers=number(len(use.layers), ","),
        experts=number(use.n_experts, ","),
        tokens=number_text.tokens(use.tokens),
    )


def how(use: ExpertUse, cost_percent: float | None) -> Explained:
    """The whole card."""
    slower = tr(number_text.NOT_MEASURED)
    if cost_percent is not None:
        slower = f"{number(cost_percent, '.1f')} %"
    return Explained(
        tr("Expert use"),
        tr(
            "For each token the router of each layer picks {used} of {experts} experts. A cell is"
            " an expert's share of its layer's picks.",
            used=number(use.n_used, ","),
            experts=number(use.n_experts, ","),
        ),
        (
            (tr("Tokens"), number_text.tokens(use.tokens)),
            (tr("Layers"), number(len(use.layers), ",")),
            (tr("Slower while counting"), slower),
        ),
        (tr("Counted by the engine, of prompts and answers, while the switch is on."),),
    )


def cost(view: ExpertsView) -> str:
    """What counting costs, beside its switch."""
    if not view.supported:
        return tr(UNSUPPORTED)
    if view.cost_percent is None:
        return tr("Count which experts are used. What it costs is not measured here yet.")
    slower = f"{number(view.cost_percent, '.1f')} %"
    return tr(
        "Count which experts are used. Measured here: answers are {percent} slower.",
        percent=slower,
    )


def nothing(view: ExpertsView) -> str:
    """Where there is nothing to draw."""
    if not view.supported:
        return tr(UNSUPPORTED)
    return tr(WAITING) if view.enabled else tr(OFF)


def cell(use: ExpertUse, order: Order, row: int, column: int) -> str:
    """Layer, expert and its share of the layer's picks."""
    counts = counts_of(use)[row]
    expert = column
    if order == "use":
        expert = sorted(range(len(counts)), key=lambda n: -counts[n])[column]
    total = sum(counts)
    return tr(
        "layer {layer}, expert {expert}: {share} of picks",
        layer=use.layers[row],
        expert=expert,
        share=number_text.share(counts[expert] / total if total else 0.0),
    )


def spoken(use: ExpertUse) -> str:
    """The busiest experts of each layer, as the picture's table."""
    rows = []
    for layer, counts in zip(use.layers, counts_of(use), strict=False):
        total = sum(counts)
        loudest = nlargest(_LOUDEST, range(len(counts)), key=counts.__getitem__)
        experts = ", ".join(
            f"{expert} {number_text.share(counts[expert] / total)}" for expert in loudest if total
        )
        rows.append(tr("layer {layer}: {experts}", layer=layer, experts=experts))
    return tr("Busiest experts. {rows}", rows="; ".join(rows))
