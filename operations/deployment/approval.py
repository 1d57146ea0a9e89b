"""Approvals of what a deployment is about to lose or weaken (`approvals.yaml`).

`make preview` asks it of a pull request, on the embedded AWS. This asks it again, of the plan that is about
to be carried out in the account: a line may have run out since, and the account may not be as main had it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from commands.errors import CommandError, ErrorCode, Exit
from operations.deployment.reviewed import review_of


class NotApproved(CommandError):
    """Something of the plan needs a line of approvals.yaml, and has none that holds."""

    code = Exit.NOT_APPROVED

    @property
    def word(self) -> ErrorCode:
        """Its exit code is drift's, too."""
        return ErrorCode.NOT_APPROVED


def check(root: Path, environment: str, preview: Mapping[str, Any], today: date) -> None:
    """Sees that all has a line that needs one.

    Args:
        root: the checkout, with approvals.yaml.
        environment: where it is to happen.
        preview: as `pulumi preview --json` tells it.
        today: a line holds on its last day, and not after it.

    Raises:
        NotApproved: the message has the lines to write.
        ConfigurationError: the file has mistakes.
    """
    found = review_of(root, environment, preview, today).approved
    if found.missing:
        raise NotApproved(f"{found.message(environment)}\n\nNothing was done.")
