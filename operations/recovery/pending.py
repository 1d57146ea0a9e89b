"""Pending operations: what the engine had begun when it was killed, and how each is settled.

The engine writes down what it is about to do (`pending_operations` of the state), and takes it out when it
is done. What it does with one that it finds (pkg/backend/snapshot.go of Pulumi 3.256): an update, a deletion
or a read is dropped by the next operation that writes the state; a creation is kept for ever, warned of, and
made again, which AWS refuses where a name is taken, and makes twice where it is not.

- `creating`: AWS has it, or not (`identities`). What it may have is put into the state under its id, and the
  provider is asked (`pulumi refresh --target`), which drops it from the state again where there is nothing.
  (`refresh --import-pending-creates` is meant for this, and only forgets the resource: the operation that it
  turns the creation into is read by nobody.)
- `updating`, `deleting`: the provider is asked how far AWS has come; the next `up` does what is left. Without
  that an update that was cut off would be taken for not begun.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operations.console import OperationFailed
from operations.environments import Connection
from operations.recovery import being_made, identities

State = dict[str, Any]
_CREATING = "creating"
# How the engine calls a change that was cut off, of a resource that the state has.
_UPDATING = "updating"


@dataclass(frozen=True)
class Pending:
    """One operation that has not ended.

    Args:
        operation: the engine's word: `creating`, `updating`, `deleting`, `reading`, `importing`.
        resource: as the state has it.
    """

    operation: str
    resource: Mapping[str, Any]

    @property
    def urn(self) -> str:
        """Of the resource."""
        return str(self.resource["urn"])

    @property
    def type(self) -> str:
        """The engine's."""
        return str(self.resource["type"])

    @property
    def told(self) -> str:
        """For people."""
        return f"{self.type.rpartition(':')[2]} {self.urn.rpartition('::')[2]}"


@dataclass
class Settled:
    """A state in which every operation is settled, but for what the provider has to be asked.

    Args:
        state: to be imported.
        ask: URNs of what the provider has to be asked.
        made: ids of what AWS may be making still, by URN.
        again: URNs of what is made again.
    """

    state: State
    ask: list[str] = field(default_factory=list)
    made: dict[str, str] = field(default_factory=dict)
    again: list[str] = field(default_factory=list)


def pending(state: Mapping[str, Any]) -> list[Pending]:
    """The operations that have not ended."""
    deployment = state.get("deployment") or {}
    return [
        Pending(str(each["type"]), each["resource"]) for each in deployment.get("pending_operations") or ()
    ]


class Settlement:
    """Settles them.

    Args:
        connection: to the account.
        account: its number.
        answers: what people have looked up: the id by URN, or nothing for what AWS has not made.
    """

    def __init__(self, connection: Connection, account: str, answers: Mapping[str, str]) -> None:
        self._connection, self._account, self._answers = connection, account, answers

    def settled(self, state: Mapping[str, Any]) -> Settled:
        """The state as it is to be, of one with pending operations; it is not changed.

        Raises:
            OperationFailed: nobody knows whether AWS has made something; says how to answer.
        """
        result = Settled(json.loads(json.dumps(state)))
        deployment = result.state["deployment"]
        resources: list[dict[str, Any]] = deployment.setdefault("resources", [])
        left, problems = [], []
        for operation, each in zip(deployment["pending_operations"], pending(state), strict=True):
            if each.operation != _CREATING:
                if any(one["urn"] == each.urn and one.get("custom") for one in resources):
                    result.ask.append(each.urn)
                left.append(operation)
                continue
            try:
                identifier = self._candidate(each, resources)
                if identifier is not None:
                    _take_in(resources, each, identifier)
            except identities.Unknown as error:
                problems.append(f"  {each.told}: {error}\n    {each.urn}")
                continue
            if identifier is None:
                result.again.append(each.urn)
                continue
            # Not `creating` any more, so that the refresh clears it; and still there if that is cut off.
            left.append({**operation, "type": _UPDATING, "resource": resources[-1]})
            result.ask.append(each.urn)
            result.made[each.urn] = identifier
        if problems:
            raise OperationFailed(
                "whether AWS has made these before the engine was killed is not known:\n"
                + "\n".join(problems)
                + "\nLook there. Then the same command with --made URN=ID for what is there, and --not-made "
                "URN for what is not (and is then made again)."
            )
        deployment["pending_operations"] = left
        return result

    def still_made(self, state: Mapping[str, Any], made: Mapping[str, str]) -> str | None:
        """What AWS is still making of what was begun; None when all is there.

        Raises:
            OperationFailed: one of them will never be ready.
        """
        resources = (state.get("deployment") or {}).get("resources") or []
        there = {each["urn"]: each for each in resources if not each.get("delete")}
        for urn, identifier in made.items():
            if urn in there:
                client = self._clients(there[urn], resources)
                if said := being_made.missing(there[urn]["type"], identifier, client):
                    return said
        return None

    def _candidate(self, each: Pending, resources: list[dict[str, Any]]) -> str | None:
        if each.urn in self._answers:
            return self._answers[each.urn] or None
        if not each.resource.get("custom") or identities.made_again(each.type):
            return None
        known = {
            one.get("id", "")
            for one in resources
            if one["type"] == each.type and one.get("provider") == each.resource.get("provider")
        }
        place = {"region": _region(each.resource, resources), "account": self._account}
        inputs = each.resource.get("inputs") or {}
        try:
            client = self._clients(each.resource, resources)
            return identities.candidate(each.type, inputs, client, place, known)
        except (BotoCoreError, ClientError) as error:
            raise identities.Unknown(f"AWS does not tell: {str(error).rstrip('.')}") from None
        except KeyError as error:
            raise identities.Unknown(f"{error.args[0]} was not sent, and AWS names it after that") from None

    def _clients(self, resource: Mapping[str, Any], resources: list[dict[str, Any]]) -> Callable[[str], Any]:
        region = _region(resource, resources)
        return lambda service: self._connection.client(service, region)


def _region(resource: Mapping[str, Any], resources: list[dict[str, Any]]) -> str:
    """That of its provider."""
    for each in resources:
        if f"{each['urn']}::{each.get('id')}" == resource.get("provider"):
            return str((each.get("inputs") or {}).get("region") or "")
    return ""


def _take_in(resources: list[dict[str, Any]], each: Pending, identifier: str) -> None:
    """Puts what AWS may have made into the state."""
    for one in _same_urn(resources, each.urn):
        if one.get("protect"):
            raise identities.Unknown(
                f"it was to take the place of {one.get('id')}, which is protected: a person decides"
            )
        # It was to be replaced: so the engine removes it when all else is done, as it would have.
        one["delete"] = True
    resources.append({**each.resource, "id": identifier, "outputs": each.resource.get("inputs") or {}})


def _same_urn(resources: list[dict[str, Any]], urn: str) -> Iterator[dict[str, Any]]:
    return (each for each in resources if each["urn"] == urn and not each.get("delete"))
