"""The plan that somebody has agreed to, and whether it is still the one that would be carried out.

Pulumi's own update plans (`--save-plan`, `--plan`) are experimental (Pulumi docs, "Update plans"), and hold
secrets; this compares: every step with what it is about to set, as `pulumi preview --json` tells it, in
which secrets are masked. Between the comparison and the update nothing but another deployment of the stack
could change it, and that one the engine's lock and CI's `concurrency` keep out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from commands.errors import CommandError, Exit
from commands.files import check_file, write_atomically
from operations.console import OperationError

_SAME = ("same", "read", "refresh")


class PlanChanged(CommandError):
    """What would be done is not what was shown."""

    code = Exit.PLAN_CHANGED


@dataclass(frozen=True)
class Step:
    """One change of one resource.

    Args:
        operation: as the engine calls it.
        urn: of the resource.
        properties: that differ.
        fingerprint: of all that it is about to set.
    """

    operation: str
    urn: str
    properties: tuple[str, ...]
    fingerprint: str

    @property
    def name(self) -> str:
        """Type and name, for people."""
        *_, kind, name = self.urn.split("::")
        return f"{kind.rpartition('$')[2]} {name}"


@dataclass(frozen=True)
class Plan:
    """What an update would do.

    Args:
        environment: of the stack.
        commit: of the checkout.
        steps: without what stays.
    """

    environment: str
    commit: str
    steps: tuple[Step, ...]

    @staticmethod
    def of(environment: str, commit: str, preview: Mapping[str, Any]) -> Plan:
        """Of a preview in JSON."""
        steps = [_step(each) for each in preview.get("steps", ()) if each["op"] not in _SAME]
        return Plan(environment, commit, tuple(sorted(steps, key=lambda each: (each.urn, each.operation))))

    @property
    def counts(self) -> dict[str, int]:
        """How many of each operation."""
        operations = [each.operation for each in self.steps]
        return {name: operations.count(name) for name in dict.fromkeys(operations)}

    def as_json(self) -> dict[str, Any]:
        """As a file has it."""
        return {
            **asdict(self),
            "steps": [{**asdict(each), "properties": list(each.properties)} for each in self.steps],
        }

    def check(self, agreed: Plan, *, anew: str = "") -> None:
        """Sees that this is what was agreed to.

        Args:
            agreed: what somebody has been shown.
            anew: the command that shows a plan; that of the environment itself where none is said.

        Raises:
            PlanChanged: it is not; the message has each difference.
        """
        if self.environment != agreed.environment:
            raise OperationError(f"the plan is {agreed.environment}'s, and this deploys {self.environment}.")
        lines = list(_differences(agreed.steps, self.steps))
        if lines:
            raise PlanChanged(
                f"{self.environment}: what would be done is not what was shown (of commit "
                f"{agreed.commit[:8] or '-'}). Nothing was done.\n"
                + "\n".join(f"  {line}" for line in lines)
                + f"\nShow it anew (`{anew or f'make plan ENV={self.environment}'}`), and have it agreed to."
            )


def keep(plan: Plan, root: Path, file: Path | None = None) -> Path:
    """Writes a plan for `read`; gives where it is.

    Args:
        plan: what was shown.
        root: the checkout, whose folder `plans` is for them.
        file: another place.
    """
    file = file or root / "plans" / f"{plan.environment}.json"
    write_atomically(file, json.dumps(plan.as_json(), indent=2, sort_keys=True) + "\n")
    return file


def read(file: Path) -> Plan:
    """A plan that was written.

    Raises:
        CommandError: there is no such file, or it is none.
    """
    check_file(file)
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        steps = [Step(**{**each, "properties": tuple(each["properties"])}) for each in content["steps"]]
        return Plan(content["environment"], content["commit"], tuple(steps))
    except OSError as error:
        raise OperationError(f"{file}: {error.strerror}. `make plan` writes it.") from None
    except (ValueError, KeyError, TypeError):
        raise OperationError(f"{file}: found something else than a plan. `make plan` writes one.") from None


def _step(each: Mapping[str, Any]) -> Step:
    state = each.get("newState") or each.get("oldState") or {}
    text = json.dumps([each["op"], each["urn"], state.get("inputs", {})], sort_keys=True)
    properties = tuple(sorted(each.get("detailedDiff") or each.get("diffReasons") or ()))
    return Step(each["op"], each["urn"], properties, hashlib.sha256(text.encode()).hexdigest()[:16])


def _differences(agreed: Sequence[Step], now: Sequence[Step]) -> Iterator[str]:
    before = {(each.urn, each.operation): each for each in agreed}
    after = {(each.urn, each.operation): each for each in now}
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key), after.get(key)
        if other is None:
            yield f"no more: {one.operation if one else ''} {one.name if one else ''}"
        elif one is None:
            yield f"new: {other.operation} {other.name} {', '.join(other.properties)}".rstrip()
        elif one.fingerprint != other.fingerprint:
            yield f"otherwise: {other.operation} {other.name} {', '.join(other.properties)}".rstrip()
