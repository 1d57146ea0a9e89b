"""Approvals of what a deployment is about to lose or weaken (`approvals.yaml`).

`make preview` asks it of a pull request, on the embedded AWS. This asks it again, of the plan that is about
to be carried out in the account: a line may have run out since, and the account may not be as main had it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from commands.errors import CommandError, ErrorCode, Exit
from preview.approvals import Approval, approved
from preview.change import change_of
from timing.engine_step import EngineStep


class NotApproved(CommandError):
    """Something of the plan needs a line of approvals.yaml, and has none that holds."""

    code = Exit.NOT_APPROVED

    @property
    def word(self) -> ErrorCode:
        """Its exit code is drift's, too."""
        return ErrorCode.NOT_APPROVED


def check(environment: str, preview: Mapping[str, Any], approvals: Sequence[Approval], today: date) -> None:
    """Sees that all has a line that needs one.

    Args:
        environment: where it is to happen.
        preview: as `pulumi preview --json` tells it.
        approvals: the lines of approvals.yaml.
        today: a line holds on its last day, and not after it.

    Raises:
        NotApproved: the message has the lines to write.
    """
    # Here and not above: policies are evaluated by rights, which no other operation needs.
    from preview.risks import ranked

    groups = ranked(change_of(environment, steps_of(preview)))
    found = approved(groups, environment, approvals, today)
    if found.missing:
        raise NotApproved(f"{found.message(environment)}\n\nNothing was done.")


def steps_of(preview: Mapping[str, Any]) -> Iterator[EngineStep]:
    """The steps of a preview, in the engine's order."""
    for each in preview.get("steps", ()):
        old, new = each.get("oldState") or {}, each.get("newState") or {}
        kind = str(new.get("type") or old.get("type") or each["urn"].split("::")[2].rpartition("$")[2])
        detailed: Mapping[str, Mapping[str, Any]] = each.get("detailedDiff") or {}
        changed = {path: str(difference["kind"]) for path, difference in detailed.items()}
        if not changed:
            changed = dict.fromkeys(each.get("diffReasons") or (), "update")
        yield EngineStep(each["op"], each["urn"], kind, changed, old, new)
