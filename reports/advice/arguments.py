"""The command line of `ipcmark advise`, and the requirements that it asks for."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import parent_folder  # noqa: F401
from profiles import NAMES, profile, translated
from requirements import STATISTICS, SYSTEMS, Requirements, checked
from results import Refused
from words import PLACEMENTS

EXAMPLES = f"""\
profiles: {', '.join(NAMES)}; --list-profiles says for whom each is

  ipcmark advise RESULT --profile rpc
  ipcmark advise RESULT --profile rpc --size 4KiB --without unrelated_processes
  ipcmark advise RESULT --verify VERIFIED --size 256 --rate 20k --p99 50us --producers 4 \\
      --no-loss --ordered --survive-crash --no-spin --platform linux,windows
  ipcmark advise RESULT --size 64KiB --prefer throughput --prefer cpu --format json

p99 is of a round trip; the rate is that of all producers together. What qualifies is ranked by each
preference in turn, and only where intervals lie apart.
"""

FLAGS = {
    "no_loss": "every message has to arrive",
    "ordered": "messages of a producer have to arrive in the order sent",
    "survive_crash": "a killed peer must not block the others, nor take messages of others along",
    "see_death": "a consumer has to be told when every producer has died",
    "unrelated_processes": "programs that are no relatives have to reach it",
    "pass_fd": "it has to hand over open descriptors",
    "replies": "answers go back; a one-way mechanism then takes two links",
    "one_link": "one link has to carry both directions",
    "every_consumer": "each message has to reach every consumer",
    "never_block": "a slow consumer must not hold the producer back",
    "priorities": "urgent messages have to overtake others",
    "no_dependencies": "no libraries and no daemons",
}


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def __init__(self, refuse: Callable[[str], NoReturn], **more: Any) -> None:
        super().__init__(**more)
        self.refuse = refuse

    def error(self, message: str) -> NoReturn:
        self.refuse(message)


def parse(arguments: list[str], refuse: Callable[[str], NoReturn]) -> argparse.Namespace:
    """The command line, or what `refuse` does about one that cannot be read."""
    parser = Parser(
        refuse, prog="ipcmark advise", allow_abbrev=False, epilog=EXAMPLES,
        description="Says which mechanism to choose, with reasons and what speaks against the others.",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", nargs="?", type=Path, metavar="RESULT",
                        help="a result directory, or a result.json")
    parser.add_argument("--verify", type=Path, metavar="FILE",
                        help="what `ipcmark verify` wrote: whatever failed there is excluded")
    parser.add_argument("--profile", metavar="NAME|FILE.toml",
                        help="requirements under a name; options beside it override it")
    parser.add_argument("--list-profiles", action="store_true", help="tell the names and for whom they are")
    parser.add_argument("--without", action="append", default=[], metavar="REQUIREMENT",
                        help="drop a requirement of the profile, no_loss say; may be given several times")
    parser.add_argument("--format", choices=("text", "markdown", "json"), default="text")
    _add_limits(parser)
    for name, meaning in FLAGS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", action="store_true", help=meaning)
    options = parser.parse_args(arguments)
    if options.result is None and not options.list_profiles:
        refuse("no RESULT was given")
    return options


def _add_limits(parser: argparse.ArgumentParser) -> None:
    """The requirements that have a value."""
    parser.add_argument("--size", metavar="SIZE", help="of a message: 64, 4KiB (64 by default)")
    parser.add_argument("--rate", metavar="RATE", help="messages per second: 20000, 20k, 1M")
    parser.add_argument("--p99", metavar="TIME", help="budget of a round trip: 800ns, 50us, 2ms")
    parser.add_argument("--producers", type=int, metavar="N")
    parser.add_argument("--consumers", type=int, metavar="N")
    spinning = parser.add_mutually_exclusive_group()
    spinning.add_argument("--no-spin", action="store_const", const=0, dest="cores_to_burn",
                          help="no process may spin while it waits")
    spinning.add_argument("--cores-to-burn", type=int, metavar="N",
                          help="so many cores may be kept busy; each spinning process takes one")
    parser.add_argument("--platform", metavar="SYSTEMS", help=f"where it has to run: {','.join(SYSTEMS)}")
    parser.add_argument("--placement", metavar="NAME",
                        help=f"of the processes: {', '.join(PLACEMENTS)}; where they usually sit by default")
    parser.add_argument("--prefer", action="append", metavar="STATISTIC",
                        help=f"{', '.join(STATISTICS)}; may be given several times, the first counts most")


VALUES = ("size", "rate", "p99", "producers", "consumers", "cores_to_burn", "placement", "prefer")


def asked(options: argparse.Namespace) -> tuple[Requirements, str]:
    """The requirements of the profile and of the options, which come before it, and the profile's name.
    Throws Refused."""
    known = profile(options.profile) if options.profile else None
    given = {name: getattr(options, name) for name in VALUES if getattr(options, name) is not None}
    given |= {name: True for name in FLAGS if getattr(options, name)}
    if options.platform is not None:
        given["platforms"] = options.platform.split(",")
    whole = (known.given if known else {}) | translated(given)
    for name in options.without:
        member = {"p99": "p99_ns", "spin": "cores_to_burn"}.get(name, name)
        if member not in whole:
            raise Refused(f"{name} is not asked for", f"--without takes one of {', '.join(whole) or 'none'}")
        del whole[member]
    return checked(whole), known.name if known else ""
