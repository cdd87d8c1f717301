"""The chooser: requirements as controls, answered in the browser by the rules of `ipcmark advise`."""

from __future__ import annotations

from typing import Any

from advising import Advice
from cards import CONSTRAINTS, FIGURES, PREFERENCES
from markup import text
from scripts import CHOOSER, data

Json = dict[str, Any]

# Member of the requirements -> how the page asks for it.
GUARANTEES = {
    "no_loss": "No message may be lost",
    "ordered": "In the order sent",
    "survive_crash": "A killed peer does not harm the others",
    "see_death": "The death of the producers is noticed",
    "replies": "Answers go back",
    "one_link": "One link for both directions",
    "unrelated_processes": "Programs that are no relatives",
    "pass_fd": "Open descriptors are handed over",
    "every_consumer": "Each message to every consumer",
    "never_block": "A slow consumer never holds the producer back",
    "priorities": "Urgent messages overtake",
    "no_dependencies": "Nothing beside the system",
}
SYSTEMS = {"linux": "Linux", "windows": "Windows"}


def chooser(known: Json, advices: list[Advice]) -> str:
    """The form, hidden until a script answers it, and what the script works from."""
    given = {
        "facts": known, "constraints": CONSTRAINTS, "preferences": PREFERENCES,
        "guarantees": list(GUARANTEES),
        "figures": FIGURES,
        "profiles": {advice.name: advice.wanted for advice in advices},
    }
    return (
        '<p class="needs-script" id="chooser-absent">Choosing here needs JavaScript. Without it '
        "<code>ipcmark advise RESULT --size 256 --p99 50us --no-loss</code> gives the same answers in a "
        "terminal.</p>\n"
        f'<form id="chooser-form" hidden>\n{start(advices)}{numbers(known)}{guarantees()}{systems()}'
        f"{preferences()}</form>\n"
        '<div id="chooser-answer" hidden><p class="verdict" id="chooser-verdict" aria-live="polite"></p>\n'
        '<div id="chooser-more"></div></div>\n'
        f"{data(given, CHOOSER, 'chooser')}"
    )


def start(advices: list[Advice]) -> str:
    """Profiles to begin with."""
    names = (text(advice.name) for advice in advices)
    options = "".join(f'<option value="{name}">{name}</option>' for name in names)
    return (f'<p class="row"><label>Start from <select name="profile"><option value="">nothing asked</option>'
            f'{options}</select></label> <button type="reset">Clear</button></p>\n')


def numbers(known: Json) -> str:
    """Controls for amounts; empty means that nothing is asked."""
    places = "".join(f'<option value="{text(place)}">{text(known["places"][place])}</option>'
                     for place in known["placements"])
    fields = (
        field("size", "Message size", "64", "bytes, or 4 KiB")
        + field("rate", "Messages per second", "", "20k")
        + field("p99_ns", "p99 round trip within", "", "50 µs")
        + field("cores_to_burn", "Cores that may spin", "", "any; 0: none")
        + field("producers", "Producers", "1", "") + field("consumers", "Consumers", "1", "")
    )
    return (
        f'<fieldset class="fields"><legend>Amounts</legend>\n{fields}'
        f'<label class="field">Processes sit <select name="placement"><option value="">where usual</option>'
        f"{places}</select></label></fieldset>\n"
    )


def field(name: str, label: str, value: str, hint: str) -> str:
    """One amount as text, so that units can be typed."""
    return (
        f'<label class="field">{text(label)} <input name="{name}" value="{text(value)}" '
        f'placeholder="{text(hint)}" autocomplete="off" spellcheck="false" aria-describedby="wrong-{name}">'
        f'<span class="wrong" id="wrong-{name}" aria-live="polite"></span></label>\n'
    )


def guarantees() -> str:
    """A box to tick for each guarantee."""
    return f'<fieldset class="ticks"><legend>Needed</legend>\n{ticks("needed", GUARANTEES)}</fieldset>\n'


def systems() -> str:
    """A box to tick for each system."""
    boxes = ticks("platforms", SYSTEMS)
    return f'<fieldset class="ticks"><legend>Has to run on</legend>\n{boxes}</fieldset>\n'


def ticks(name: str, choices: dict[str, str]) -> str:
    """Boxes with their labels."""
    return "".join(
        f'<label><input type="checkbox" name="{name}" value="{text(value)}"> {text(label)}</label>\n'
        for value, label in choices.items())


def preferences() -> str:
    """What counts first among those that qualify; each has a button that moves it up."""
    items = "".join(
        f'<li data-name="{name}"><span>{text(label)}</span> <button type="button" class="up" '
        f'aria-label="Move {text(label)} up">↑</button></li>\n' for name, label in PREFERENCES.items())
    return (f'<fieldset class="order"><legend>Among those that qualify, best by</legend>\n'
            f'<ol id="chooser-order">\n{items}</ol></fieldset>\n')
