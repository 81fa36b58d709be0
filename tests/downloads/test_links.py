"""Where a file is, asked of a hub that redirects and refuses; the token stays on its origin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from runtime.hub.links import endpoint, is_offline, resolve_link, stored_token
from runtime.hub.refusals import LinkProblem, retry_after_s

HUB = "https://hub.test"
ASKED = "/maker/model/resolve/abc/sub/a%20b.gguf"
SHA = "ab" * 32
TOKEN = "hf_secret"


def client(
    answer: Callable[[httpx2.Request], httpx2.Response], seen: list[httpx2.Request]
) -> httpx2.Client:
    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return answer(request)

    return httpx2.Client(transport=httpx2.MockTransport(handle))


def resolve(
    answers: dict[str, httpx2.Response], token: str | None = TOKEN
) -> tuple[object, list[httpx2.Request]]:
    seen: list[httpx2.Request] = []
    with client(lambda request: answers[request.url.raw_path.decode()], seen) as asking:
        link = resolve_link(asking, HUB, "maker/model", "abc", "sub/a b.gguf", token)
    return link, seen


def redirect(location: str, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(302, headers={"Location": location, **named})


def test_a_link_elsewhere_is_the_answer_and_never_gets_the_token() -> None:
    answer = redirect(
        "https://cdn.test/x?signed=1",
        X_Linked_Size="5",
        X_Linked_Etag=f'"{SHA}"',
        X_Repo_Commit="abc",
    )
    link, seen = resolve({ASKED: answer})
    assert vars(link) == {
        "url": "https://cdn.test/x?signed=1",
        "size_bytes": 5,
        "sha256": SHA,
        "etag": SHA,
        "commit": "abc",
        "is_on_hub": False,
    }
    assert link.headers(TOKEN) == {}  # type: ignore[attr-defined]
    assert [request.headers["Authorization"] for request in seen] == [f"Bearer {TOKEN}"]


def test_a_renamed_repository_is_followed_on_the_hub() -> None:
    link, seen = resolve(
        {
            ASKED: redirect("/new/name/resolve/abc/f"),
            "/new/name/resolve/abc/f": redirect("https://cdn.test/f", X_Linked_Size="7"),
        }
    )
    assert link.size_bytes == 7  # type: ignore[attr-defined]
    assert all(request.url.host == "hub.test" for request in seen)
    assert len(seen) == 2


def test_a_file_the_hub_serves_itself_needs_the_token() -> None:
    answer = httpx2.Response(200, headers={"Content-Length": "9", "ETag": '"oid"'})
    link, _ = resolve({ASKED: answer})
    assert (link.size_bytes, link.sha256, link.is_on_hub) == (9, "", True)  # type: ignore[attr-defined]
    assert link.headers(TOKEN) == {"Authorization": f"Bearer {TOKEN}"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "location",
    ["https://hub.test.evil.example/x", "https://hub.test:444/x", "//evil.example/x"],
)
def test_another_origin_that_looks_alike_is_another(location: str) -> None:
    link, seen = resolve({ASKED: redirect(location)})
    assert link.is_on_hub is False  # type: ignore[attr-defined]
    assert len(seen) == 1


@pytest.mark.parametrize("location", ["http://cdn.test/x", "ftp://cdn.test/x"])
def test_an_address_without_encryption_is_refused(location: str) -> None:
    with pytest.raises(LinkProblem):
        resolve({ASKED: redirect(location)})


@pytest.mark.parametrize(
    ("status", "headers", "kind", "is_passing"),
    [
        (401, {"X-Error-Code": "GatedRepo"}, "hub_gated", False),
        (403, {"X-Error-Code": "GatedRepo"}, "hub_gated", False),
        (401, {"X-Error-Code": "RepoNotFound"}, "hub_not_found", False),
        (401, {}, "hub_not_found", False),
        (
            401,
            {"X-Error-Message": "Invalid credentials in Authorization header"},
            "hub_token_refused",
            False,
        ),
        (403, {}, "hub_token_refused", False),
        (404, {"X-Error-Code": "EntryNotFound"}, "hub_not_found", False),
        (404, {"X-Error-Code": "RevisionNotFound"}, "hub_not_found", False),
        (429, {"Retry-After": "7"}, "hub_busy", True),
        (500, {}, "hub_error", True),
        (503, {"Retry-After": "7"}, "hub_error", True),
        (418, {}, "hub_error", False),
    ],
)
def test_refusals(status: int, headers: dict[str, str], kind: str, is_passing: bool) -> None:
    with pytest.raises(LinkProblem) as refused:
        resolve({ASKED: httpx2.Response(status, headers=headers)})
    assert refused.value.problem.kind == kind
    assert refused.value.is_passing is is_passing
    assert refused.value.retry_after_s == (7.0 if "Retry-After" in headers else 0.0)
    assert TOKEN not in refused.value.problem.one_line()


def test_a_hub_that_is_not_there() -> None:
    def fail(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("Connection refused")

    with client(fail, []) as asking, pytest.raises(LinkProblem) as refused:
        resolve_link(asking, HUB, "maker/model", "abc", "f", None)
    assert refused.value.problem.kind == "hub_unreachable"
    assert refused.value.is_passing


def test_a_ring_of_redirects_ends() -> None:
    with pytest.raises(LinkProblem):
        resolve({ASKED: redirect(ASKED)})


@pytest.mark.parametrize(
    ("word", "seconds"),
    [
        ("", 0.0),
        ("5", 5.0),
        ("999999", 3600.0),
        ("nonsense", 0.0),
        ("-5", 0.0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 90.0),
        ("Thu, 01 Jan 1970 00:00:05 GMT", 0.0),
    ],
)
def test_retry_after(word: str, seconds: float) -> None:
    assert retry_after_s(httpx2.Headers({"Retry-After": word}), now_s=10.0) == seconds


def test_the_token_is_where_the_hubs_login_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-home\n")
    (tmp_path / "other").write_text("from-path")
    (tmp_path / "huggingface").mkdir()
    (tmp_path / "huggingface" / "token").write_text("from-cache")
    home, cache = {"HF_HOME": str(tmp_path)}, {"XDG_CACHE_HOME": str(tmp_path)}
    assert stored_token({**home, "HF_TOKEN": " from-env\n"}) == "from-env"
    assert stored_token({**home, "HF_TOKEN": ""}) == "from-home"
    assert stored_token({**home, "HF_TOKEN_PATH": str(tmp_path / "other")}) == "from-path"
    assert stored_token(cache) == "from-cache"
    assert stored_token({"HF_HOME": str(tmp_path / "nowhere")}) is None


def test_the_hubs_address_and_offline() -> None:
    assert endpoint({}) == "https://huggingface.co"
    assert endpoint({"HF_ENDPOINT": "https://mirror.test/"}) == "https://mirror.test"
    assert is_offline({"HF_HUB_OFFLINE": "1"})
    assert is_offline({"TRANSFORMERS_OFFLINE": "true"})
    assert not is_offline({"HF_HUB_OFFLINE": "0"})
