"""A saved KV state spares reading, changes no word, and is passed over when it is not ours."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.engine.kv_sequence import restorable
from runtime.protocol.frames import Failed, Load, Loaded, SaveState
from runtime.protocol.messages import ChatMessage
from runtime.protocol.placement import Placement
from tests.engine_client import EngineClient
from tests.worker.asking import Said, ask, save

# A disk that takes 200 kB: Python ignores the signal, so writing fails as on a full one.
FULL_DISK_WORKER = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
from runtime.worker.__main__ import main
main()
"""
FILLER = "The quick brown fox jumps over the lazy dog. " * 12


def chat(word: str, turns: int = 3) -> tuple[ChatMessage, ...]:
    messages: tuple[ChatMessage, ...] = ()
    for number in range(turns):
        messages += (ChatMessage("user", f"{word} {number}: {FILLER}"),)
        messages += (ChatMessage("assistant", "That is a sentence with all letters."),)
    # With an answer that is sure: one of two near ones may turn with the size of a batch.
    return (*messages, ChatMessage("user", "What is the capital of France?"))


def small(word: str) -> tuple[ChatMessage, ...]:
    return (ChatMessage("user", f"{word}: " + "so on " * 100),)


@pytest.fixture(scope="module")
def tiny_client(
    tmp_path_factory: pytest.TempPathFactory, tiny_model: Callable[[str], Path]
) -> Iterator[EngineClient]:
    client = EngineClient(tmp_path_factory.mktemp("tiny") / "engine.log")
    client.load(tiny_model("qwen3moe"), n_ctx=2048)
    yield client
    client.stop()


@pytest.fixture(scope="module")
def tiny_kept(tiny_client: EngineClient, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of `small("one")`."""
    path = tmp_path_factory.mktemp("kept") / "one.kv"
    ask(tiny_client, small("one"), max_tokens=12)
    save(tiny_client, path)
    return path


@pytest.fixture
def kept(starter_client: EngineClient, tmp_path: Path) -> Path:
    """The state of `chat("first")`, which the worker has forgotten since."""
    path = tmp_path / "first.kv"
    said = ask(starter_client, chat("first"), max_tokens=12)
    saved = save(starter_client, path)
    assert saved.n_tokens == said.stats.context_used
    assert saved.file_bytes == path.stat().st_size
    ask(starter_client, "Something else.", max_tokens=2)
    return path


def fresh(client: EngineClient, messages: tuple[ChatMessage, ...]) -> Said:
    """Read from the start."""
    ask(client, "Something else.", max_tokens=2)
    said = ask(client, messages, max_tokens=12)
    assert said.stats.cached_tokens < 60
    return said


def test_a_reopened_chat_is_not_read_again(starter_client: EngineClient, kept: Path) -> None:
    asked = (
        *chat("first"),
        ChatMessage("assistant", "A lot."),
        ChatMessage("user", "What is the capital of Spain?"),
    )
    found = ask(starter_client, asked, max_tokens=12, state_path=kept)
    assert found.stats.cached_tokens > 300
    assert found.stats.prompt_tokens - found.stats.cached_tokens < 40
    assert found.text == fresh(starter_client, asked).text


def test_an_edited_chat_is_read_from_the_edit(starter_client: EngineClient, kept: Path) -> None:
    edited = (*chat("first")[:4], ChatMessage("user", "What is the capital of Italy?"))
    found = ask(starter_client, edited, max_tokens=12, state_path=kept)
    assert 200 < found.stats.cached_tokens < found.stats.prompt_tokens
    assert found.text == fresh(starter_client, edited).text


def test_the_same_question_again(starter_client: EngineClient, kept: Path) -> None:
    found = ask(starter_client, chat("first"), max_tokens=12, state_path=kept)
    assert found.stats.cached_tokens == found.stats.prompt_tokens - 1
    assert found.text == fresh(starter_client, chat("first")).text


def test_what_is_held_counts_when_it_is_more(starter_client: EngineClient, kept: Path) -> None:
    longer = chat("first", turns=5)
    ask(starter_client, longer, max_tokens=2)
    found = ask(starter_client, longer, max_tokens=2, state_path=kept)
    assert found.stats.cached_tokens == found.stats.prompt_tokens - 1


def test_a_state_that_is_of_another_chat_takes_nothing_away(
    starter_client: EngineClient, kept: Path
) -> None:
    other = chat("other")
    ask(starter_client, other, max_tokens=2)
    found = ask(starter_client, other, max_tokens=2, state_path=kept)
    assert found.stats.cached_tokens == found.stats.prompt_tokens - 1


def damaged(data: bytes, what: str) -> bytes:
    middle = len(data) // 2
    return {
        "a flipped bit": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        "a wrong token": data[:20] + bytes([data[20] ^ 1]) + data[21:],
        "a wrong count": data[:8] + b"\xff\xff\xff\x7f" + data[12:],
        "cut short": data[:middle],
        "cut by a byte": data[:-1],
        "more behind it": data + b"x",
        "a hole": data[:middle] + bytes(4096) + data[middle + 4096 :],
        "only its end": data[-200:],
        "empty": b"",
        "no state": b"not at all" * 100,
    }[what]


@pytest.mark.parametrize(
    "what",
    [
        "a flipped bit",
        "a wrong token",
        "a wrong count",
        "cut short",
        "cut by a byte",
        "more behind it",
        "a hole",
        "only its end",
        "empty",
        "no state",
        "missing",
        "a folder",
    ],
)
def test_a_damaged_state_is_passed_over(
    tiny_client: EngineClient, tiny_kept: Path, tmp_path: Path, what: str
) -> None:
    path = tmp_path / "damaged.kv"
    if what == "a folder":
        path.mkdir()
    elif what != "missing":
        path.write_bytes(damaged(tiny_kept.read_bytes(), what))
    ask(tiny_client, small("two"), max_tokens=2)
    found = ask(tiny_client, small("one"), max_tokens=12, state_path=path)
    assert found.stats.cached_tokens < 30
    again = ask(tiny_client, small("one"), max_tokens=12, state_path=path)
    assert again.stats.cached_tokens == again.stats.prompt_tokens - 1
    assert again.text == found.text


def test_an_undamaged_state_is_not(tiny_client: EngineClient, tiny_kept: Path) -> None:
    ask(tiny_client, small("two"), max_tokens=2)
    found = ask(tiny_client, small("one"), max_tokens=12, state_path=tiny_kept)
    assert found.stats.cached_tokens == found.stats.prompt_tokens - 1


@pytest.fixture
def loads(client: EngineClient) -> Callable[..., None]:
    def load(path: Path, **how: object) -> None:
        placement = Placement(**({"n_ctx": 2048, "n_threads": 1} | how))  # type: ignore[arg-type]
        client.send(Load(2_000_000, str(path), placement=placement))
        client.wait(Loaded)

    return load


@pytest.mark.parametrize(
    ("name", "how", "is_used"),
    [
        ("qwen3moe", {}, True),
        ("qwen3moe", {"n_ctx": 1024}, True),
        ("qwen3moe", {"n_batch": 64, "n_ubatch": 64}, True),
        ("qwen3moe", {"n_ctx": 512}, False),
        ("qwen3moe", {"kv_type": "q8_0"}, False),
        ("glm4moe", {}, False),
        ("olmoe", {}, False),
    ],
)
def test_only_the_same_model_and_kind_of_cache_uses_it(
    client: EngineClient,
    loads: Callable[..., None],
    tiny_model: Callable[[str], Path],
    tmp_path: Path,
    name: str,
    how: dict[str, object],
    is_used: bool,
) -> None:
    path = tmp_path / "state.kv"
    loads(tiny_model("qwen3moe"))
    ask(client, small("one"), max_tokens=16)
    assert save(client, path).n_tokens > 512
    loads(tiny_model(name), **how)
    asked = small("one") if how.get("n_ctx") != 512 else small("one")[:1]
    if how.get("n_ctx") == 512:
        asked = (ChatMessage("user", "one: " + "so on " * 50),)
    found = ask(client, asked, max_tokens=8, state_path=path)
    assert (found.stats.cached_tokens > 0) == is_used
    loads(tiny_model(name), **how)
    assert ask(client, asked, max_tokens=8).text == found.text


@pytest.mark.parametrize("swa_full", [False, True])
@pytest.mark.parametrize("edit", ["a further turn", "an edit"])
def test_a_window_is_restored_only_whole(
    client: EngineClient,
    loads: Callable[..., None],
    tiny_model: Callable[[str], Path],
    tmp_path: Path,
    swa_full: bool,
    edit: str,
) -> None:
    """Every second layer of this model looks back 16 tokens."""
    how = {"n_batch": 128, "n_ubatch": 64, "swa_full": swa_full}
    path = tmp_path / "state.kv"
    loads(tiny_model("gpt-oss"), **how)
    answer = ask(client, small("one"), max_tokens=16).text
    save(client, path)
    asked = (*small("one"), ChatMessage("assistant", answer), ChatMessage("user", "And?"))
    if edit == "an edit":
        asked = (ChatMessage("user", small("one")[0].content[:400] + " or not?"),)
    loads(tiny_model("gpt-oss"), **how)
    found = ask(client, asked, max_tokens=16, state_path=path)
    assert (found.stats.cached_tokens > 0) == (edit == "a further turn")
    loads(tiny_model("gpt-oss"), **how)
    assert ask(client, asked, max_tokens=16).text == found.text


@pytest.mark.parametrize(
    ("saved", "wanted", "can_go_back", "kept"),
    [
        ([1, 2, 3], [1, 2, 3, 4], True, 3),
        ([1, 2, 3], [1, 2, 3, 4], False, 3),
        ([1, 2, 3], [1, 2, 4, 5], True, 2),
        ([1, 2, 3], [1, 2, 4, 5], False, 0),
        ([1, 2, 3], [1, 2, 3], True, 2),
        ([1, 2, 3], [1, 2, 3], False, 0),
        ([1, 2, 3], [2], True, 0),
    ],
)
def test_what_a_state_spares(
    saved: list[int], wanted: list[int], can_go_back: bool, kept: int
) -> None:
    assert restorable(saved, wanted, can_go_back=can_go_back) == kept


def test_an_empty_cache_writes_nothing(
    client: EngineClient, tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    client.load(tiny_model("llama"))
    saved = save(client, tmp_path / "none.kv")
    assert (saved.n_tokens, saved.file_bytes) == (0, 0)
    assert list(tmp_path.glob("*.kv*")) == []


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit on file sizes")
def test_a_full_disk_is_told_and_leaves_nothing_behind(
    tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    client = EngineClient(tmp_path / "engine.log", (sys.executable, "-c", FULL_DISK_WORKER))
    client.load(tiny_model("qwen3moe"), n_ctx=2048)
    ask(client, small("one"), max_tokens=4)
    folder = tmp_path / "kept"
    client.send(SaveState(3_000_000, str(folder / "state.kv")))
    assert client.wait(Failed).problem.kind == "state_not_saved"
    assert list(folder.iterdir()) == []
    again = ask(client, small("one"), max_tokens=4)
    assert again.stats.cached_tokens == again.stats.prompt_tokens - 1
    client.stop()


def test_a_folder_that_cant_be_made_is_told(tiny_client: EngineClient, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    tiny_client.send(SaveState(3_000_000, str(tmp_path / "file" / "state.kv")))
    assert tiny_client.wait(Failed).problem.kind == "state_not_saved"


def test_a_later_state_takes_the_place_of_the_last(
    tiny_client: EngineClient, tmp_path: Path
) -> None:
    path = tmp_path / "state.kv"
    ask(tiny_client, small("one"), max_tokens=4)
    before = save(tiny_client, path).file_bytes
    ask(tiny_client, small("one"), max_tokens=32)
    assert save(tiny_client, path).file_bytes > before
    assert list(tmp_path.iterdir()) == [path]
