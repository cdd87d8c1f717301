"""What whoever follows an advice has to know beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checks import shared, throughput_workload
from ranking import Choice
from wording import TITLES, figure_text, limit, size_text, times

Json = dict[str, Any]

WIDE = 1.5  # Bounds of an interval further apart than this factor are called noisy.


def caveats(facts: Json, wanted: Json, choice: Choice | None, runner_up: Json | None) -> list[str]:
    """A sentence for each: first those about the figures of this pick, then those about the machine."""
    about = [] if choice is None else [*_of_figures(facts, wanted, choice, runner_up),
                                       *_of_mechanism(facts, wanted, choice.pick)]
    return about + list(facts["caveats"])


def _of_figures(facts: Json, wanted: Json, choice: Choice, runner_up: Json | None) -> Iterator[str]:
    pick = choice.pick
    for rating in filter(None, (pick, runner_up)):
        if "p99" in rating["straddles"]:
            yield (f"p99 of `{rating['label']}`, {figure_text(rating['p99'], 'p99')}, is not separable from "
                   f"the budget of {limit(wanted['p99_ns'], 'p99')}.")
        if "rate" in rating["straddles"]:
            yield (f"Throughput of `{rating['label']}`, {figure_text(rating['throughput'], 'throughput')}, "
                   f"is not separable from the {limit(wanted['rate'], 'throughput')} asked for.")
    yield from _of_size(wanted, pick)
    yield ("p99 and CPU time are of a closed loop, one message there and one back at a time: they are round "
           "trips, and under load messages queue and take longer.")
    if pick["load"]:
        load = pick["load"]
        yield (f"Under load: where {limit(load['rate'], 'throughput')} of {size_text(load['size'])} were "
               f"due, p99 one way of `{pick['label']}` was {figure_text(load['p99'], 'p99')}, from when a "
               "message was due.")
    yield from _of_load(facts, wanted)
    yield from _of_noise(wanted, pick)


def _of_size(wanted: Json, pick: Json) -> Iterator[str]:
    asked = size_text(wanted["size"])
    if "interpolated" in pick["size_is"].values():
        yield f"{asked} was not measured: figures are interpolated between the sizes around it."
    if "smallest" in pick["size_is"].values():
        yield f"{asked} was not measured: figures are of the smallest size that was."


def _of_load(facts: Json, wanted: Json) -> Iterator[str]:
    producers, consumers = wanted["producers"], wanted["consumers"]
    if throughput_workload(facts, wanted) == "crowd":
        if (producers, consumers) != (2, 2):
            yield (f"Throughput was measured with 2 producers and 2 consumers, not with {producers} and "
                   f"{consumers}; p99 and CPU time with one of each.")
        else:
            yield "p99 and CPU time were measured with one producer and one consumer."
    elif shared(wanted) or wanted["every_consumer"] and consumers > 1:
        yield (f"All figures are of one producer and one consumer: {producers} and {consumers} on one link "
               "were not measured at this size.")


def _of_noise(wanted: Json, pick: Json) -> Iterator[str]:
    for statistic in ("p99", "cpu", "throughput"):
        figure = pick[statistic]
        if statistic != wanted["prefer"][0] or not figure:
            continue
        if len(figure) > 3:
            yield f"Too few launches: the {TITLES[statistic]} of `{pick['label']}` separates it from nobody."
        elif figure[1] > 0 and figure[2] > WIDE * figure[1]:
            yield (f"Noisy: the interval of `{pick['label']}` in {TITLES[statistic]} spans a factor of "
                   f"{times(figure[2] / figure[1])}.")


def _of_mechanism(facts: Json, wanted: Json, pick: Json) -> Iterator[str]:
    mechanism = facts["mechanisms"][pick["mechanism"]]
    for system in wanted["platforms"]:
        if system != facts["system"]:
            yield (f"All figures are of {facts['system']}: on {system} `{mechanism['platforms'][system]}` "
                   "has to be measured there.")
    if wanted["replies"] and not mechanism["duplex"]:
        yield "Replies take a second link of the same kind, as they did when it was measured."
    if wanted["replies"] and wanted["producers"] > 1:
        yield ("How an answer finds its producer among several was not measured: one link each is the plain "
               "way.")
    if facts["verified"] and not mechanism["cases"]:
        yield f"The verification has no case of `{mechanism['base']}`."
    for deviation in mechanism["deviations"]:
        yield f"Known of `{mechanism['base']}` and excused by the verification: {deviation}."
    if pick["wait"] == "adaptive" and pick["after_silence"]:
        yield ("Its wait is adaptive: p99 and CPU time hold while messages follow closely. After a "
               f"millisecond of silence one way alone takes p99 {figure_text(pick['after_silence'], 'p99')}.")
    if pick["wait"] == "spin":
        yield (f"It spins: {wanted['producers'] + wanted['consumers']} processes keep a core busy each, all "
               "the time.")
