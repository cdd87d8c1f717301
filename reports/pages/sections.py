"""The sections of the page, each a finding with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import comparison_section
import matrix_section
import method
import overview
import past
import promises
import scripts
import series
import svg
import tables
from chart import Chart
from context import ALONE, Context
from findings import first, margin
from markup import coded, fact_list, folded, marked, plain_list, scrolling, section, table, text
from results import Result
from units import TIME, quantity, spread
from words import condition, listing, plural, workload


class Section(NamedTuple):
    """A section's anchor, its name in the contents and under what kind it stands there, and its HTML."""

    anchor: str
    name: str
    html: str
    kind: str = ""


def make(anchor: str, eyebrow: str, heading: str, finding: str, body: str) -> Section:
    """A section whose name in the contents is its heading. Finding and body are HTML."""
    return Section(anchor, heading, section(anchor, eyebrow, heading, finding, body), eyebrow)


def all_sections(result: Result, charts: list[Chart], others: Sequence[Result] = (),
                 context: Context = ALONE) -> Iterator[Section]:
    """Every section that has something to say, in the order of the page: what to choose and what it keeps,
    the figures, other results and earlier ones, then everything that these rest on."""
    if not result.measured:
        yield nothing_measured(result)
    for parts in matrix_section.parts(result):
        yield make(*parts)
    if result.verification:
        for parts in promises.broken(result.verification):
            yield make(*parts)
    for chart in charts:
        yield of_chart(result, chart)
    yield from elsewhere(result, context)
    for name in tables.workloads(result):
        if tables.groups(result, name):
            yield of_table(result, name)
    if result.verification:
        for parts in promises.all_parts(result.verification):
            yield make(*parts)
    if result.failed:
        yield failures(result)
    if result.skipped:
        yield skipped(result)
    yield floors(result)
    yield environment(result)
    for other in others:
        yield from beside(other)
    yield make(*method.parts(result, others, context))


def elsewhere(result: Result, context: Context) -> Iterator[Section]:
    """Other results, and earlier ones."""
    if context.comparison:
        yield make(*comparison_section.parts(context.comparison))
    for chart in context.charts:
        yield of_chart(result, chart)
    if context.past:
        yield make(*past.parts(context.past))


def nothing_measured(result: Result) -> Section:
    """What a page without figures says."""
    finding = (
        f"No trial of this run has figures: {len(result.failed):,} failed, {len(result.unfinished):,} did "
        f"not finish a launch, {len(result.skipped):,} could not take place here."
    )
    body = "<p><code>ipcmark list</code> says what can be measured here, what cannot, and why.</p>\n"
    return make("nothing", "Result", "Nothing was measured", text(finding), body)


def of_chart(result: Result, chart: Chart) -> Section:
    """A figure with its finding, its panels, how to read it, who is first in each condition."""
    panels = svg.panels(chart.svg, chart.canvas, chart.name, [panel.title for panel in chart.panels])
    left_out = "".join(
        f"<p>{text(panel.title)}: {text(', '.join(trial.label for trial in panel.left_out))}.</p>"
        for panel in chart.panels if panel.left_out)
    left_out = folded("Not drawn, but in the table", left_out) if left_out else ""
    numbers = series.of_chart(result, chart)
    more = "".join(f"<p>{marked(sentence)}</p>\n" for sentence in chart.more)
    body = (
        f'{more}<figure><div class="panels">{"".join(panels)}</div>\n'
        f"<figcaption><p>{text(chart.caption)}</p>{left_out}"
        f"<p>Files: {text(chart.name)}.svg, {text(chart.name)}.png, {text(chart.name)}.pdf</p>"
        f"</figcaption></figure>\n{scripts.data(numbers, scripts.SERIES, chart.name) if numbers else ''}"
        f"{leaders(chart) if chart.places else ''}"
    )
    return make(chart.name, chart.kind, chart.heading, marked(chart.finding), body)


def leaders(chart: Chart) -> str:
    """Who is first in each condition of a figure that ranks, and what the intervals allow to say of it."""
    measure = chart.measure
    assert measure
    rows = (
        [text(condition(place.placement, place.wait)), f"<strong>{text(first(place).label)}</strong>",
         text(spread(first(place).summary[measure.statistic], measure.scale)), marked(margin(place, measure))]
        for place in chart.places
    )
    heads = ["Condition", "First", "Median and interval", "What the intervals allow to say"]
    return f'<h3>First in each condition</h3>\n{table(heads, rows, kind="leaders")}'


def of_table(result: Result, name: str, run: str = "") -> Section:
    """All trials of a workload that did not fail. `run` tells another run's from those of the page's own."""
    about, groups = workload(name), tables.groups(result, name)
    count = sum(len(group.rows) for group in groups)
    heads = ["Mechanism · wait", *(title for title, _, _ in tables.COLUMNS), "Notes"]
    head = "".join(f'<th scope="col">{text(title)}</th>' for title in heads)
    inner = f"<thead><tr>{head}</tr></thead>" + "".join(table_group(group, len(heads)) for group in groups)
    body = (
        f"<p>{text(about.meaning)} Rows of one group may be compared; different waits and placements stand "
        f"apart. Rows are in the order of {text(groups[0].order)}: {MARKS['first']} first in its group, "
        f"{MARKS['level']} first or not separable from it.</p>\n"
        f"{folded(f'All {count:,} trials', scrolling('trials', inner, long=True))}"
    )
    where = f" on {overview.system(result)}" if run else ""
    return make(f"table-{name}{run}", "Table", f"{about.title}{where}: every trial",
                text(table_finding(groups)), body)


MARKS = {
    "first": '<span class="first">●</span>',
    "level": '<span class="level">○</span>',
    "": "",
}


def table_finding(groups: list[tables.Group]) -> str:
    """In how many groups somebody leads."""
    places = [{row.place for row in group.rows} for group in groups]
    clear = sum("first" in group for group in places)
    level = sum("level" in group for group in places)
    rest = len(groups) - clear - level
    said = [f"one mechanism leads in {clear}", f"the first ones are not separable in {level}"]
    said += [f"there is nothing to rank in {rest}"] if rest else []
    return f"Of {plural(len(groups), 'group')} of comparable trials {listing(said)}."


def table_group(group: tables.Group, columns: int) -> str:
    """The rows of one group under its title."""
    title = f'<th colspan="{columns}" scope="rowgroup"><span>{text(group.title)}</span></th>'
    rows = "".join(map(table_row, group.rows))
    return f'<tbody><tr class="group">{title}</tr>\n{rows}</tbody>'


def table_row(row: tables.Row) -> str:
    """One trial."""
    figures = "".join(
        f"<td>{text(cell.value) or '–'}<small>{text(cell.interval)}</small></td>" for cell in row.cells)
    name = f"{MARKS[row.place]}{text(row.label)}<small>{text(row.basis)}</small>"
    return f"<tr><th scope=\"row\">{name}</th>{figures}<td>{text('; '.join(row.notes))}</td></tr>\n"


def failures(result: Result) -> Section:
    """The trials without figures because they failed."""
    rows = ([text(tables.where(trial)), text(tables.what_failed(trial))] for trial in result.failed)
    count = f"{len(result.failed):,} of {plural(len(result.trials), 'trial')}"
    return make("failures", "Correctness", "Failures", f"{count} failed and have no figures on this page.",
                table(["Trial", "What happened"], rows, kind="prose"))


def skipped(result: Result) -> Section:
    """The trials that could not take place."""
    rows = ([text(skip.mechanism), text(skip.reason), text(skip.where)] for skip in tables.skipped(result))
    who = plural(len({skip.mechanism for skip in result.skipped}), "mechanism")
    return make("skipped", "Coverage", "Skipped",
                f"{plural(len(result.skipped), 'trial')} of {who} could not take place here.",
                table(["Mechanism", "Reason", "Where"], rows, kind="prose"))


def floors(result: Result) -> Section:
    """What nothing here can beat."""
    known = overview.floors(result)
    clock = result.floors["clock"]
    finding = (
        f"No time below {quantity(max(clock['cost_ns'], clock['resolution_ns']), TIME)} says much here: "
        f"reading the clock takes {quantity(clock['cost_ns'], TIME)}, and it steps by "
        f"{quantity(clock['resolution_ns'], TIME)}."
    )
    return make("floors", "Machine", "Floors of this machine", text(finding), fact_list(known, "facts wide"))


def environment(result: Result) -> Section:
    """The environment, and what the doctor has to say of it, warnings first."""
    warnings, infos = overview.doctor(result, "warning"), overview.doctor(result, "info")
    count = plural(len(warnings), "warning") if warnings else "no warning"
    remarks = plain_list(map(remark, warnings + infos), "remarks")
    return make("environment", "Machine", "Environment", f"The doctor has {count} about this host.",
                remarks + fact_list(overview.environment(result), "facts wide"))


def beside(other: Result) -> Iterator[Section]:
    """Another run's machine and tables. Nothing of it is ranked with the page's own."""
    run = f"-{other.run['id']}"
    why = "".join(f" {banner.title} {banner.text}" for banner in overview.banners(other))
    left = [[text(tables.where(trial)), text(tables.what_failed(trial))] for trial in other.failed]
    left += [[text(skip.mechanism), text(skip.reason)] for skip in tables.skipped(other)]
    body = (
        f"<p class=\"machine\">{text(overview.machine(other))}</p>\n"
        f"<pre><code>{text(other.run['command'])}</code></pre>\n"
        f"{table(['Without figures', 'Why'], left, kind='prose') if left else ''}"
    )
    yield make(f"beside{run}", "Another run", f"Beside it: {overview.system(other)}",
               text(f"The tables that follow are of another run, not to be ranked with this one.{why}"), body)
    for name in tables.workloads(other):
        if tables.groups(other, name):
            yield of_table(other, name, run)


def remark(item: dict[str, str]) -> str:
    """One remark of the doctor."""
    mark = '<span class="warning">Warning</span> ' if item["severity"] == "warning" else ""
    what, meaning = overview.sentence(item["what"]), overview.sentence(item["meaning"])
    advice = overview.stopped(item["advice"])
    return f"{mark}<strong>{coded(what)}</strong> {coded(meaning)} <em>Advice:</em> {coded(advice)}"
