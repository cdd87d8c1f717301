"""The last section: how the figures came about, what they cannot tell, what they were made from, and how to
make them again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import overview
import tables
from context import Context
from markup import coded, plain_list, table, text
from reading import Source
from results import Result
from stats import NEEDED_COVERAGE
from units import TIME, message_size, percent, quantity
from words import listing, plural

Parts = tuple[str, str, str, str, str]  # anchor, eyebrow, heading, finding, body: sections.make

METHOD = (
    "The unit of evidence is a fresh launch: new processes, new kernel objects. Every figure is a median "
    "over launches; beside it stands the exact order-statistic interval of that median. Under "
    "the name stands how many launches there were, how much the interval really covers, and what ended the "
    "trial if it was not the precision asked for: the time budget or the greatest number of launches.",
    "Somebody <em>leads</em> when their interval lies apart from those of all others in the group. Otherwise "
    "the first ones are <em>not separable</em>, whatever their medians say. Intervals that cover less than "
    f"{percent(NEEDED_COVERAGE)} separate nothing. Each interval speaks for its own row: of many rows a few "
    "will miss.",
    "How a receiver waits is part of what was measured and stands on every label. A spinning one buys its "
    "latency with a core of its own, therefore it is never ranked among blocking ones.",
    "Every message is checked while it is timed. A trial in which one is lost, repeated, reordered or torn "
    "that should not be has failed, and has no figures.",
    "Absolute times belong to this machine in this hour.",
)


def parts(result: Result, others: Sequence[Result], context: Context) -> Parts:
    """The section's parts."""
    finding = "Figures are medians over fresh launches; a lead is claimed only where intervals lie apart."
    body = (
        f"{plain_list(METHOD, 'remarks')}<h3>What these figures cannot tell</h3>\n"
        f"{plain_list(map(text, limits(result)), 'remarks')}<h3>The files behind this page</h3>\n"
        f"{raw_data(result, others, context)}<h3>To do it again</h3>\n{again(result)}"
    )
    return "method", "Method", "How to read this page, and what it rests on", finding, body


def limits(result: Result) -> Iterator[str]:
    """What was not measured, or can be said of this machine only; each computed from the result."""
    if "open_loop" not in tables.workloads(result):
        yield LOOPS
    measured = sorted({trial.size for trial in result.measured})
    if measured:
        yield (f"Sizes of messages: {listing([message_size(size) for size in measured], 12)}. What lies "
               f"between them was not measured, and nothing below or above.")
    hypervisor = result.environment["virtualisation"]["hypervisor"]
    if hypervisor not in ("none", "unknown"):
        yield (f"The host is a virtual machine ({hypervisor}): waking another processor goes through the "
               f"hypervisor, and rankings of blocking mechanisms may differ on bare metal.")
    if "wine" in result.environment:
        yield "Wine is not Windows: these figures tell how Wine does what Windows would."
    clock = result.floors["clock"]
    yield (f"The clock ({clock['source']}) steps by {quantity(clock['resolution_ns'], TIME)} and takes "
           f"{quantity(clock['cost_ns'], TIME)} to read.")
    absent = sorted({skip.mechanism for skip in result.skipped} - {t.mechanism for t in result.measured})
    if absent:
        yield (f"Not available here and so not measured: {listing(absent, 12)}; the reasons stand under "
               f"Skipped.")
    if result.verification is None:
        yield "No verification was given: what the mechanisms promise was not checked for this page."
    if result.run["partial"]:
        yield "The run ended before its plan did."


LOOPS = (
    "No load came at a rate of its own: a ping-pong sends the next message when the last answer is back, a "
    "stream sends as fast as the link takes it. So nothing here tells the latency under a given load, and a "
    "stall delays the messages behind it without being counted for each of them."
)


def raw_data(result: Result, others: Sequence[Result], context: Context) -> str:
    """Each file with its size and digest, so that anybody can see that it is the one."""
    rows = [("This result", result.run["id"], result.source)]
    if result.verification:
        rows.append(("Its verification", f"seed {result.verification.seed}", result.verification.source))
    rows += [("Beside it", other.run["id"], other.source) for other in others]
    if context.comparison:
        compared = [context.comparison.baseline, *(one.outline for one in context.comparison.others)]
        rows += [("Compared", one.id, one.source) for one in compared if one.id != result.run["id"]]
    return table(["", "Run", "File", "Bytes", "SHA-256"],
                 ([text(what), text(run), *_source_cells(source)] for what, run, source in rows),
                 kind="compared")


def _source_cells(source: Source | None) -> list[str]:
    if source is None:
        return ["–", "–", "–"]
    return [text(source.name), f"{source.size:,}", f"<code>{source.sha256}</code>"]


def again(result: Result) -> str:
    """The commands that measure and draw it once more."""
    verified = result.verification.run.get("command") if result.verification else None
    commands = "\n".join(filter(None, [result.run["command"], verified]))
    planned = plural(len(result.trials) + len(result.skipped), "trial")
    said = (f"The plan of {planned} was carried out on {overview.machine(result)}, revision "
            f"{result.run['revision']}. The seed {result.run['seed']} gives the same order of launches "
            f"again. Figures are files beside this page, too; `table.csv` and `matrix.csv` hold the numbers.")
    return f"<p>{coded(said)}</p>\n<pre><code>{text(commands)}</code></pre>\n"
