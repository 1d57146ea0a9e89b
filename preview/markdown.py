"""The comment of a pull request: at most 60 lines, what is long is folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from commands.markdown import table
from preview.report import Report, cause
from preview.risk import Group

LINES = 60
_RISKS_OPEN = 8  # stand outside of what is folded
_RISKS_FOLDED = 12
_PROPOSED = 2  # of six lines each
_DIFF_CHARACTERS = (
    20_000  # GitHub takes comments of 65,536 characters, and three environments are one comment
)


def comment(report: Report, diff: str = "") -> str:
    """The comment.

    Args:
        report: what there is to say.
        diff: the engine's text, folded as far as its first lines go.
    """
    lines = [f"### {_plain(report.headline)}"]
    if report.groups:
        lines += ["", *_table(report.groups[:_RISKS_OPEN])]
        lines += _folded_risks(report)
    told = [f"- {_plain(text)}" for text in _sentences(report)]
    lines += ["", *told] if told else []
    if report.approved.missing:
        lines += ["", *_folded("Lines to write", ["```yaml", *_proposed(report), "```"])]
    safe = list(report.safe_lines())
    if safe:
        title = f"Safe changes in {len(safe)} part{'s' if len(safe) > 1 else ''}"
        lines += ["", *_folded(title, ["; ".join(safe)])]
    room = LINES - len(lines) - 6
    if diff and room > 0:
        first = _shortened(diff, room)
        lines += ["", *_folded("The engine's diff", ["```", *first, "```"])]
    return "\n".join(lines) + "\n"


def refusal(environment: str, text: str) -> str:
    """The comment where there is no preview: of files with mistakes, or of a base that cannot be used."""
    first, *rest = text.strip().splitlines()
    more = [f"- {_plain(line.strip())}" for line in rest[: LINES - 4] if line.strip()]
    return "\n".join([f"### {_plain(environment)}: REFUSED. {_plain(first)}", "", *more]) + "\n"


def _table(groups: Sequence[Group]) -> list[str]:
    return table(
        ("risk", "what", "cause"),
        ((f"**{group.kind.label}**", cell(str(group)), cell(cause(group))) for group in groups),
    )


def _folded_risks(report: Report) -> list[str]:
    more = report.groups[_RISKS_OPEN:]
    if not more:
        return []
    shown = more[:_RISKS_FOLDED]
    left = len(more) - len(shown)
    rest = [f"and {left} more, with `JSON=1`"] if left else []
    return ["", *_folded(f"{len(more)} more risks", [*_table(shown), *rest])]


def _proposed(report: Report) -> list[str]:
    """The lines of approvals.yaml that are missing, as far as there is room for them."""
    texts = report.approved.proposed
    shown = [line.replace("`", "'") for text in texts[:_PROPOSED] for line in text.splitlines()]
    left = len(texts) - _PROPOSED
    return [*shown, *([f"# and {left} more: make preview"] if left > 0 else [])]


def _sentences(report: Report) -> Iterator[str]:
    yield from (f"refused: {text}" for text in report.refusals[:3])
    if report.time:
        yield report.time
    if str(report.cost):
        yield str(report.cost)
    if report.agreement:
        yield f"**{report.agreement}**" if report.approved.missing else f"approved: {report.agreement}"
    yield from report.notes


def _folded(title: str, lines: Sequence[str]) -> list[str]:
    return [f"<details><summary>{title}</summary>", "", *lines, "</details>"]


def _shortened(diff: str, room: int) -> list[str]:
    lines = diff.rstrip("\n").replace("```", "'''")[:_DIFF_CHARACTERS].split("\n")
    if len(lines) <= room:
        return lines
    return [*lines[: room - 1], f"… {len(lines) - room + 1} more lines: DIFF=1"]


def _plain(text: str) -> str:
    """Text in which nothing is markup: names come out of files that anybody may propose."""
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("@", "&#64;")
        .replace("`", "'")
    )


def cell(text: str) -> str:
    """Text for a cell of a table, in which nothing is markup."""
    return _plain(text).replace("|", "\\|").replace("\n", " ")
