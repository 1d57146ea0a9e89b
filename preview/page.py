"""The first page of a preview: it fits a terminal of 24 lines."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence

from preview.report import Report, cause

LINES = 24
_WIDTH = 80
_COLUMN = 12  # the labels' width
# The last line of a terminal is the prompt's.
_ROOM = LINES - 1
# Of it, for what approvals.yaml lacks: whoever has to agree reads of what first.
ROWS_OF_APPROVALS = 10
_FEWEST_RISKS = 2


def page(report: Report, *, width: int | None = _WIDTH, hint: str = "", below: int = 0) -> list[str]:
    """The page.

    Args:
        report: what there is to say.
        width: of the terminal; None for none: nothing is cut and no line is broken.
        hint: how the rest can be seen, as the last line.
        below: how many rows of the terminal something else takes, below the page.
    """
    risks = [_row(group.kind.label, f"{group}{_in_brackets(cause(group))}") for group in report.groups]
    rest = _rest(report)
    ends = [hint] if hint and not report.empty else []
    if not risks and len(rest) <= 1 and not report.change.refused and not report.notes:
        # Nothing to say is one line.
        safe = "; ".join(report.safe_lines())
        line = f"{report.headline}{f' ({safe})' if safe else ''}"
        return [line if width is None else _cut(line, width)]
    if width is None:
        return [report.headline, *risks, *rest]
    short = [_row(group.kind.label, group.short) for group in report.groups]
    return _fitted(report, risks, short, [*rest, *ends], width, _ROOM - below)


def _rest(report: Report) -> list[str]:
    safe = "; ".join(report.safe_lines())
    agreed = report.agreement
    return [
        *(_row("refused", text) for text in report.refusals[:2]),
        *([_row("time", report.time)] if report.time else []),
        *([_row("cost", str(report.cost))] if str(report.cost) else []),
        *([_row("approved" if not report.approved.missing else "APPROVE", agreed)] if agreed else []),
        *(_row("note", text) for text in report.notes),
        *([_row("safe", safe)] if safe else []),
    ]


def _fitted(
    report: Report, risks: Sequence[str], short: Sequence[str], rest: Sequence[str], width: int, rows: int
) -> list[str]:
    """All in full when there is room; else a line for each, and when there are too many the worst alone."""
    whole = [part for line in (report.headline, *risks, *rest) for part in _broken(line, width)]
    if len(whole) <= rows:
        return whole
    fixed = [_cut(report.headline, width), *(_cut(line, width) for line in rest)]
    room = max(rows - len(fixed), _FEWEST_RISKS)
    if len(short) > room:
        kinds = Counter(group.kind.label for group in report.groups[room - 1 :])
        left = ", ".join(f"{count} {label}" for label, count in kinds.items())
        short = [*short[: room - 1], _row("…", f"and {left}; JSON=1 has all of them")]
    return [fixed[0], *(_cut(line, width) for line in short), *fixed[1:]]


def _row(label: str, text: str) -> str:
    return f"{label.ljust(_COLUMN)}{text}"


def _in_brackets(text: str) -> str:
    return f"  [{text}]" if text else ""


def _broken(line: str, width: int) -> list[str]:
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=" " * _COLUMN,
        break_long_words=True,
        break_on_hyphens=False,
        drop_whitespace=True,
    ) or [""]


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: width - 1]}…"
