"""Numbers and text of unknown origin, as formats of lines can hold them."""

from __future__ import annotations

import json


def number(value: float) -> str:
    """The shortest text that reads back as exactly this value."""
    return repr(value)


def one_line(text: object) -> str:
    """Text without line breaks, tabs and other control characters: a space stands for each run of them."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def json_text(document: object) -> str:
    """JSON for people and programs alike. There is no NaN and no infinity in any result."""
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
