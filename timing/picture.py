"""A schedule as a picture: a bar for each long step, grouped by area, with the critical path marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from itertools import groupby

from timing.forecast import Forecast, noun
from timing.simulation import Step
from timing.words import duration

# Shorter steps would be lines without a width.
SHOWN_SECONDS = 20
WIDTH = 1200  # pixels, all of it
LABELS = 330  # of it, on the left
ROW, BAR, HEAD, _RIGHT = 18, 12, 84, 90
_STYLE = (
    "text{font-family:Helvetica,Arial,sans-serif;fill:#16191f;font-size:12px}.h{font-size:18px;font-weight:600}"
    ".a{font-weight:600}.s{fill:#545b64;font-size:11px}.g{stroke:#e3e7e7}.n{fill:#8fb8de}.c{fill:#d5511e}"
)


def picture(forecast: Forecast, title: str) -> str:
    """An SVG of a forecast.

    Args:
        forecast: what is shown.
        title: what it is of.
    """
    typical, slow = forecast.seconds
    groups = _groups(forecast)
    scale = (WIDTH - LABELS - _RIGHT) / max(typical, 60)
    height = HEAD + sum(ROW * (len(steps) + 1) + 6 for _, steps in groups) + 20
    critical = {step.key for step in forecast.critical_path}
    parts = [*grid(typical, scale, height), *_rows(groups, scale, critical)]
    services = forecast.services
    summary = f"about {duration(typical)}, slow case {duration(slow)}"
    if services:
        summary += f"; services run after {duration(services[0])}, slow case {duration(services[1])}"
    return drawn(title, f"{title}: {summary}", height, [*_legend(), *parts])


def drawn(title: str, heading: str, height: int, parts: Sequence[str]) -> str:
    """An SVG of parts that are drawn already.

    Args:
        title: of the file.
        heading: above the picture.
        height: of all of it, in pixels; it is `WIDTH` wide.
        parts: below the heading.
    """
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}">',
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE}</style>",
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
            f'<text class="h" x="12" y="26">{escape(heading)}</text>',
            *parts,
            "</svg>",
            "",
        ]
    )


def _groups(forecast: Forecast) -> list[tuple[str, list[Step]]]:
    """The long steps of each area; areas and steps in the order in which they begin."""
    shown = [step for step in forecast.typical.values() if step.finish - step.start >= SHOWN_SECONDS]
    shown.sort(key=lambda step: (_area(step), step.start, step.finish))
    groups = [(area, list(steps)) for area, steps in groupby(shown, key=_area)]
    return sorted(groups, key=lambda group: (group[1][0].start, group[0]))


def _area(step: Step) -> str:
    assert step.operation is not None
    return step.operation.resource.area


def _legend() -> list[str]:
    shown = f"minutes, in the usual case; nothing under {SHOWN_SECONDS} s is shown"
    return [
        '<rect class="c" x="12" y="40" width="24" height="10"/>',
        '<text class="s" x="42" y="49">critical path: each of these needs the one before</text>',
        '<rect class="n" x="330" y="40" width="24" height="10"/>',
        '<text class="s" x="360" y="49">may take longer without delaying the end</text>',
        f'<text class="s" x="620" y="49">{shown}</text>',
    ]


def grid(seconds: float, scale: float, height: int) -> list[str]:
    """Lines and numbers of the minutes, `scale` pixels for a second."""
    every = next(step for step in (1, 2, 5, 10, 20, 60) if seconds / 60 / step <= 16 or step == 60)
    parts = []
    for minute in range(0, math.ceil(seconds / 60) + 1, every):
        x = LABELS + minute * 60 * scale
        parts.append(f'<line class="g" x1="{x:.1f}" x2="{x:.1f}" y1="{HEAD - 8}" y2="{height - 12}"/>')
        parts.append(f'<text class="s" x="{x:.1f}" y="{HEAD - 14}" text-anchor="middle">{minute}</text>')
    return parts


def _rows(groups: list[tuple[str, list[Step]]], scale: float, critical: set[str]) -> list[str]:
    parts, y = [], HEAD
    for area, steps in groups:
        parts.append(f'<text class="a" x="12" y="{y + BAR}">{escape(area)}</text>')
        y += ROW
        for step in steps:
            x, width = LABELS + step.start * scale, max((step.finish - step.start) * scale, 2)
            kind = "c" if step.key in critical else "n"
            label = escape(shortened(noun(step)))
            parts.append(f'<text x="24" y="{y + BAR - 1}">{label}</text>')
            parts.append(
                f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>'
            )
            after = x + width + 5
            lasts = duration(step.finish - step.start)
            parts.append(f'<text class="s" x="{after:.1f}" y="{y + BAR - 2}">{lasts}</text>')
            y += ROW
        y += 6
    return parts


def shortened(text: str, length: int = 48) -> str:
    """A label that fits before the bars."""
    return text if len(text) <= length else text[: length - 1] + "…"
