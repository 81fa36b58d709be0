"""Rows, quantisations and predictions in one line each."""

from __future__ import annotations

from app.discover.catalog import Catalog, Family
from app.discover.state import Fit, Prediction, QuantRow, RepoRow
from runtime.hub.frames import HubFile, HubModel, HubSummary

GIB = 1 << 30
CATALOG = Catalog(
    (
        Family("org/Small-GGUF", "Small", "Org", "Small.", 7_000_000_000, 1_000_000_000, 64, 8),
        Family("org/Middle-GGUF", "Middle", "Org", "Able.", 30_000_000_000, 3_000_000_000, 128, 8),
        Family("org/Code-GGUF", "Code", "Org", "For code.", 30_000_000_000, purpose="code"),
        Family("org/Huge-GGUF", "Huge", "Org", "Ablest.", 671_000_000_000, 37_000_000_000, 256, 8),
    )
)


def model(quantisation: str, size_bytes: int, path: str = "") -> HubModel:
    file = HubFile(path or f"model-{quantisation}.gguf", size_bytes, "ab" * 32)
    return HubModel(quantisation, (file,))


def prediction(decode: float = 20, fit: Fit = "memory") -> Prediction:
    return Prediction(fit, GIB, 2 * GIB, 0, GIB, 100, decode, 0.9 * decode, 1.1 * decode, 8192)


def quant(
    quantisation: str, size_gib: float, decode: float | None = None, fit: Fit = "memory"
) -> QuantRow:
    """Predicted if `decode` is given."""
    found = None if decode is None else prediction(decode, fit)
    phase = "unread" if decode is None else "ready"
    return QuantRow(model(quantisation, int(size_gib * GIB)), phase, found)


def row(
    repo: str = "org/Middle-GGUF",
    *quants: QuantRow,
    is_moe: bool | None = True,
    licence: str = "apache-2.0",
    downloads: int = 0,
    updated_at_s: float = 0,
    parameters_total: int = 0,
) -> RepoRow:
    summary = HubSummary(
        repo,
        licence=licence,
        is_moe=is_moe,
        downloads=downloads,
        updated_at_s=updated_at_s,
        parameters_total=parameters_total,
    )
    author, _, name = repo.partition("/")
    return RepoRow(summary, name, author, quants=quants, revision="c" * 40 if quants else "")
