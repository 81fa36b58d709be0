"""The HTTP client everything on the hub is asked with: TLS verified, no redirect followed."""

from __future__ import annotations

import importlib.metadata

import httpx2

CONNECT_TIMEOUT_S = 10.0
STALL_S = 20.0


def user_agent() -> str:
    try:
        version = importlib.metadata.version("coterie")
    except importlib.metadata.PackageNotFoundError:
        version = "0+source"
    return f"coterie/{version}"


def new_client(
    stall_s: float = STALL_S,
    connect_timeout_s: float = CONNECT_TIMEOUT_S,
    most_connections: int = 16,
) -> httpx2.Client:
    """A client for one process; several threads may share it.

    Proxies and certificates come from the environment (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE, …).
    A body that brings nothing for `stall_s` ends with `httpx2.ReadTimeout`.
    """
    return httpx2.Client(
        headers={"User-Agent": user_agent(), "Accept-Encoding": "identity"},
        timeout=httpx2.Timeout(stall_s, connect=connect_timeout_s),
        limits=httpx2.Limits(
            max_connections=most_connections, max_keepalive_connections=most_connections
        ),
        follow_redirects=False,
        trust_env=True,
    )
