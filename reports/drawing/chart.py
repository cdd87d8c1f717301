"""What every figure of the page is made of, whatever it shows."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import findings
from canvas import Canvas, Panel
from findings import Measure, Place
from results import Trial

DOTS_PER_INCH = 130


@dataclass
class Chart:
    """One figure. `name` is its anchor and its files' stem, `subject` what its findings are about.

    A figure that ranks has places and a measure. One that does not has `said`, its finding. `more` are
    further sentences, each computed as well.
    """

    name: str
    kind: str
    heading: str
    subject: str
    caption: str
    panels: list[Panel]
    canvas: Canvas
    places: list[Place] = field(default_factory=list)
    measure: Measure | None = None
    said: str = ""
    more: list[str] = field(default_factory=list)

    @property
    def finding(self) -> str:
        """What the figure says, in one sentence; names stand in backquotes."""
        if self.said or not self.measure:
            return self.said
        return findings.sentence(self.subject, self.places, self.measure)

    @cached_property
    def svg(self) -> str:
        """The figure as matplotlib writes it, the same each time."""
        return self._saved("svg", {"Date": None, "Creator": None, "Title": self.heading}).decode("utf-8")

    def png(self) -> bytes:
        """The figure as a picture for slides and chats."""
        return self._saved("png", {"Software": "ipcmark"}, pil_kwargs={"compress_level": 3})

    def pdf(self) -> bytes:
        """The figure for print, with its text as text."""
        return self._saved("pdf", {"CreationDate": None, "Creator": None, "Producer": "ipcmark",
                                   "Title": self.heading})

    def _saved(self, form: str, metadata: dict[str, str | None], **more: object) -> bytes:
        buffer = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # A glyph that the font lacks becomes a box, and that is all.
            self.canvas.figure.savefig(buffer, format=form, dpi=DOTS_PER_INCH, metadata=metadata, **more)
        return buffer.getvalue()


def places(panels: Sequence[Panel], trials: Sequence[Trial], measure: Measure) -> list[Place]:
    """The standing in each panel's condition, over all `trials` that share it, drawn or not. A condition in
    which nobody ranks is left out."""
    def sharing(panel: Panel) -> list[Trial]:
        return [t for t in trials if t.ranks and (t.placement, t.wait) == (panel.placement, panel.wait)]

    return [
        findings.place(panel.placement, panel.wait, here, measure)
        for panel, here in zip(panels, map(sharing, panels)) if here
    ]
