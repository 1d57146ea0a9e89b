"""The accounts that are embedded in this process, for what goes from one of them into another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rehearsal.aws.cloud import Cloud

# By account, from a cloud's start to its stop.
STARTED: dict[str, Cloud] = {}

# Kinds of the journal's entries: what another account has copied into this one, and how a copy job has ended.
COPIED, COPY_JOB = "copied", "copy job"
ACROSS_ACCOUNTS = (COPIED, COPY_JOB)
