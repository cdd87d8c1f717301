"""Turns matplotlib's SVG into what a page can hold: an SVG per panel in the colours of the page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from html import escape

from canvas import Box, Canvas, panel_id
from style import COLOURS

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
POINTS_PER_INCH = 72
FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif"


def standalone(text: str) -> str:
    """The figure as a file of its own, in the reader's system font."""
    return _fonts(text, FONTS)


def panels(text: str, canvas: Canvas, name: str, titles: list[str]) -> list[str]:
    """Each panel of the figure `name` as an SVG element to be inlined.

    Shared definitions stay with the first panel that has them: all panels of a figure belong on one page.
    """
    root = ElementTree.fromstring(text)
    groups = {group.get("id"): group for group in root.iter(f"{SVG}g")}
    height = float(canvas.figure.get_size_inches()[1])
    used = {link for node in root.iter() for link in _links(node)}
    clips = [node for node in root.iter(f"{SVG}clipPath")]
    found = []
    for index, (box, title) in enumerate(zip(canvas.cells, titles)):
        group = groups[panel_id(index)]
        _strip_ids(group, used)
        own = {link for node in group.iter() for link in _links(node)}
        body = _text(group) + "".join(_text(clip) for clip in clips if clip.get("id") in own)
        found.append(_element(_themed(_own_ids(body, name)), box, height, title))
    return found


def _links(node: ElementTree.Element) -> list[str]:
    """The ids to which a node refers."""
    texts = [value for key, value in node.items() if key != "id"]
    return [match for value in texts for match in re.findall(r"#([\w-]+)(?=\)|$)", value)]


def _strip_ids(group: ElementTree.Element, used: set[str]) -> None:
    for node in group.iter():
        if node.get("id") not in used:
            node.attrib.pop("id", None)


def _text(node: ElementTree.Element) -> str:
    """The node as HTML takes it: no prefixes of namespaces."""
    for part in node.iter():
        part.tag = part.tag.removeprefix(SVG)
        if LINK in part.attrib:
            part.set("href", part.attrib.pop(LINK))
    node.tail = None
    text = re.sub(r"\s*\n\s*", " ", ElementTree.tostring(node, encoding="unicode")).replace("> <", "><")
    return re.sub(r' transform="rotate\(-0 [^"]*"|<g />', "", text)


def _own_ids(text: str, name: str) -> str:
    """Ids made unique on a page that holds several figures."""
    return re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{name}-", text)


def _themed(text: str) -> str:
    """Colours as variables, so that the figure follows the page from light to dark."""
    light = {colours[0]: f"var(--{role})" for role, colours in COLOURS.items()}
    pattern = re.compile("|".join(light))
    return _fonts(pattern.sub(lambda match: light[match.group()], text), "var(--sans)")


def _fonts(text: str, family: str) -> str:
    return re.sub(r"'DejaVu Sans'[^;\"]*", family, text)


def _element(body: str, box: Box, figure_height: float, title: str) -> str:
    left, top = box.left, figure_height - box.bottom - box.height
    view = " ".join(f"{inches * POINTS_PER_INCH:g}" for inches in (left, top, box.width, box.height))
    return f'<svg viewBox="{view}" role="img" aria-label="{escape(title)}">{body}</svg>'
