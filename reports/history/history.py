"""ipcmark history: results over time, and where they changed. `history.py add|list|show|check ...`

Exit code 0, or 2 for a command line, a result or a store that cannot be used.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path

# What reads and draws a single result lies in the folder above; this is the one place that says so.
ABOVE = Path(__file__).resolve().parents[1]
sys.path[1:1] = [str(ABOVE), str(ABOVE / "drawing")]

FINE, BAD_INPUT = 0, 2
NEEDED = "install it: apt install python3-numpy python3-sqlalchemy"


def main(arguments: list[str]) -> int:
    """Does what the command line asks for; nothing gets past that would print a traceback."""
    try:
        import numpy  # noqa: F401
        import sqlalchemy  # noqa: F401
    except ImportError as error:
        from terminal import complain
        complain(f"{sys.executable}: this python3 has no {error.name}", NEEDED)
        return BAD_INPUT
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    from arguments import parse
    return perform(parse(arguments))


def perform(options: Namespace) -> int:
    """Runs one of the commands."""
    import adding
    import checking
    import listing
    import showing
    from results import Refused
    from terminal import complain

    commands = {"add": adding.run, "list": listing.run, "show": showing.run, "check": checking.run}
    try:
        good = commands[options.command](options)
        sys.stdout.flush()
        return FINE if good else BAD_INPUT
    except Refused as refused:
        complain(refused.what, refused.advice)
    except BrokenPipeError:
        # Whoever read this has seen enough; nothing may be written to it when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except Exception as error:
        complain(f"{options.command}: {type(error).__name__}: {error}", "please report this")
    return BAD_INPUT


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
