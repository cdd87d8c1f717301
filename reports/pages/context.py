"""What a page shows besides its own result: other results, and how it came to this one."""

from __future__ import annotations

from dataclasses import dataclass, field

from chart import Chart
from comparison import Comparison
from past import Past


@dataclass(frozen=True)
class Context:
    """Each is there only where something is known; `charts` are those of the comparison."""

    comparison: Comparison | None = None
    charts: list[Chart] = field(default_factory=list)
    past: Past | None = None


ALONE = Context()
