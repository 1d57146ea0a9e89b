"""Refreshes compared: AWS's provider and the rehearsal look at the same embedded AWS, and must read the same.

The provider reads every resource that has an AWS behind it, as `pulumi refresh` would have it do. Afterwards
nothing may be left to change, and what the program goes on with (an ARN, a host) must be what the rehearsal
told it. Then each property of each type is another one in the state: either both find the AWS's value again,
or both do not read it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rehearsal.aws import services
from rehearsal.providers.provider import UNKNOWN, Properties, ProviderError
from rehearsal.terraform.convert import NotInSchema, configuration, proposed, terraform_name
from rehearsal.terraform.findings import MADE_UP, Finding, Rule, State
from rehearsal.terraform.graph import Deployed
from rehearsal.terraform.mutations import Mutation, mutations
from rehearsal.terraform.plugin import Plugin, Refused
from rehearsal.terraform.schema import Block, canonical
from rights.refreshing import READS

# The rehearsal's own refresh of a resource whose state has these inputs: what it takes them for.
Refresh = Callable[[Deployed, Properties], Properties | None]

# Changes behind which one looks for what is there; a property that comes or goes is no such change.
_CHANGES = ("another", "longer", "True", "False")
_SAYS = {True: "reads it", False: "does not read it"}
_NOTHING: tuple[Any, ...] = (None, "", [], {}, MADE_UP)
# AWS's clock goes on while one looks.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


@dataclass
class Read:
    """What was read of a type, and what was found."""

    resources: int = 0
    properties: int = 0
    findings: list[Finding] = field(default_factory=list)


class Looks:
    """Looks at an embedded AWS, through AWS's provider and through the rehearsal's.

    Args:
        refresh: the rehearsal's.
        tried: types and properties that were asked about, here or in another environment; one time is enough.
        permissions: that the provider's requests would take, which are forgotten when it is asked anew.
    """

    def __init__(
        self, refresh: Refresh, tried: set[tuple[str, str]], permissions: set[str] | None = None
    ) -> None:
        self._refresh = refresh
        self._tried = tried
        self._permissions = set() if permissions is None else permissions

    def ask(self, plugin: Plugin, token: str, those: Sequence[tuple[Deployed, State]]) -> Read:
        """Has the provider read the resources of a type, and each property of the type be another one."""
        read = Read()
        if services.mapping_of(token) is None:
            return read  # only recorded: there is nothing to read
        there: list[tuple[Deployed, State]] = []
        self._permissions.clear()
        for resource, state in those:
            read.resources += 1
            try:
                found = _found(plugin, resource, state)
            except Refused as refused:
                read.findings.append(Finding(Rule.READ, token, "", str(refused), resource.name))
            else:
                there.append((resource, State(found, state.private)))
                read.findings += _left_to_change(plugin, resource, there[-1][1])
                read.findings += _told_otherwise(plugin.schema(resource.kind), resource, state.value, found)
        for permission in sorted(self._permissions - {"", *READS[token]}):
            text = "AWS's provider asks for it, rights/refreshing.py does not have it"
            read.findings.append(Finding(Rule.CALLED, token, permission, text, those[0][0].name))
        self._ask_properties(plugin, token, there, read)
        return read

    def _ask_properties(
        self, plugin: Plugin, token: str, those: Sequence[tuple[Deployed, State]], read: Read
    ) -> None:
        others = [resource.inputs for resource, _ in those]
        for resource, state in those:
            for mutation in mutations(resource.inputs, others):
                if mutation.sort not in _CHANGES or (token, mutation.path) in self._tried:
                    continue
                if _is_known_by(resource, mutation):
                    continue
                theirs = _provider_sees(plugin, resource, state, mutation.inputs)
                mine = self._rehearsal_sees(resource, mutation.inputs)
                if theirs is None or mine is None:
                    continue
                self._tried.add((token, mutation.path))
                read.properties += 1
                if theirs != mine:
                    text = f"AWS's provider {_SAYS[theirs]}, the rehearsal {_SAYS[mine]}"
                    read.findings.append(Finding(Rule.SEEN, token, mutation.path, text, resource.name))

    def _rehearsal_sees(self, resource: Deployed, inputs: Properties) -> bool | None:
        """Whether its refresh of a state with these inputs has others; None when it finds nothing by them."""
        try:
            found = self._refresh(resource, inputs)
        except ProviderError:
            return None
        return None if found is None else found != inputs


def _found(plugin: Plugin, resource: Deployed, state: State) -> Mapping[str, Any]:
    """The resource as the provider reads it."""
    found = plugin.read(resource.kind, state.value, state.private)
    if found is None:
        raise Refused("it is not there")
    return found


def _left_to_change(plugin: Plugin, resource: Deployed, state: State) -> Iterator[Finding]:
    """What the provider would change after it has read the resource."""
    kind, schema = resource.kind, plugin.schema(resource.kind)
    config = configuration(schema, resource.inputs, kind)
    try:
        plan = plugin.plan(kind, state.value, proposed(schema, state.value, config), config, state.private)
    except Refused as refused:
        yield Finding(Rule.REFRESHED, resource.token, "", str(refused), resource.name)
        return
    planned = plan.state or {}
    changed = [name for name in state.value if state.value[name] != planned.get(name)]
    # What AWS does with a change comes along with it.
    meant = [name for name in changed if config[name] not in (None, [])] or changed
    for name in meant:
        text = f"the program has {_shown(config[name])}, the provider reads {_shown(state.value[name])}"
        place = _names(schema, resource).get(name, name)
        yield Finding(Rule.REFRESHED, resource.token, place, text, resource.name)


def _told_otherwise(
    schema: Block, resource: Deployed, mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> Iterator[Finding]:
    """Outputs that the program goes on with and that are other ones to the provider."""
    given = configuration(schema, resource.inputs, resource.kind)
    for name, place in sorted(_names(schema, resource).items()):
        if given[name] in (None, []) and not told_alike(mine[name], theirs[name]):
            text = f"the rehearsal told {_shown(mine[name])}, the provider reads {_shown(theirs[name])}"
            yield Finding(Rule.TOLD, resource.token, place, text, resource.name)


def _names(schema: Block, resource: Deployed) -> dict[str, str]:
    """Pulumi's names of properties by the provider's."""
    names = {**resource.outputs, **resource.inputs}
    pairs = ((terraform_name(schema, name, resource.kind), name) for name in names)
    return {written: name for written, name in pairs if written is not None}


def told_alike(mine: Any, theirs: Any) -> bool:
    """Whether what the rehearsal tells is what the provider reads; where it tells nothing, anything is."""
    if mine is UNKNOWN or mine in _NOTHING:
        return True
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
        return all(told_alike(value, theirs.get(name)) for name, value in mine.items())
    if isinstance(mine, list) and isinstance(theirs, list):
        pairs = zip(mine, theirs, strict=False)
        return len(mine) == len(theirs) and all(told_alike(one, other) for one, other in pairs)
    if isinstance(mine, str) and isinstance(theirs, str):
        return mine == theirs or all(_MOMENT.fullmatch(each) for each in (mine, theirs))
    return bool(mine == theirs) or (not mine and not theirs)


def _is_known_by(resource: Deployed, mutation: Mutation) -> bool:
    """Whether the resource is found by the property: nobody can look for what is under another name."""
    value = resource.inputs.get(mutation.path)
    return isinstance(value, str) and (value in resource.id or resource.id in value)


def _provider_sees(plugin: Plugin, resource: Deployed, state: State, inputs: Properties) -> bool | None:
    """Whether a refresh of a state with these inputs has others; None when it finds nothing by them."""
    kind, schema = resource.kind, plugin.schema(resource.kind)
    try:
        config, original = (configuration(schema, each, kind) for each in (inputs, resource.inputs))
        names = [name for name in config if config[name] != original[name]]
        overlaid = proposed(schema, state.value, config)
        wrong = canonical(schema, {**state.value, **{name: overlaid[name] for name in names}})
        found = plugin.read(kind, wrong, state.private)
    except (Refused, NotInSchema):
        return None
    return None if found is None else any(not told_alike(wrong[name], found[name]) for name in names)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}…"
