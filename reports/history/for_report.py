"""What a report shows of a history: the series that matter most for one result, on the same environment."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path

import matplotlib

import environment
import history  # noqa: F401  It says where the modules of the folder above are.
import step_plot
import style
import svg
from change_points import Settings
from comparison import headlines
from from_result import effort_text
from judging import Judged, judge, percent, too_new_text
from model import Series, day
from outlines import of_result
from past import Past, PastChange
from results import Result
from store import Store, usual_place

MOST_PLOTS = 6


def past(result: Result, place: str) -> Past | None:
    """The history of a result's headline series in the store at `place`, the usual one when that is empty;
    None where it has none of them. Throws Unusable."""
    store = Store(place or usual_place())
    try:
        here = _series(store, result)
        judged = [judge(one, points, Settings()) for one, points in store.points(here) if points]
    finally:
        store.close()
    if not judged:
        return None
    changes = [pair for one in judged for pair in _changes(one)]
    changes.sort(key=lambda pair: pair[0].age)
    shown = list({id(one): one for _, one in changes}.values())[:MOST_PLOTS] or judged[:MOST_PLOTS // 2]
    return Past(
        points=max(len(one.points) for one in judged), series=len(judged),
        changes=[change for change, _ in changes],
        plots=[_inline(one, f"history-{number}") for number, one in enumerate(shown)],
        too_new=f"Of each series {too_new_text(max(judged, key=lambda one: len(one.points)))}.",
        save=partial(_save, shown, environment.of_record(result.environment).description),
    )


def _series(store: Store, result: Result) -> list[Series]:
    """The series of the headline trials on the result's environment, measured with its effort."""
    outline = of_result(result)
    wanted = {
        (f"{key.mechanism}/{key.workload}/{key.size}/{key.wait}/{key.placement}", headline.statistic.name)
        for headline in headlines(outline) for key in headline.keys(outline)}
    where = (environment.of_record(result.environment).id, effort_text(result.run.get("effort")))
    return [one for one in store.series()
            if (one.environment, one.effort) == where and (one.trial, one.statistic) in wanted]


def _changes(judged: Judged) -> list[tuple[PastChange, Judged]]:
    return [(PastChange(
        judged.series.name, judged.word(change), percent(change.change),
        f"{judged.level(change.before)} → {judged.level(change.after)}", judged.commits(change),
        day(judged.points[change.index].time), len(judged.points) - change.index,
    ), judged) for change in judged.findings.changes]


def _inline(judged: Judged, name: str) -> str:
    """One plot as HTML, in the colours of the page."""
    figure = step_plot.figure_of([judged], "")
    buffer = io.StringIO()
    with matplotlib.rc_context(style.SETTINGS):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return svg.whole(buffer.getvalue(), figure, name, f"History of {judged.series.name}")


def _save(judged: list[Judged], description: str, out: Path) -> None:
    """All plots in one file. Throws OSError."""
    step_plot.draw(judged, {judged[0].series.environment: description}, out)
