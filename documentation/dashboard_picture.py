"""`docs/dashboard.svg`: the layout of the dashboard, drawn from its deployed definition.

There is no data to draw; each graph shows its title, how many lines it has, and its thresholds where they
lie to each other.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

from documentation.graph import DocumentationError, Graph

DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
UNIT = 40  # pixels of one square of CloudWatch's grid
GAP = 4
LINE = 13  # pixels from one line of small text to the next
_SIZES = {"t": 13, "s": 11, "h": 20}  # as in the style
_WIDEST = {"t": 8.8, "s": 6.8, "h": 14.0}  # pixels of a letter in the widest of the usual fonts
_STYLE = (
    "text{font-family:Helvetica,Arial,sans-serif;fill:#16191f}.t{font-size:13px;font-weight:600}"
    ".h{font-size:20px;font-weight:600}.s{font-size:11px;fill:#545b64}"
    ".b{fill:#fff;stroke:#d5dbdb}.p{fill:#f2f3f3}"
)


def dashboard_picture(graph: Graph) -> str:
    """The picture of a graph's dashboard.

    Raises:
        DocumentationError: there is none.
    """
    bodies = [each["inputs"]["dashboardBody"] for each in graph.resources if each["type"] == DASHBOARD]
    if len(bodies) != 1:
        raise DocumentationError(f"{graph.system}, {graph.environment}: {len(bodies)} dashboards, not one")
    widgets = json.loads(bodies[0])["widgets"]
    width = max(each["x"] + each["width"] for each in widgets) * UNIT
    height = max(each["y"] + each["height"] for each in widgets) * UNIT
    parts = [part for each in widgets for part in _widget(each)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
            f"<title>Dashboard of {graph.system}, {graph.environment}</title>",
            f"<style>{_STYLE}</style>",
            f'<rect class="p" width="{width}" height="{height}"/>',
            *parts,
            "</svg>",
            "",
        ]
    )


def _widget(widget: dict[str, Any]) -> list[str]:
    x, y = widget["x"] * UNIT + GAP, widget["y"] * UNIT + GAP
    width, height = widget["width"] * UNIT - 2 * GAP, widget["height"] * UNIT - 2 * GAP
    properties = widget["properties"]
    if widget["type"] == "text":
        return [_text("h", x + 4, y + 24, properties["markdown"].lstrip("# "))]
    box = f'<rect class="b" x="{x}" y="{y}" width="{width}" height="{height}" rx="2"/>'
    title = _text("t", x + 8, y + 18, properties["title"], width - 16)
    if widget["type"] == "alarm":
        return [box, title, *_alarms(properties["alarms"], x, y, width)]
    return [box, title, *_graph(properties, x, y, width, height)]


def _alarms(arns: list[str], x: int, y: int, width: int) -> list[str]:
    parts, columns = [], 5
    for index, arn in enumerate(arns):
        row, column = divmod(index, columns)
        left, top = x + 8 + column * (width // columns), y + 30 + row * 34
        parts.append(f'<rect class="p" x="{left}" y="{top}" width="{width // columns - 12}" height="28"/>')
        parts.append(_text("s", left + 8, top + 18, arn.split(":")[-1], width // columns - 28))
    return parts


def _graph(properties: dict[str, Any], x: int, y: int, width: int, height: int) -> list[str]:
    shown = [line[-1] for line in properties["metrics"] if line[-1].get("visible", True)]
    labels = [str(option.get("label", "")) for option in shown]
    parts = [_text("s", x + 8, y + height - 10, _shortened(", ".join(labels)))]
    lines = properties.get("annotations", {}).get("horizontal", [])
    highest = max((abs(line["value"]) for line in lines), default=0) or 1
    top, room = y + 44, height - 100
    free = top  # labels of lines that are close to each other stand one below the other
    for line in sorted(lines, key=lambda each: -float(each["value"])):
        level = top + room - round(room * 0.9 * max(line["value"], 0) / highest)
        colour = line["color"]
        parts.append(
            f'<line x1="{x + 8}" x2="{x + width - 8}" y1="{level}" y2="{level}" stroke="{colour}" '
            'stroke-dasharray="6 4"/>'
        )
        free = max(level - 4, free)
        parts.append(_text("s", x + 12, free, line["label"], width - 24))
        free += LINE
    return parts


def _shortened(text: str, length: int = 52) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _text(style: str, x: int, y: int, text: str, room: int = 0) -> str:
    """A line of text; where it could be wider than `room` (pixels) it is drawn smaller."""
    wide = len(text) * _WIDEST[style]
    smaller = f' style="font-size:{_SIZES[style] * room / wide:.1f}px"' if room and wide > room else ""
    return f'<text class="{style}" x="{x}" y="{y}"{smaller}>{escape(text)}</text>'
