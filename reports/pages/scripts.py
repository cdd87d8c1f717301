"""The scripts of the page, inlined: what sorts, filters, zooms and advises. The page can be read without."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from advising import rules_script

HERE = Path(__file__).parent
ALWAYS = ("interactive/contents.js", "interactive/tables.js")
EXPLORING = ("interactive/format.js", "interactive/explore.js")
CHOOSING = ("interactive/choice.js", "interactive/chooser.js")
UPLOT = HERE / "vendor" / "uplot"
# The classes of the elements that hold a figure's numbers, and what the chooser works from.
SERIES, CHOOSER = "series", "chooser"


def elements(body: str) -> str:
    """The script elements that a page with this body needs, in the order in which they have to run."""
    sources = [source(HERE / name) for name in ALWAYS]
    if holds(body, SERIES):
        sources += [source(UPLOT / "uPlot.iife.min.js"), *(source(HERE / name) for name in EXPLORING)]
    if holds(body, CHOOSER):
        sources += [rules_script(), *(source(HERE / name) for name in CHOOSING)]
    return "".join(f"<script>\n{as_script(text)}</script>\n" for text in sources)


def source(file: Path) -> str:
    """The text of a script."""
    return file.read_text("utf-8")


def styles(body: str) -> str:
    """The rules that come with a vendored script, where that is used."""
    return source(UPLOT / "uPlot.min.css") + "\n" if holds(body, SERIES) else ""


def holds(body: str, kind: str) -> bool:
    """True when the page brings data of a kind along."""
    return f'<script type="application/json" class="{kind}"' in body


def as_script(source: str) -> str:
    """Source that cannot end the element which holds it."""
    return source.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def data(value: Any, kind: str, name: str) -> str:
    """A value as an element that a script reads and nobody sees; `<` cannot begin a tag in it."""
    written = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    safe = written.replace("<", "\\u003c")
    return f'<script type="application/json" class="{kind}" data-name="{name}">{safe}</script>\n'
