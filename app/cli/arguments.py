"""The words `coterie` understands."""

from __future__ import annotations

import argparse

from app.byte_sizes import parse_size

OBJECTIVES = ("chat", "documents", "agent")
KV_TYPES = ("f16", "q8_0", "q4_0")
LEAST_CONTEXT = 256  # The engine makes no smaller one.


class _Version(argparse.Action):
    """Looks the version up only when it is asked for: that costs a tenth of the window's start."""

    def __init__(self, option_strings: list[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="show the version and exit")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from app.version import version

        print(f"coterie {version()}")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """Usage errors exit with code 2, as argparse does."""
    root = argparse.ArgumentParser(
        prog="coterie",
        description="Runs mixture-of-experts models on this computer. Without a command it opens "
        "the window.",
        epilog="coterie FILE.gguf ... opens the window and offers to take these models in.",
    )
    root.add_argument("--version", action=_Version)
    commands = root.add_subparsers(dest="command", metavar="COMMAND")

    doctor = commands.add_parser("doctor", help="check this computer and the engine")
    _json(doctor)

    listing = commands.add_parser("list", help="models on this computer")
    _json(listing)

    run = commands.add_parser("run", help="answer one prompt and print the numbers")
    run.add_argument("model", metavar="MODEL", help="an id from `coterie list`, or a GGUF file")
    run.add_argument("prompt", metavar="PROMPT", nargs="?", help="read from stdin when left out")
    run.add_argument("--max-tokens", type=_at_least(1), default=0, metavar="N")
    run.add_argument("--temperature", type=_temperature, default=0.7, metavar="T")
    run.add_argument("--seed", type=_at_least(0), default=None, metavar="S")
    run.add_argument(
        "--ctx", type=_at_least(LEAST_CONTEXT), default=0, metavar="N", help="context tokens"
    )
    run.add_argument("--threads", type=_at_least(1), default=0, metavar="N")
    run.add_argument(
        "--placement",
        metavar="FILE|auto|cpu|gpu",
        help="a plan of `coterie plan --json`, the best one, all in RAM or all on the GPU",
    )
    run.add_argument(
        "--experts",
        metavar="FILE.csv",
        help="count how often each expert is picked, which slows the answer a little",
    )
    _json(run)

    plan = commands.add_parser("plan", help="where a model would go, and how fast it would be")
    _placing(plan)
    plan.add_argument("--gpu", metavar="NAME", help='suppose this GPU: "RTX 3060", "A100 80GB"')
    plan.add_argument("--vram", type=parse_size, metavar="SIZE", help="suppose this GPU memory")
    plan.add_argument("--ram", type=parse_size, metavar="SIZE", help="suppose this much memory")
    _json(plan)

    tune = commands.add_parser("tune", help="measure some plans and keep the fastest")
    _placing(tune)
    _json(tune)

    bench = commands.add_parser("bench", help="measure the plan that would be used")
    _placing(bench)
    _json(bench)
    _owning(commands)
    return root


def _owning(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    search = commands.add_parser("search", help="find models on the Hugging Face hub")
    search.add_argument("query", metavar="QUERY", help="words, an author, OWNER/NAME or an address")
    search.add_argument("--all", action="store_true", help="dense models too")
    search.add_argument("--limit", type=_at_least(1), default=30, metavar="N")
    _json(search)

    pull = commands.add_parser("pull", help="download a model, or go on with one that was begun")
    pull.add_argument(
        "model",
        metavar="REPO[:QUANT|FILE]",
        help="as unsloth/Qwen3-30B-A3B-GGUF:Q4_K_M; without QUANT what suits this computer",
    )
    _json(pull)

    rm = commands.add_parser("rm", help="delete a model from this computer")
    rm.add_argument("model", metavar="MODEL", help="an id from `coterie list`, or a GGUF file")
    rm.add_argument("--yes", action="store_true", help="do not ask")
    rm.add_argument("--trash", action="store_true", help="put it into the trash")
    _json(rm)

    verify = commands.add_parser("verify", help="compare a model's file with its hash")
    verify.add_argument("model", metavar="MODEL", help="an id from `coterie list`, or a GGUF file")
    _json(verify)

    bring = commands.add_parser("import", help="use a model file that is on this disk already")
    bring.add_argument("path", metavar="PATH", nargs="?", help="a GGUF file or a folder of them")
    how = bring.add_mutually_exclusive_group()
    for name, said in (
        ("link", "leave it where it is (the default)"),
        ("copy", "copy it into the models folder"),
        ("move", "move it into the models folder"),
    ):
        how.add_argument(f"--{name}", dest="how", action="store_const", const=name, help=said)
    bring.set_defaults(how="link")
    bring.add_argument("--find", action="store_true", help="list models of other programs")
    _json(bring)
    _removing(commands)


def _removing(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    remove = commands.add_parser(
        "remove-data", help="delete what Coterie keeps for you, asking about each part"
    )
    for name, said in (
        ("models", "the models that Coterie put on this disk"),
        ("chats", "chats and settings"),
        ("cache", "caches, logs and GPU packs"),
    ):
        remove.add_argument(f"--{name}", action="store_true", help=f"only {said}")
    how = remove.add_mutually_exclusive_group()
    how.add_argument("--yes", action="store_true", help="do not ask")
    how.add_argument("--list", action="store_true", help="only show what there is")


def _placing(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="MODEL", help="an id, or a GGUF file")
    command.add_argument(
        "--ctx", type=_at_least(LEAST_CONTEXT), default=0, metavar="N", help="context tokens"
    )
    command.add_argument("--kv", choices=KV_TYPES, default=None, help="type of the KV cache")
    command.add_argument("--threads", type=_at_least(1), default=0, metavar="N")
    command.add_argument(
        "--objective", choices=OBJECTIVES, default="chat", help="what a turn is like"
    )


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="one JSON object on stdout")


class _at_least:  # noqa: N801 - used as argparse's `type`, whose name appears in messages
    def __init__(self, least: int) -> None:
        self._least = least

    def __call__(self, text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not self._least <= number < 2**31:
            raise argparse.ArgumentTypeError(f"{text} is not between {self._least} and 2147483647")
        return number


def _temperature(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0 <= number <= 5:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 5")
    return number
