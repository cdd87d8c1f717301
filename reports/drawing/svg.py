"""Turns matplotlib's SVG into what a page can hold: an SVG per panel in the colours of the page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from html import escape
from itertools import groupby

from matplotlib.figure import Figure

from canvas import Box, Canvas, panel_id
from style import COLOURS

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
POINTS_PER_INCH = 72
SHORTENED = {"d", "x", "y"}
NUMBER = re.compile(r"-?\d+\.\d+")
UNUSED = re.compile(r"stroke-(linecap: (square|butt)|linejoin: \w+|dashoffset: 0)(; |$)")

Look = tuple[tuple[str, str], ...]
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


def whole(text: str, figure: Figure, name: str, title: str) -> str:
    """The figure `name`, of one piece, as an SVG element to be inlined."""
    root = ElementTree.fromstring(text)
    used = {link for node in root.iter() for link in _links(node)}
    drawn = [node for node in root if node.tag in (f"{SVG}g", f"{SVG}defs")]
    for node in drawn:
        _strip_ids(node, used)
        for style in node.findall(f"{SVG}style"):
            node.remove(style)
    width, height = map(float, figure.get_size_inches())
    body = "".join(map(_text, drawn))
    return _element(_themed(_own_ids(body, name)), Box(0, 0, width, height), height, title)


def _links(node: ElementTree.Element) -> list[str]:
    """The ids to which a node refers."""
    texts = [value for key, value in node.items() if key != "id"]
    return [match for value in texts for match in re.findall(r"#([\w-]+)(?=\)|$)", value)]


def _strip_ids(group: ElementTree.Element, used: set[str]) -> None:
    for node in group.iter():
        if node.get("id") not in used:
            node.attrib.pop("id", None)


def _text(node: ElementTree.Element) -> str:
    """The node as HTML takes it, without prefixes of namespaces, and short: figures are most of a page."""
    for part in node.iter():
        part.tag = part.tag.removeprefix(SVG)
        if LINK in part.attrib:
            part.set("href", part.attrib.pop(LINK))
        _shorten(part)
    _flatten(node)
    node.tail = None
    text = re.sub(r"\s*\n\s*", " ", ElementTree.tostring(node, encoding="unicode")).replace("> <", "><")
    return re.sub(r' transform="rotate\(-0 [^"]*"|<g />', "", text).replace(" />", "/>")


def _shorten(part: ElementTree.Element) -> None:
    """Coordinates to a hundredth of a point; no property of the style that page.css settles."""
    for key in SHORTENED.intersection(part.attrib):
        part.set(key, NUMBER.sub(lambda match: f"{float(match.group()):.2f}".rstrip("0").rstrip("."),
                                 part.attrib[key]))
    if "d" in part.attrib:
        words = re.sub(r"\s+", " ", part.attrib["d"]).strip()
        lines = re.sub(r"(?<=[\d.]) L (?=[^A-Z]* [LMz]|[^A-Z]*$)", " ", words.replace("M ", "M"))
        part.set("d", lines.replace(" M", "M"))
    if "style" in part.attrib:
        part.set("style", UNUSED.sub("", part.attrib["style"]).rstrip("; "))


def _flatten(node: ElementTree.Element) -> None:
    """Groups that say nothing are replaced by what they hold; neighbours of one style say it once."""
    for child in list(node):
        _flatten(child)
    children = [inner for child in node for inner in (list(child) if _is_void(child) else [child])]
    for child in children:
        child.tail = None
    node[:] = [part for look, run in groupby(children, key=_look) for part in _grouped(look, list(run))]


def _is_void(node: ElementTree.Element) -> bool:
    return node.tag == "g" and not node.attrib


def _look(node: ElementTree.Element) -> Look:
    """The attributes that neighbours may share; those of shared definitions stay with them."""
    shared = node.tag in ("path", "use", "text") and "id" not in node.attrib
    return tuple((key, node.attrib[key]) for key in ("style", "clip-path") if shared and key in node.attrib)


def _grouped(look: Look, run: list[ElementTree.Element]) -> list[ElementTree.Element]:
    if not look or len(run) < 3 or any("round" in value for _, value in look):
        return run
    for node in run:
        for key, _ in look:
            del node.attrib[key]
    group = ElementTree.Element("g", dict(look))
    group[:] = run
    return [group]


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
