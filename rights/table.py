"""The table of who calls what in an environment, evaluated; and what was granted to nobody's use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rights.aws_services import calls_of_aws_services
from rights.backup_copies import calls_of_backup_copies
from rights.calls import Call, with_implied
from rights.conditions import listed
from rights.evaluation import Decision, Policy
from rights.functions import calls_of_functions
from rights.graph import Graph
from rights.patterns import arn_matches, matches_any
from rights.people import calls_of_people
from rights.pods import calls_of_pods
from rights.recovery_calls import calls_of_recoveries
from rights.roles import calls_about_roles


@dataclass(frozen=True)
class Answer:
    """A call, and what AWS would decide."""

    call: Call
    decision: Decision

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value}" for name, value in sorted(self.call.keys.items()))
        by = f" ({self.decision.by[0][0]})" if self.decision.by else ""
        return (
            f"{self.call.actor} calls {self.call.action} on {self.call.resource}"
            f"{f' with {said}' if said else ''}: {self.decision.verdict}{by}. Source: {self.call.why}"
        )


def calls(graph: Graph) -> Iterator[Call]:
    """Everything that is called, with what AWS asks of KMS for who calls."""
    tables = (
        calls_of_functions,
        calls_of_pods,
        calls_of_people,
        calls_of_recoveries,
        calls_about_roles,
        calls_of_aws_services,
        calls_of_backup_copies,
    )
    for some in tables:
        for call in some(graph):
            yield from with_implied(graph, call)


def answers(graph: Graph) -> list[Answer]:
    """Every call with its decision."""
    return [Answer(call, graph.decide(call.request, call.identity, call.trust)) for call in calls(graph)]


def unused(graph: Graph, given: Iterable[Answer]) -> list[str]:
    """Every action that a policy of the graph grants and that no call needs, a line each, with on what.

    AWS's own policies are left out, and what a key leaves to the account's: neither is ours to narrow.
    """
    used: dict[tuple[str, int], list[Call]] = {}
    for answer in given:
        for owner, statement in answer.decision.by:
            used.setdefault((owner, id(statement)), []).append(answer.call)
    lines = set()
    for policy in _own_policies(graph):
        for statement in policy.statements:
            if statement["Effect"] == "Allow" and not _delegates(graph, statement):
                calls = used.get((policy.owner, id(statement)), [])
                lines |= set(_unused(graph, policy.owner, statement, calls))
    return sorted(lines)


def _own_policies(graph: Graph) -> Iterator[Policy]:
    yield from graph.own_policies
    yield from graph.resource_policies.values()


def _delegates(graph: Graph, statement: Mapping[str, Any]) -> bool:
    named = statement.get("Principal")
    accounts = listed(named.get("AWS", [])) if isinstance(named, Mapping) else []
    return set(accounts) == {f"arn:aws:iam::{graph.account}:root"}


def _unused(graph: Graph, owner: str, statement: Mapping[str, Any], calls: Iterable[Call]) -> Iterator[str]:
    made = list(calls)
    resources = listed(statement.get("Resource", "*"))
    for action in listed(statement["Action"]):
        made_so = [call for call in made if matches_any((action,), call.action)]
        missing = [
            resource
            for resource in resources
            if (resource == "*" and not made_so)
            or (resource != "*" and not any(arn_matches(resource, call.resource) for call in made_so))
        ]
        if missing:
            on = "anything" if len(missing) == len(resources) else ", ".join(map(graph.label, missing))
            yield f"{owner}, {statement.get('Sid', 'without a name')}: {action} on {on}"
