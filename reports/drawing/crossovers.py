"""Who leads from what message size to what size, in words, as far as intervals lie apart."""

from __future__ import annotations

from stats import Standing, Verdict
from units import message_size


def spells(standings: dict[int, Standing]) -> str:
    """From 8 B to 1 KiB `a` leads, at 4 KiB nobody leads, at 1 MiB `b` leads. Sizes in bytes, ascending."""
    runs: list[tuple[str, list[int]]] = []
    for size, found in standings.items():
        who = f"`{found.ranked[0].mechanism}`" if found.verdict is Verdict.LEADS else "nobody"
        if runs and runs[-1][0] == who:
            runs[-1][1].append(size)
        else:
            runs.append((who, [size]))
    if [who for who, _ in runs] == ["nobody"]:
        return "at no size does anybody lead"
    return ", ".join(f"{span(sizes)} {who} leads" for who, sizes in runs)


def span(sizes: list[int]) -> str:
    """A run of neighbouring sizes in words."""
    first, last = message_size(sizes[0]), message_size(sizes[-1])
    return f"at {first}" if len(sizes) == 1 else f"from {first} to {last}"
