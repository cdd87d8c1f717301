"""The files of a report. The page comes last: where there is one, it is whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import comparison_section
import export
import figure_comparison
import figures
import matrix
import page
import rendering
from comparison import Comparison
from context import Context
from past import Past
from results import Result


class Report:
    """A report that is being made for the folder `out`: the figures of the result alone are drawn first,
    while other results are still being read. Everything throws OSError where that cannot be written."""

    def __init__(self, result: Result, beside: list[Result], out: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self._result, self._beside, self._out = result, beside, out
        self._charts = figures.charts(result)

    def write(self, comparison: Comparison | None, past: Past | None) -> None:
        """Writes everything, with what other results and earlier ones add."""
        compared = figure_comparison.charts(comparison, self._result) if comparison else []
        rendering.write_files([*self._charts, *compared], self._out)
        self._write_tables()
        if comparison:
            place = self._out / "comparison.csv"
            with place.open("w", encoding="utf-8", errors="replace", newline="") as file:
                comparison_section.write_csv(comparison, file)
            self._save("comparison.md", lines(comparison_section.markdown(comparison)))
        if past:
            for form in ("svg", "png", "pdf"):
                past.save(self._out / f"history.{form}")
        context = Context(comparison, compared, past)
        self._save("index.html", page.html(self._result, self._charts, self._beside, context))

    def _write_tables(self) -> None:
        """The tables of the result alone."""
        self._save("table.csv", export.csv_text(self._result))
        self._save("table.md", export.markdown(self._result))
        if guarantees := matrix.rows(self._result):
            verified = self._result.verification is not None
            self._save("matrix.csv", matrix.csv_text(guarantees))
            self._save("matrix.md", lines(matrix.markdown(guarantees, verified=verified)))

    def _save(self, name: str, text: str) -> None:
        """Writes a text file; what cannot be encoded becomes a question mark."""
        (self._out / name).write_bytes(text.encode("utf-8", "replace"))


def lines(of: Iterable[str]) -> str:
    """A text of lines."""
    return "\n".join(of) + "\n"
