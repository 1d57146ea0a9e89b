"""The timeline of a recovery: how long each step takes usually and at most, and when people can work again.

As a picture for a page, and as bars for a terminal. Its steps follow each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from operations.recovery.session import minutes
from operations.recovery.steps import Recovery
from timing.picture import BAR, HEAD, LABELS, ROW, WIDTH, drawn, grid, shortened

_RIGHT = 110  # pixels, for what stands behind the bars
_COLUMNS = 44  # characters of a terminal's bars


@dataclass(frozen=True)
class _Bar:
    """One step: when it begins and how long it takes (seconds), all steps before as usual or as slow."""

    name: str
    does: str
    start: float
    lasts: float
    slow_start: float
    slow_lasts: float


def _bars(recovery: Recovery) -> Iterator[_Bar]:
    start = slow = 0.0
    for step in recovery.steps:
        times = step.times
        yield _Bar(step.name, step.does, start, times.typical, slow, times.slow)
        start, slow = start + times.typical, slow + times.slow


def picture(recovery: Recovery) -> str:
    """An SVG: for each step one bar for the usual case, and below it one where every step is slow.

    Args:
        recovery: what is shown.
    """
    bars, back = list(_bars(recovery)), recovery.until_users_are_back()
    last = bars[-1]
    end = max(last.slow_start + last.slow_lasts, 60)
    scale = (WIDTH - LABELS - _RIGHT) / end
    height = HEAD + len(bars) * 2 * ROW + 24
    parts, y = grid(end, scale, height), HEAD
    for number, bar in enumerate(bars, start=1):
        parts.append(f'<text x="12" y="{y + BAR - 1}">{number} {escape(shortened(bar.does))}</text>')
        parts += _drawn_bar("c", bar.start, bar.lasts, scale, y, BAR)
        parts += _drawn_bar("n", bar.slow_start, bar.slow_lasts, scale, y + BAR + 2, BAR // 2)
        y += 2 * ROW
    for seconds in (back.typical, back.slow):
        x = LABELS + seconds * scale
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{HEAD - 8}" y2="{height - 12}" stroke="#16191f"/>')
        parts.append(f'<text class="s" x="{x + 4:.1f}" y="{height - 14}">people are back</text>')
    title = f"recover {recovery.kind} in {recovery.environment}"
    summary = f"people can work again after {minutes(back.typical)}, at most {minutes(back.slow)}"
    legend = [
        '<rect class="c" x="12" y="40" width="24" height="10"/>',
        '<text class="s" x="42" y="49">usually</text>',
        '<rect class="n" x="120" y="43" width="24" height="6"/>',
        '<text class="s" x="150" y="49">where this step and all before it are slow; minutes</text>',
    ]
    return drawn(title, f"{title}: {summary}", height, [*legend, *parts])


def _drawn_bar(kind: str, start: float, lasts: float, scale: float, y: int, height: int) -> list[str]:
    x, width = LABELS + start * scale, max(lasts * scale, 2)
    bar = f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}" rx="2"/>'
    said = f'<text class="s" x="{x + width + 5:.1f}" y="{y + height - 1}">{minutes(lasts)}</text>'
    return [bar, said]


def lines(recovery: Recovery) -> list[str]:
    """The same for a terminal: `█` usually, `░` where this step alone is slow."""
    bars = list(_bars(recovery))
    end = max(bars[-1].start + max(bars[-1].lasts, bars[-1].slow_lasts), 60)
    scale, width = _COLUMNS / end, max(len(bar.name) for bar in bars)
    found = []
    for bar in bars:
        begin = math.floor(bar.start * scale)
        usual = max(round(bar.lasts * scale), 1)
        slow = min(max(round(bar.slow_lasts * scale) - usual, 0), _COLUMNS - begin - usual)
        drawn_bar = f"{' ' * begin}{'█' * usual}{'░' * max(slow, 0)}"
        back = "  <- users are back" if bar.name == recovery.users_back else ""
        found.append(f"{bar.name:{width}}  {drawn_bar}{back}")
    found.append(f"{'':{width}}  0{'':{_COLUMNS - 6}}{minutes(end)}")
    return found
