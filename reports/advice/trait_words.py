"""What a mechanism's traits and its verification say to each requirement, in words.

These sentences are made once, here. The rules in Python and in JavaScript only look them up.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Json = dict[str, Any]

OTHER_SYSTEM = {"linux": "windows", "windows": "linux"}


class Words(NamedTuple):
    """What is said of a mechanism that has a trait, and of one that has it not."""

    trait: str
    has: str
    lacks: str


# Requirements that one trait with the value true answers.
PLAIN = {
    "producers": Words("many_producers", "several producers may share a link",
                       "only one producer may use a link; several links at one consumer were not measured"),
    "consumers": Words("many_consumers",
                       "several consumers may share a link, each message reaches one of them",
                       "no two consumers may share a link, each taking its part of the messages"),
    "every_consumer": Words("broadcasts", "each message reaches every consumer",
                            "a message reaches one consumer only"),
    "ordered": Words("fifo", "messages of a producer arrive in the order sent",
                     "messages may overtake one another"),
    "see_death": Words("sees_peer_death", "a consumer is told when every producer has died",
                       "a consumer is not told when every producer has died"),
    "survive_crash": Words("survives_peer_kill",
                           "a peer that is killed at any point does not block the others",
                           "a peer that is killed at the wrong point may block the others or lose messages"),
    "unrelated_processes": Words("named", "programs that are no relatives reach it by a name or an address",
                                 "only relatives can share it, for it has no name"),
    "pass_fd": Words("passes_descriptors", "it can hand over open descriptors",
                     "it cannot hand over open descriptors"),
    "one_link": Words("duplex", "one link carries both directions", "a link carries one direction only"),
}

DELIVERY = {
    "every": "every message arrives",
    "lossy": "messages may be lost",
    "merged": "messages may be merged into one",
    "latest": "a message that was not read in time is replaced by the next",
}

# What a slow consumer was seen to cause: suites/conformance/guarantees.
SLOW_CONSUMER = {
    "block": "a slow consumer was seen to hold the producer back",
    "none": "a slow consumer was seen not to hold the producer back",
    "drop": "a slow consumer was seen to lose messages",
    "overwrite": "a slow consumer was seen to lose messages to newer ones",
    "merge": "a slow consumer was seen to get several messages as one",
    "error": "a slow consumer was seen to make the producer fail",
}
LOSING = ("drop", "overwrite", "merge", "error")


def judged(traits: Json, seen: Json, entry: Json) -> tuple[dict[str, str], dict[str, str]]:
    """What a mechanism keeps and what it breaks: a sentence by requirement, each requirement in one of both.

    `seen` is what its verification has measured (empty without one), `entry` its object in `mechanisms`. The
    rules add the manual page, which is the same for all sentences of a mechanism.
    """
    keeps: dict[str, str] = {}
    breaks: dict[str, str] = {}

    def say(requirement: str, good: bool, sentence: str, *basis: str) -> None:
        about = "; ".join(filter(None, basis))
        (keeps if good else breaks)[requirement] = f"{sentence} ({about})" if about else sentence

    for requirement, words in PLAIN.items():
        good = bool(traits.get(words.trait, False))
        trait = words.trait if good else f"not {words.trait}"
        sentence = words.has if good else words.lacks
        say(requirement, good, sentence, trait, *(_kills(seen) if requirement == "survive_crash" else ()))
    delivery, slow = traits["delivery"], seen.get("slow_consumer", "")
    basis = (f"delivery: {delivery}", SLOW_CONSUMER.get(slow, ""))
    say("no_loss", delivery == "every" and slow not in LOSING, DELIVERY[delivery], *basis)
    free = slow == "none" or delivery != "every" and slow != "block"
    say("never_block", free, "a slow consumer does not hold the producer back" if free
        else "the producer waits for a slow consumer", *basis)
    levels = int(traits.get("priorities", 1))
    say("priorities", levels > 1, f"{levels:,} priorities" if levels > 1 else "messages have no priorities")
    _needs(say, traits, entry)
    signal = traits["framing"] == "signal"
    say("payload", not signal, "a signal carries no payload" if signal else "messages carry a payload",
        f"framing: {traits['framing']}")
    return keeps, breaks


def _needs(say: Any, traits: Json, entry: Json) -> None:
    """Whether it can do without anything beside the kernel."""
    needs = [part for part in [str(traits.get("needs", "")), *needed_libraries(entry)] if part]
    say("no_dependencies", not needs,
        f"it needs {' and '.join(needs)}" if needs else "it needs nothing beside the system")


def needed_libraries(entry: Json) -> list[str]:
    """The names of the libraries that a mechanism is built with."""
    return [str(name) for name in entry.get("libraries", [])]


def _kills(seen: Json) -> tuple[str, ...]:
    """What the kills of a verification did."""
    if not seen.get("kills"):
        return ()
    return (f"{seen['harmful']} of {seen['kills']} kills at chosen points harmed the others",)


def platforms(entry: Json) -> Json:
    """By system where it can be had: the name of the mechanism there, which may be a counterpart."""
    there = {str(system): str(entry["name"]) for system in entry.get("systems", [])}
    counterpart = entry.get("counterpart")
    if counterpart:
        for system in list(there):
            there.setdefault(OTHER_SYSTEM[system], str(counterpart))
    return there
