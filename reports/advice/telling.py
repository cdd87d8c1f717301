"""An advice as text for a terminal, as markdown and as a JSON document."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import exclusions
from units import NBSP
from wording import ASKED, TITLES, figure_text, label, limit, plain, size_text

Json = dict[str, Any]

SCHEMA = 1
WIDTH = 100
MOST_LEVEL = 8
COLUMNS = ("p99", "cpu", "throughput")


@dataclass(frozen=True)
class Part:
    """A heading with sentences, points and rows of a table, in this order; the first row holds titles."""

    heading: str
    sentences: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def text(facts: Json, wanted: Json, answer: Json, name: str = "") -> str:
    """For a terminal: lines of at most WIDTH characters, tables aside."""
    blocks = []
    for part in parts(facts, wanted, answer, name):
        lines = [part.heading]
        for sentence in part.sentences:
            lines += wrapped(sentence, "  ", "  ")
        for point in part.points:
            lines += wrapped(point, "  - ", "    ")
        blocks.append("\n".join(lines + aligned(part.rows)))
    return printable("\n\n".join(blocks).replace("`", ""))


def wrapped(told: str, first: str, rest: str) -> list[str]:
    """Lines of at most WIDTH characters that keep names, and numbers with their units, in one piece."""
    return textwrap.wrap(told.replace(" · ", f"{NBSP}·{NBSP}"), WIDTH, initial_indent=first,
                         subsequent_indent=rest, break_long_words=False, break_on_hyphens=False)


def aligned(rows: list[list[str]]) -> list[str]:
    """A table's lines, its columns below one another."""
    shown = [[cell.replace("`", "") for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown)]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in shown]


def markdown(facts: Json, wanted: Json, answer: Json, name: str = "") -> str:
    """For a page, an issue or a decision record."""
    blocks = []
    for number, part in enumerate(parts(facts, wanted, answer, name)):
        blocks.append(f"{'##' if number else '#'} {part.heading}")
        blocks += map(one_line, part.sentences)
        blocks += ["\n".join(f"- {one_line(point)}" for point in part.points)] if part.points else []
        if part.rows:
            head, *rest = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
                           for row in part.rows]
            blocks.append("\n".join([head, "|" + " --- |" * len(part.rows[0]), *rest]))
    return printable("\n\n".join(blocks))


def one_line(told: str) -> str:
    """A sentence that may have come from a file, on a line of its own."""
    return " ".join(told.split("\n"))


def printable(told: str) -> str:
    """Without characters that would control a terminal."""
    shown = "".join(c if c.isprintable() or c == "\n" else "?" for c in plain(told))
    return f"{shown}\n"


def json_text(facts: Json, wanted: Json, answer: Json, name: str = "") -> str:
    """The whole answer with its question and its origin; times in ns, rates per second, sizes in bytes."""
    document = {"schema": SCHEMA, "result": facts["result"], "profile": name or None, "requirements": wanted,
                **answer}
    return plain(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)) + "\n"


FORMATS = {"text": text, "markdown": markdown, "json": json_text}


def parts(facts: Json, wanted: Json, answer: Json, name: str) -> Iterator[Part]:
    """The advice from its answer down to what limits it."""
    asked = f"{question(wanted)}; {facts['places'][answer['placement']]}."
    if answer["pick"] is None:
        yield Part("Advice: nothing qualifies", [f"Asked for: {asked}"])
        yield _relax(answer)
    else:
        doubt = [] if facts["reliable"] else ["This run is not to be relied on; the caveats say why."]
        yield Part(f"Advice: `{answer['pick']['label']}`",
                   [f"Asked for: {asked}", *doubt, *_verdict(facts, answer)])
        yield _why(wanted, answer)
        yield _pareto(answer)
    yield from _others(facts, answer)
    if answer["changes"]:
        yield Part("What would change the answer", points=[
            f"{change['change']}: {change['told']}." for change in answer["changes"]])
    where = f"Result {facts['result']['id']}: {facts['result']['machine']}."
    profile = [f"Profile {name}."] if name else []
    yield Part("Caveats", [" ".join([*profile, where])], points=answer["caveats"])


def question(wanted: Json) -> str:
    """What was asked for, in words: messages of 256 B, 20 k msg/s, no loss."""
    asked = [f"messages of {size_text(wanted['size'])}"]
    asked += [limit(wanted["rate"], "throughput")] if wanted["rate"] is not None else []
    asked += [f"p99 within {limit(wanted['p99_ns'], 'p99')}"] if wanted["p99_ns"] is not None else []
    for side in ("producers", "consumers"):
        asked += [f"{wanted[side]:,} {side}"] if wanted[side] > 1 else []
    asked += [words for name, words in ASKED.items() if wanted.get(name) is True]
    if wanted["cores_to_burn"] is not None:
        cores = wanted["cores_to_burn"]
        asked.append(f"at most {cores:,} cores kept busy by spinning" if cores else "no spinning")
    asked += [f"on {' and '.join(wanted['platforms'])}"] if wanted["platforms"] else []
    return f"{', '.join(asked)}; {' before '.join(TITLES[name] for name in wanted['prefer'])}"


def _verdict(facts: Json, answer: Json) -> Iterator[str]:
    """The pick, what it is, its figures, and how the runner-up compares."""
    pick = answer["pick"]
    mechanism = facts["mechanisms"][pick["mechanism"]]
    manual = f" ({mechanism['manual']})" if mechanism["manual"] else ""
    yield f"`{pick['mechanism']}`, {facts['waits'][pick['wait']]}: {mechanism['summary']}{manual}."
    yield f"{'; '.join(_figures(pick))}; {complexity(pick)}."
    if answer["runner_up"] is None:
        yield "No other mechanism qualifies."
    else:
        yield f"Runner-up: `{answer['runner_up']['label']}`; {answer['margin']['told']}."


def _figures(rating: Json) -> Iterator[str]:
    for name in COLUMNS:
        if rating[name]:
            yield f"{TITLES[name]} {figure_text(rating[name], name)}"


def complexity(rating: Json) -> str:
    """What it takes, in words: 4 kernel objects, 131 lines."""
    known = rating["complexity"]
    told = [f"needs {known['needs']}"] if known["needs"] else []
    told += [", ".join(known["libraries"])] if known["libraries"] else []
    objects = known["kernel_objects"]
    told += [f"{objects} kernel object{'' if objects == 1 else 's'}"] if objects is not None else []
    told += [f"{known['lines']} lines"] if known["lines"] is not None else []
    return ", ".join(told) or "complexity unknown"


def _why(wanted: Json, answer: Json) -> Part:
    """How the preferences led to the pick, and how it meets each requirement."""
    met = answer["qualifying"]
    who = "1 candidate, a mechanism with a wait, meets" if met == 1 else (
        f"{met} candidates, each a mechanism with a wait, meet")
    sentences = [f"{who} every requirement."]
    sentences += [_step(step) for step in answer["steps"]]
    if answer["decided_by"] == "median":
        sentences.append("No preference is left to tell them apart: the better median decides, which proves "
                         "nothing.")
    if answer["level"]:
        names = [f"`{label(one['mechanism'], one['wait'])}`" for one in answer["level"]]
        more = f" and {len(names) - MOST_LEVEL} more" if len(names) > MOST_LEVEL else ""
        sentences.append(f"Not separable from the pick in {TITLES[wanted['prefer'][0]]}: "
                         f"{', '.join(names[:MOST_LEVEL])}{more}.")
    return Part("Why", sentences, [f"{ASKED.get(reason['constraint'], 'waiting')}: {reason['evidence']}"
                                   for reason in answer["reasons"]])


def _step(step: Json) -> str:
    """Whom a preference left."""
    others = step["left"] - 1
    if not others:
        return f"By {TITLES[step['statistic']]} `{step['best']}` leads alone."
    are = "other is" if others == 1 else "others are"
    how = "about as simple" if step["statistic"] == "simple" else "not separable from it"
    return f"By {TITLES[step['statistic']]} `{step['best']}` comes first, and {others} {are} {how}."


def _pareto(answer: Json) -> Part:
    """Those whom no other candidate beats in everything."""
    rows = [["candidate", *(TITLES[name] for name in COLUMNS), "takes"]]
    for rating in answer["pareto"]:
        cells = [figure_text(rating[name], name) if rating[name] else "not measured" for name in COLUMNS]
        rows.append([f"`{rating['label']}`", *cells, complexity(rating)])
    return Part("The Pareto set: nobody is as good as one of these in everything and better in something",
                rows=rows)


def _others(facts: Json, answer: Json) -> Iterator[Part]:
    """Who does not qualify: one point for each reason, the mechanisms that share it in its end."""
    if not answer["excluded"]:
        return
    tried = {name: [candidate["wait"] for candidate in facts["candidates"]
                    if (candidate["mechanism"], candidate["placement"]) == (name, answer["placement"])]
             for name in facts["mechanisms"]}
    yield Part("Why not the others", points=list(exclusions.points(answer["excluded"], tried)))


def _relax(answer: Json) -> Part:
    """What to give up when nobody qualifies."""
    if not answer["relax"]:
        return Part("What to relax", ["No three requirements that could be given up let anybody qualify."])
    points = [f"{entry['change']}: {entry['told']}, and {entry['qualifying']} qualify in all."
              if entry["qualifying"] > 1 else f"{entry['change']}: {entry['told']} qualifies."
              for entry in answer["relax"]]
    return Part("What to relax: each of these lets somebody qualify", points=points)
