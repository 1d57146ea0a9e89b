"""Questions to AWS's provider about a graph's resources, and the answers that are not the rehearsal's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rehearsal.aws.facts import changes_of
from rehearsal.aws.suppressed import without_suppressed
from rehearsal.providers.provider import Properties
from rehearsal.terraform.convert import NotInSchema, configuration, proposed, settled
from rehearsal.terraform.findings import MADE_UP, Finding, Rule, State
from rehearsal.terraform.graph import Deployed
from rehearsal.terraform.mutations import Mutation, Tried, mutations
from rehearsal.terraform.plugin import Plan, Plugin, Refused
from rehearsal.terraform.reading import Looks
from rehearsal.terraform.schema import canonical
from rehearsal.terraform.values import Values

# A property that comes or goes is another question than one that changes.
_IN_PLACES = ("left out", "added", "other case")


@dataclass
class Answers:
    """What was asked of one environment, and what was found."""

    resources: int = 0
    types: set[str] = field(default_factory=set)
    changes: int = 0
    refused: int = 0
    read: int = 0
    properties: int = 0
    values: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, other: Answers) -> None:
        """Takes those of another region."""
        self.resources += other.resources
        self.types |= other.types
        self.changes += other.changes
        self.refused += other.refused
        self.read += other.read
        self.properties += other.properties
        self.values += other.values
        self.findings += other.findings


def ask(
    plugin: Plugin,
    resources: Sequence[Deployed],
    looks: Looks | None = None,
    values: Values | None = None,
) -> Answers:
    """Asks about every resource, and about a change of each property of every type.

    Args:
        plugin: the provider.
        resources: of a region.
        looks: at the embedded AWS, which the provider then reads as well.
        values: that are refused, when those are asked about.
    """
    answers = Answers()
    created = defaultdict(list)
    for resource in resources:
        answers.resources += 1
        answers.types.add(resource.token)
        try:
            state = _created(plugin, resource)
        except _Found as found:
            answers.findings.append(found.finding)
        else:
            created[resource.token].append((resource, state))
            if values is not None:
                answers.findings += values.ask(plugin, resource)
    for token, those in created.items():
        _ask_changes(plugin, token, those, answers)
        if looks is not None:
            read = looks.ask(plugin, token, those)
            answers.read += read.resources
            answers.properties += read.properties
            answers.findings += read.findings
    answers.values = 0 if values is None else values.asked
    return answers


class _Found(Exception):
    def __init__(self, rule: Rule, resource: Deployed, text: object, place: str = "") -> None:
        super().__init__(str(text))
        self.finding = Finding(rule, resource.token, place, str(text), resource.name)


def _created(plugin: Plugin, resource: Deployed) -> State:
    """The state after a creation that the provider agrees to, and finds nothing to change in afterwards."""
    kind = resource.kind
    if not plugin.knows(kind):
        text = f"it has no {kind}: its service is not in tools/aws-provider/services.txt, or it is newer"
        raise _Found(Rule.SCHEMA, resource, text)
    schema = plugin.schema(kind)
    try:
        config = configuration(schema, resource.inputs, kind)
        unknown = configuration(schema, resource.unknown, kind)
        outputs = {**configuration(schema, resource.outputs, kind, lax=True), "id": resource.id}
    except NotInSchema as error:
        raise _Found(Rule.SCHEMA, resource, error, error.place) from None
    _agreed(plugin, resource, unknown, Rule.PREVIEW, Rule.PREVIEW)
    plan = _agreed(plugin, resource, config, Rule.INVALID, Rule.PLAN)
    state = canonical(schema, settled(schema, plan.state or {}, outputs, MADE_UP))
    try:
        second = plugin.plan(kind, state, proposed(schema, state, config), config, plan.private)
    except Refused as refused:
        raise _Found(Rule.SETTLED, resource, refused) from None
    changed = [name for name in state if state[name] != (second.state or {}).get(name)]
    if changed:
        raise _Found(Rule.SETTLED, resource, "a second plan changes it", ", ".join(changed))
    return State(state, plan.private)


def _agreed(
    plugin: Plugin, resource: Deployed, config: Mapping[str, Any], invalid: Rule, unplanned: Rule
) -> Plan:
    """The plan for a creation of a valid configuration."""
    rule = invalid
    try:
        plugin.validate(resource.kind, config)
        rule = unplanned
        return plugin.plan(resource.kind, None, proposed(plugin.schema(resource.kind), None, config), config)
    except Refused as refused:
        raise _Found(rule, resource, refused) from None


def _ask_changes(
    plugin: Plugin, token: str, those: Sequence[tuple[Deployed, State]], answers: Answers
) -> None:
    """Asks once for each place of a type and each way to change it."""
    tried = Tried()
    inputs = [resource.inputs for resource, _ in those]
    for resource, state in those:
        for mutation in mutations(resource.inputs, inputs):
            if not tried.is_new(mutation):
                continue
            said = _said(plugin, resource, state, mutation)
            if said is None:
                answers.refused += 1
                continue
            answers.changes += 1
            mine = rehearsed(token, resource.inputs, mutation.inputs)
            if said != mine:
                text = f"{mutation.words}: AWS's provider {said}, the rehearsal {mine}"
                place = f"{mutation.path} {mutation.sort}" if mutation.sort in _IN_PLACES else mutation.path
                found = Finding(Rule.CHANGE, token, place, text, resource.name)
                if not any((each.place, each.token) == (place, token) for each in answers.findings):
                    answers.findings.append(found)


def _said(plugin: Plugin, resource: Deployed, state: State, mutation: Mutation) -> str | None:
    """What the provider would do about a change; None when it refuses the new configuration."""
    kind, schema = resource.kind, plugin.schema(resource.kind)
    try:
        config = configuration(schema, mutation.inputs, kind)
        plugin.validate(kind, config)
        plan = plugin.plan(kind, state.value, proposed(schema, state.value, config), config, state.private)
    except (Refused, NotInSchema):
        return None
    if plan.state == state.value:
        return "leaves it"
    return "replaces it" if plan.replaces else "updates it"


def rehearsed(token: str, old: Properties, new: Properties) -> str:
    """What the rehearsal's provider would do."""
    changes = changes_of(token, old, without_suppressed(token, old, new))
    if not changes:
        return "leaves it"
    return "replaces it" if any(change.replaces for change in changes) else "updates it"
