"""What typed and pasted text asks for."""

from __future__ import annotations

import pytest

from runtime.errors import CoterieError
from runtime.hub.query import HubQuery, query_of

MIRROR = "http://127.0.0.1:8080"
REPO = "unsloth/Qwen3-30B-A3B-GGUF"
CASES = (
    ("", HubQuery()),
    ("  qwen3   coder ", HubQuery(words="qwen3 coder")),
    ("unsloth/", HubQuery(author="unsloth")),
    (REPO, HubQuery(repo=REPO)),
    (f"{REPO}:Q4_K_M", HubQuery(repo=REPO, quantisation="Q4_K_M")),
    ("owner/name with words", HubQuery(words="owner/name with words")),
    ("a/b/c", HubQuery(words="a/b/c")),
    ("../../etc", HubQuery(words="../../etc")),
    (f"https://huggingface.co/{REPO}", HubQuery(repo=REPO, is_address=True)),
    (f"HTTPS://HuggingFace.co/{REPO}/", HubQuery(repo=REPO, is_address=True)),
    (f"huggingface.co/{REPO}", HubQuery(repo=REPO, is_address=True)),
    (
        f"hf.co/{REPO}:UD-Q4_K_XL",
        HubQuery(repo=REPO, quantisation="UD-Q4_K_XL", is_address=True),
    ),
    (
        f"https://huggingface.co/{REPO}/tree/main/BF16",
        HubQuery(repo=REPO, revision="main", is_address=True),
    ),
    (
        f"https://huggingface.co/{REPO}/blob/main/BF16/a%20b-00001-of-00002.gguf",
        HubQuery(repo=REPO, revision="main", file="BF16/a b-00001-of-00002.gguf", is_address=True),
    ),
    (
        f"https://huggingface.co/{REPO}/resolve/0a1b/x.gguf?download=true#top",
        HubQuery(repo=REPO, revision="0a1b", file="x.gguf", is_address=True),
    ),
    ("https://huggingface.co/unsloth", HubQuery(author="unsloth")),
    ("https://huggingface.co/models?search=qwen3+moe&sort=likes", HubQuery(words="qwen3 moe")),
    (f"{MIRROR}/{REPO}", HubQuery(repo=REPO, is_address=True)),
    (f"127.0.0.1:8080/{REPO}", HubQuery(repo=REPO, is_address=True)),
)
REFUSED = (
    f"https://example.com/{REPO}",
    f"https://huggingface.co.example.com/{REPO}",
    f"https://huggingface.co@example.com/{REPO}",
    f"http://127.0.0.1:9090/{REPO}",
    "https://huggingface.co/datasets/owner/name",
    "https://huggingface.co/spaces/owner/name",
    "https://huggingface.co/a b/c",
    "https://[broken",
    "https://",
)


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_query(text: str, expected: HubQuery) -> None:
    assert query_of(text, MIRROR) == expected


@pytest.mark.parametrize("text", REFUSED)
def test_other_addresses_are_refused(text: str) -> None:
    with pytest.raises(CoterieError) as caught:
        query_of(text, MIRROR)
    assert caught.value.problem.kind == "hub_not_found"
    assert caught.value.problem.remedy


def test_another_host_is_named_with_the_one_that_counts() -> None:
    with pytest.raises(CoterieError) as caught:
        query_of("https://example.com/a/b")
    assert "example.com" in caught.value.problem.message
    assert "huggingface.co" in caught.value.problem.remedy
