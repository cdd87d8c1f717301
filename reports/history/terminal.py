"""What the program says: lines on stdout, one line for an error, and progress where somebody looks at it."""

from __future__ import annotations

import sys


def say(line: str = "") -> None:
    """A line on stdout, in which no control character of a file gets to the terminal."""
    print("".join(letter if letter.isprintable() else "?" for letter in line.replace("\u00a0", " ")))


def complain(what: str, advice: str) -> None:
    """The one line on stderr: what is wrong; what to do."""
    text = " ".join(f"ipcmark history: {what}; {advice}".split())
    print("".join(letter if letter.isprintable() else "?" for letter in text), file=sys.stderr)


class Progress:
    """A line on stderr that is written over and over, and wiped in the end; only on a terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._width = 0

    def show(self, text: str) -> None:
        """Puts `text` in the place of what was shown before."""
        if self._shown:
            print(f"\r{text:<{self._width}}", end="", file=sys.stderr, flush=True)
            self._width = len(text)

    def wipe(self) -> None:
        """Leaves an empty line."""
        if self._shown and self._width:
            print(f"\r{'':<{self._width}}\r", end="", file=sys.stderr, flush=True)
            self._width = 0


def table(rows: list[list[str]], right: tuple[int, ...] = ()) -> list[str]:
    """Lines with the columns below each other; those of `right` end at one place."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    return ["  ".join(
        cell.rjust(width) if i in right else cell.ljust(width)
        for i, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]
