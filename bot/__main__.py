"""The command line: ``python -m bot run``, ``check``, ``usage`` and their kin, and ``demo``.

A demo is a process of its own beside the bot's: it does not wait for all that the bot imports.
"""

import sys
from collections.abc import Sequence

# ruff: noqa: PLC0415 — either side is imported only when it is asked for


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 for well, 1 for a plain sentence on standard error."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["demo"]:
        # Only here does the bot's side know of the sandbox.
        from sandbox.demo import main as demo

        return demo(given[1:])
    from bot.command_line import main as command

    return command(given)


if __name__ == "__main__":
    sys.exit(main())
