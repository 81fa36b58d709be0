"""`python -m benchmarks.llama_class MODEL THREADS TOKENS ROUNDS`: llama-cpp-python's own class.

Prints the decode speed of each round: (n - 1) / (t_last - t_first) over the streamed chunks.
"""

from __future__ import annotations

import sys
import time

from llama_cpp import Llama

from benchmarks.coterie_engine import PROMPT


def decode_tokens_per_s(llama: Llama, tokens: int) -> float:
    chunks = llama.create_chat_completion(
        [{"role": "user", "content": PROMPT}], temperature=0, max_tokens=tokens, stream=True
    )
    times = [time.monotonic() for chunk in chunks if "content" in chunk["choices"][0]["delta"]]
    return (len(times) - 1) / (times[-1] - times[0])


def main(model: str, n_threads: str, tokens: str, rounds: str) -> None:
    llama = Llama(model, n_ctx=4096, n_threads=int(n_threads), verbose=False)
    for _ in range(int(rounds)):
        print(decode_tokens_per_s(llama, int(tokens)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
