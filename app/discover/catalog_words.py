"""What `assets/catalog.json` says of its families, for the catalogues of other languages."""

from __future__ import annotations

from runtime.language import marked, tr

WHYS = frozenset(
    (
        marked("Small and quick on any computer; its training data and code are open."),
        marked(
            "Small, with a context that costs little memory: for long texts on a modest computer."
        ),
        marked("Made for laptops: a good answer per second of waiting without a GPU."),
        marked(
            "Reasons before it answers; published in four bits, so nothing is lost by quantising."
        ),
        marked("A strong all-rounder for a computer with 24 GB of memory or more."),
        marked("Written for code, in the shape of Qwen3-30B-A3B."),
        marked("The newest of its size here, with about as much to compute per token as the 30B."),
        marked("Able with tools and long tasks; wants 64 GB of memory or more."),
        marked("Reasons before it answers; for its size it computes little per token."),
        marked("For a workstation with 160 GB of memory or more."),
        marked(
            "671B parameters of which 37B answer each token; for a server, or a"
            " workstation in two bits."
        ),
        marked(
            "The reasoning model that DeepSeek-V3 became known by; thinks long before it answers."
        ),
    )
)


def why_words(why: str) -> str:
    """A family's `why` in the process's language; one that is not known here as it is."""
    return tr(why) if why in WHYS else why
