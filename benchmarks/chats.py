"""What the stored chats cost a person: finding a word in all of them, opening a very long one."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from app.chat_tree import ChatTree, TreeMessage
from app.store import ConversationStore
from benchmarks.figure import Figure, listed, median, rounded
from runtime.protocol.messages import DeviceMemory, Energy, GenerationStats, MemoryUse

CHATS, MESSAGES_EACH = 1_000, 100
LONG_CHAT = 10_000
QUERIES = 400
ROUNDS = 9

_ENGLISH = (
    "the of and to a in is that it for you as with on are this be have or not can from by what"
    " which if we model memory layer window answer question table file code function return value"
    " time run write read change error message thread number list first second because should"
    " expert token context prompt reason example weather city travel music kitchen garden history"
)
_GERMAN = (
    "der die das und ist nicht ein eine ich du wir mit auf für von zu im den dem über können würde"
    " Größe Straße Eisenbahn Brücke Gemüse Wetter Frage Antwort Speicher Fenster Schlüssel Übung"
    " Geschichte natürlich vielleicht zwischen während größer schön Bücher Küche Gespräch Müll"
)
_CHINESE = (
    "的 是 了 我 不 在 有 人 这 中 大 来 上 国 个 到 说 们 为 子 和 你 地 出"
    " 道 也 时 年 得 就 那 要 下 以 生 会 北京 上海 天气 模型 内存 问题 回答 文件"
    " 函数 代码 历史 音乐 城市 旅行 学习 语言 专家 公园 明天 今天 喜欢"
)
_ENDS = ("er", "ing", "ung", "tion", "en", "es", "heit", "able", "lich", "ly", "chen", "")
_ONSETS = "b bl br c ch d dr f fl g gr h k kr l m n p pr qu r s sch st t tr v w z"
_VOWELS = "a e i o u ai au ea ee ei ie ou ä ö ü"
_CODAS = ". . . b ch ck d f g k l ll m n nd ng nt p r rn rt s ss st t x"


def measure(folder: Path) -> Iterator[Figure]:
    """Texts in English, German and Chinese, the same ones each time; caches are warm."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(5)
    texts = Texts(chance)
    store = ConversationStore(folder / "chats.db")
    try:
        for number in range(CHATS):
            store.add_tree(_chat(texts, number, MESSAGES_EACH))
        yield _search(store, texts, chance)
        yield _opening(store, store.add_tree(_chat(texts, CHATS, LONG_CHAT)))
    finally:
        store.close()


def _search(store: ConversationStore, texts: Texts, chance: random.Random) -> Figure:
    times_ms, counts = [], []
    slowest = ("", 0.0)
    for query in (texts.query(chance.randrange(9)) for _ in range(QUERIES)):
        began_s = time.perf_counter()
        counts.append(len(store.search(query)))
        times_ms.append(1000 * (time.perf_counter() - began_s))
        slowest = max(slowest, (query, times_ms[-1]), key=lambda pair: pair[1])
    p95_ms = statistics.quantiles(times_ms, n=20)[-1]
    found = sum(count > 0 for count in counts)
    return Figure(
        f"Search in {CHATS:,} chats of {CHATS * MESSAGES_EACH:,} messages, p95",
        p95_ms,
        50,
        "at most",
        unit=" ms",
        detail=f"{QUERIES} queries, {found} with hits; median {rounded(median(times_ms)):g} ms,"
        f" slowest {rounded(slowest[1]):g} ms",
    )


def _opening(store: ConversationStore, chat: int) -> Figure:
    times_ms = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        conversation = store.conversation(chat)
        times_ms.append(1000 * (time.perf_counter() - began_s))
        assert len(conversation.messages) == LONG_CHAT
        # Letting go of the last one is no part of opening the next.
        del conversation
    return Figure(
        f"Reading a chat of {LONG_CHAT:,} messages",
        median(times_ms),
        100,
        "at most",
        unit=" ms",
        detail=f"{listed(times_ms)} ms",
    )


class Texts:
    """Messages in which few words are frequent and most are rare, as in what people write."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        rare = [self._rare() for _ in range(20_000)]
        self.english = [*_ENGLISH.split(), *rare[:10_000]]
        self.german = [*_GERMAN.split(), *rare[10_000:]]
        self._chinese = _CHINESE.split()
        self._weights = {
            id(words): list(accumulate(1 / (n + 3) for n in range(len(words))))
            for words in (self.english, self.german, self._chinese)
        }

    def _rare(self) -> str:
        """A word of no language that has syllables as those of English and German have."""
        parts = (_ONSETS.split(), _VOWELS.split(), _CODAS.split())
        syllables = self._chance.choice((1, 2, 2, 3))
        letters = [self._chance.choice(part) for _ in range(syllables) for part in parts]
        return "".join(letters).replace(".", "") + self._chance.choice(_ENDS)

    def message(self, number: int, is_answer: bool) -> str:
        count = int(self._chance.lognormvariate(4.4 if is_answer else 2.6, 0.7)) + 1
        if number % 5 == 4:
            return "".join(self._words(self._chinese, count)) + "。"
        return " ".join(self._words(self.german if number % 5 == 3 else self.english, count)) + "."

    def query(self, kind: int) -> str:
        """What a person may type: a word, its beginning or inside, two, Chinese, nothing known."""
        language = self._chance.choice((self.english, self.german))
        word, other = self._chance.choice(language), self._words(language, 1)[0]
        match kind:
            case 0:
                return word
            case 1:
                return word[: self._chance.randrange(1, 5)]
            case 2:
                return f"{other} {word}"
            case 3:
                return other
            case 4:
                return word[2:7]
            case 5:
                return "".join(self._words(self._chinese, self._chance.randrange(1, 4)))
            case 6:
                return other.replace("ü", "u").replace("ö", "o")
            case 7:
                return " ".join(self._words(language, 4))
            case _:
                return f"{word}x-{other}"

    def _words(self, words: list[str], count: int) -> list[str]:
        return self._chance.choices(words, cum_weights=self._weights[id(words)], k=count)


def _chat(texts: Texts, number: int, count: int) -> ChatTree:
    messages = tuple(
        TreeMessage(
            at,
            at - 1 if at else None,
            "assistant" if at % 2 else "user",
            texts.message(number, bool(at % 2)),
            created_at_s=1.7e9 + number,
            stats=_stats(at) if at % 2 else None,
            model_id="model" if at % 2 else None,
        )
        for at in range(count)
    )
    return ChatTree(f"{texts.message(number, False)[:40]}", messages, updated_at_s=1.7e9 + number)


def _stats(at: int) -> GenerationStats:
    devices = tuple(
        DeviceMemory(name, name == "CPU", 4 * 10**9, 10**8, 10**8) for name in ("CPU", "CUDA0")
    )
    return GenerationStats(
        *("stop", 1_000 + at, 900, 200, 0.31, 412.7, 23.9 + at / 1000, 9.1, 6, 1_200 + at, 0),
        energy=Energy(412.2, "estimated", "from the processor's rated power"),
        memory=MemoryUse(devices, 5 * 10**9),
    )
