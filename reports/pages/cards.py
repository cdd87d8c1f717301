"""Recommendation cards: for each profile who to choose, with what figures, why not the others, and what would
change it. The answers are those of advice/rules.py; here they only become HTML."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from advising import Advice, figure_text
from markup import marked, plain_list, text
from words import listing, plural

Json = dict[str, Any]

# Figure of an answer -> its name on the page.
FIGURES = {
    "p99": "p99 round trip",
    "cpu": "CPU per message",
    "throughput": "Throughput",
    "idle": "CPU per idle millisecond",
}
PREFERENCES = {"p99": "p99", "cpu": "CPU per message", "throughput": "throughput", "simple": "simplicity"}

# What an excluded one does not meet, as the title of a group.
CONSTRAINTS = {
    "size": "Not measured with messages of this size",
    "verification": "Broke a promise when it was verified",
    "trials": "Failed while it was measured",
    "p99": "Over the p99 budget",
    "rate": "Below the rate",
    "producers": "For one producer only",
    "consumers": "For one consumer only",
    "every_consumer": "Does not reach every consumer",
    "no_loss": "May lose messages",
    "ordered": "May change the order",
    "survive_crash": "A killed peer may harm the others",
    "see_death": "Does not tell that the producers died",
    "spin": "Would burn too many cores",
    "platforms": "Not on each of the systems",
    "unrelated_processes": "For relatives only",
    "pass_fd": "Hands over no descriptors",
    "one_link": "Carries one direction only",
    "never_block": "A slow consumer holds the producer back",
    "priorities": "Has no priorities",
    "no_dependencies": "Needs more than the system has",
}


def finding(advices: list[Advice]) -> str:
    """What the cards say together, in one sentence with names in backquotes."""
    picks = [advice.answer["pick"] for advice in advices]
    labels = [f"`{pick['label']}`" for pick in picks if pick]
    often = sorted(dict.fromkeys(labels), key=lambda label: -labels.count(label))
    counts = [f"{label} in {labels.count(label)}" for label in often]
    margins = [advice.answer["margin"] for advice in advices]
    level = sum(bool(margin) and not margin["separable"] for margin in margins)
    nobody = f", nobody in {picks.count(None)}" if None in picks else ""
    told = f"{capital(listing(counts, 4))}{nobody}" if counts else "Nobody is picked"
    runners = f"; in {level} the runner-up is not separable from the pick" if level else ""
    return f"Of {plural(len(advices), 'profile')}: {told}{runners}."


def capital(words: str) -> str:
    """The words with a capital at their beginning, unless a name stands there."""
    return words[:1].upper() + words[1:]


def cards(advices: list[Advice]) -> str:
    """All cards, side by side where there is room."""
    return f'<div class="cards">\n{"".join(map(card, advices))}</div>\n'


def card(advice: Advice) -> str:
    """One profile's card."""
    answer = advice.answer
    inner = picked(answer) if answer["pick"] else nobody(answer)
    changes = map(change, answer["changes"])
    return (
        f'<article class="card" id="advice-{text(advice.name)}">\n'
        f'<p class="eyebrow">Profile {text(advice.name)}</p>\n'
        f'<p class="whom">{text(advice.about)}</p>\n{inner}'
        f'{folded("Why not the others", exclusions(answer["excluded"]), len(answer["excluded"]))}'
        f'{folded("What would change it", sentences(changes), len(answer["changes"]), printed=True)}'
        f'{folded("Caveats", sentences(answer["caveats"]), len(answer["caveats"]), printed=True)}</article>\n'
    )


def picked(answer: Json) -> str:
    """Who is picked, its figures, the runner-up with the margin, and what speaks for it."""
    pick = answer["pick"]
    behind = (f"<p>Against the runner-up: {marked(answer['margin']['told'])}.</p>\n"
              if answer["runner_up"] else "<p>No other mechanism qualifies.</p>\n")
    return (
        f'<h3 class="pick">{text(pick["label"])}</h3>\n{figure_list(pick)}{behind}'
        f'<p class="how">{marked(how(answer))}</p>\n'
        f'{plain_list((marked(capital(reason["evidence"])) for reason in answer["reasons"]), "reasons")}'
    )


def nobody(answer: Json) -> str:
    """That nobody qualifies, and which constraint to relax."""
    ways = [f"{capital(entry['change'])}: {entry['told']}" for entry in answer["relax"]]
    relax = f"<p>Relax one of these:</p>{sentences(ways)}" if ways else ""
    return f'<h3 class="pick">Nobody qualifies</h3>\n{relax}'


def figure_list(rating: Json) -> str:
    """The figures of a candidate with their intervals, and what it takes."""
    known = [(name, figure_text(rating[key], key)) for key, name in FIGURES.items() if rating[key]]
    items = "".join(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>"
                    for name, value in [*known, ("Takes", takes(rating["complexity"]))])
    return f'<dl class="facts">{items}</dl>\n'


def takes(complexity: Json) -> str:
    """What a mechanism needs and how large it is, in words."""
    needs = [part for part in (complexity["needs"], *complexity["libraries"]) if part]
    parts = [" and ".join(needs)] if needs else ["nothing beside the kernel"]
    counts = (("kernel_objects", "kernel object"), ("lines", "line"))
    parts += [plural(complexity[key], word) for key, word in counts if complexity[key] is not None]
    return ", ".join(parts)


def how(answer: Json) -> str:
    """How the preferences led to the pick."""
    steps = [f"{PREFERENCES[step['statistic']]} left {step['left']:,}" for step in answer["steps"]]
    among = f"Of {plural(answer['qualifying'], 'candidate')} that qualify"
    return f"{among}, {listing(steps, 4)}." if steps else f"{among} it is the only one."


def exclusions(excluded: Iterable[Json]) -> str:
    """Everybody who does not qualify, by constraint and then by evidence."""
    groups: dict[str, dict[str, dict[str, list[str]]]] = {}
    for entry in excluded:
        evidences = groups.setdefault(entry["constraint"], {})
        waits = evidences.setdefault(entry["evidence"], {}).setdefault(entry["mechanism"], [])
        waits.append(entry["wait"])
    told = []
    for constraint, evidences in groups.items():
        items = (f"{text(capital(evidence))}<small>{text(names(who))}</small>"
                 for evidence, who in evidences.items())
        told.append(f"<h4>{text(CONSTRAINTS.get(constraint, constraint))}</h4>{plain_list(items, 'reasons')}")
    return "".join(told)


def names(who: dict[str, list[str]]) -> str:
    """Mechanisms that share their waits together: pipe, fifo · spin, block; futex · spin."""
    sharing: dict[str, list[str]] = {}
    for mechanism, waits in who.items():
        sharing.setdefault(", ".join(waits), []).append(mechanism)
    return "; ".join(f"{', '.join(mechanisms)} · {waits}" for waits, mechanisms in sharing.items())


def change(entry: Json) -> str:
    """One neighbouring question with another answer."""
    return f"{capital(entry['change'])}: {entry['told']}."


def sentences(items: Iterable[str]) -> str:
    """Sentences with names in backquotes as a list."""
    return plain_list(map(marked, items), "reasons")


def folded(title: str, body: str, count: int, *, printed: bool = False) -> str:
    """A part of a card that opens when it is asked for, and if `printed` always on paper."""
    kind = ' class="prints"' if printed else ""
    return f"<details{kind}><summary>{title} ({count:,})</summary>\n{body}</details>\n" if count else ""


def verdict(advices: list[Advice]) -> str:
    """The answer for the plain cases, as the head of the page gives it; names stand in backquotes."""
    told = []
    for advice in advices:
        pick, margin = advice.answer["pick"], advice.answer["margin"]
        if pick is None:
            told.append(f"{advice.plain}: nobody qualifies.")
            continue
        first = next(name for name in advice.wanted["prefer"] if name != "simple")
        figure = f", {PREFERENCES[first]} {figure_text(pick[first], first)}" if pick[first] else ""
        level = "" if not margin or margin["separable"] else ", not separable from its runner-up"
        told.append(f"{advice.plain}: `{pick['label']}`{figure}{level}.")
    return " ".join(told)
