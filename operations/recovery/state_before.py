"""The engine's state of an account that was emptied: put aside, and asked for what stood there.

Where the account took its state along, the copy in the backup account has it. Its secrets stay closed: the
key that has encrypted them went with the account, and KMS copies keys into no other one (API reference,
ReplicateKey: "Cross-account use: No"). Nothing is built of it, since the two files say all
that is; it tells people what to ask AWS's support for, and whether the files are the newest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from commands.files import write_atomically
from functions.shared.recoveries import FOLDER
from infra.naming import Naming
from operations.recovery.backup_account import BackupAccount
from operations.recovery.pulumi import Pulumi
from operations.recovery.run import Run
from operations.recovery.state_resources import Resource, resources_of
from operations.recovery.steps import Progress, Step
from timing.data.recovery import Wait

_DATABASE = "aws:rds/instance:Instance"
_DISTRIBUTION = "aws:cloudfront/distribution:Distribution"


class StateBefore:
    """The state of before, the engine's own and the copy of the last one.

    Args:
        pulumi: the engine.
        outside: the backup account.
        folder: of this machine, where it is kept.
        naming: of the environment, at home.
    """

    def __init__(self, pulumi: Pulumi, outside: BackupAccount, folder: Path, naming: Naming) -> None:
        self._pulumi, self._outside, self._folder, self._naming = pulumi, outside, folder, naming

    def decide(self, until: datetime | None) -> dict[str, Any]:
        """What there is of it, for `Run.about`.

        Args:
            until: up to when; None for the last one.
        """
        own = resources_of(self._pulumi.export())
        copy = self._outside.newest_state(until)
        stood = own
        if not own and copy is not None:
            with suppress(ValueError, KeyError, TypeError):  # what is no state tells nothing
                stood = resources_of(self._outside.state(copy))
        return {"resources": len(own), "stateCopy": copy, "stood": self._told(stood)}

    def _told(self, resources: Iterable[Resource]) -> dict[str, Any]:
        found = list(resources)
        return {
            "resources": len(found),
            "generation": max((self._generation(each) for each in found), default=0),
            "distributions": [
                f"{each['id']} ({', '.join(each['inputs'].get('aliases') or ['no name'])})"
                for each in found
                if each["type"] == _DISTRIBUTION and each.get("id")
            ],
        }

    def _generation(self, each: Resource) -> int:
        """Of the database; 0 for what is no instance of it."""
        named = str((each.get("inputs") or {}).get("identifier", "")) if each["type"] == _DATABASE else ""
        match = re.fullmatch(rf"{re.escape(self._naming.prefix)}(?:-(\d+))?", named)
        return int(match[1] or 1) if match else 0

    def situation(self, run: Run, file: str, current: int) -> tuple[str, ...]:
        """What a person reads of it, a line each.

        Args:
            run: with what was decided.
            file: the stack file's name.
            current: the generation of the database that the file has serve.
        """
        about = run.about
        stood, copy = about.get("stood") or {}, about.get("stateCopy")
        count = about["resources"]
        lines = [f"the state has {count} resources{', which are put aside' if count else ''}"]
        if copy:
            size = "" if count else f", with {stood['resources']} resources"
            lines.append(f"its copy is of {minute(copy['of'])}{size}: {self._outside.address_of(copy)}")
        else:
            lines.append(
                f"account {self._outside.account} has no copy of it: `make bootstrap` begins to copy it"
            )
        if stood.get("generation", 0) > current:
            lines.append(
                f"it has generation {stood['generation']} of the database, and {file} has {current}: is this "
                "the newest checkout?"
            )
        return tuple(lines)

    @staticmethod
    def afterwards(run: Run) -> tuple[str, ...]:
        """What a person does with it."""
        found = (run.about.get("stood") or {}).get("distributions")
        if not found:
            return ()
        return (
            (
                "names that CloudFront refuses (CNAMEAlreadyExists) one of these distributions holds: "
                f"{'; '.join(found)}. Whoever still has that account deletes it; else AWS's support moves it"
            ),
        )

    def step(self, run: Run) -> Step:
        """What the engine knows of is gone. It is kept, and the engine begins with nothing."""

        def done() -> bool:
            return "stateKept" in run.about

        def act(_: Progress) -> str:
            state, copy = self._pulumi.export(), run.about.get("stateCopy")
            if not resources_of(state):
                if not copy:
                    run.about["stateKept"] = ""
                    return "the state is empty"
                run.about["stateKept"] = self._keep(run, self._outside.stored_state(copy))
                return (
                    f"the state is empty; that of {minute(copy['of'])}: recoveries/{run.about['stateKept']}"
                )
            name = self._keep(run, json.dumps(state).encode())
            self._pulumi.take(_emptied(state))
            run.about["stateKept"] = name
            return f"put aside: recoveries/{name}"

        return Step("state", "put the state of before aside (a copy is kept)", Wait.STATE, done, act)

    def _keep(self, run: Run, content: bytes) -> str:
        """On this machine and beside the record; answers the name of the file."""
        name = f"{run.id}-state-before.json"
        self._folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self._folder / name, content.decode())
        self._outside.client("s3").put_object(
            Bucket=self._outside.bucket, Key=f"{FOLDER}{name}", Body=content, ChecksumAlgorithm="SHA256"
        )
        return name


def _emptied(state: Mapping[str, Any]) -> dict[str, Any]:
    """The state of a stack that has nothing; how its secrets are encrypted stays."""
    deployment = {**state["deployment"], "resources": []}
    deployment.pop("pending_operations", None)
    return {**state, "deployment": deployment}


def minute(text: str) -> str:
    """A time as people read it."""
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
