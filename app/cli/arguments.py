"""The words `coterie` understands."""

from __future__ import annotations

import argparse

COMMANDS = ("doctor", "list", "run")
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
    _json(run)
    return root


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
