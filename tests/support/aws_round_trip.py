"""A resource's whole life in the embedded AWS, without the engine.

    life = Life(cloud)
    vpc = life.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"})
    life.changes_to(vpc, {"enableDnsHostnames": True})
    life.ends(vpc)

Each step asserts what must hold for every type: nothing that the program sets is dropped, what is
read back is what was written, an import finds the same inputs, and what was deleted is gone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from botocore import xform_name

from rehearsal.aws import services
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.convert import find_name
from rehearsal.aws.mapping import ResourceMapping, placeholders
from rehearsal.aws.provider import AwsProvider
from rehearsal.providers.provider import Properties, ProviderConfig, Resource
from rehearsal.workspace.journal import Journal

ACCOUNT = "111122223333"
# Another account in the same process, and one that is not embedded at all.
OTHER_ACCOUNT = "555566667777"
ABSENT_ACCOUNT = "888899990000"
REGION = "us-west-2"


@dataclass(frozen=True)
class Made:
    """A resource as the state would have it."""

    resource: Resource
    inputs: Properties
    outputs: Properties

    @property
    def id(self) -> str:
        return self.resource.id


class WatchedCloud(Cloud):
    """A cloud that remembers what was sent."""

    sent: str = ""

    def call(self, service: str, region: str, operation: str, **parameters: Any) -> dict[str, Any]:
        answer = super().call(service, region, operation, **parameters)
        self.sent += f"{operation} {parameters!r}\n"
        return answer


class Life:
    """Resources in one cloud, through the provider's own methods."""

    def __init__(self, cloud: WatchedCloud, region: str = REGION) -> None:
        self._cloud = cloud
        self._region = region
        config = ProviderConfig({"region": region, "defaultTags": {"tags": {"owner": "platform"}}})
        self.provider = AwsProvider(cloud).configure(config)

    def create(
        self, token: str, inputs: Properties, name: str = "it", *, sent_as_written: bool = True
    ) -> Made:
        """Makes a resource; it reads back as it was written.

        `sent_as_written` is False where a resource is taken over or the mapping must rewrite an input.
        """
        resource = Resource(f"urn:pulumi:dev::groundwork::{token}::{name}", token, name)
        checked, failures = self.provider.check(resource, None, inputs)
        assert failures == []
        self._takes_everything(token, checked)
        self._cloud.sent = ""
        identifier, outputs = self.provider.create(resource, checked, preview=False)
        if sent_as_written:
            self._was_sent(token, checked)
        made = Made(replace(resource, id=identifier), checked, outputs)
        self.reads_back(made)
        return made

    def changes_to(self, made: Made, change: Properties) -> Made:
        """Changes some inputs in place (None takes one away); the result reads back as written."""
        wanted = {name: value for name, value in {**made.inputs, **change}.items() if value is not None}
        wanted, failures = self.provider.check(made.resource, made.inputs, wanted)
        assert failures == []
        diff = self.provider.diff(made.resource, made.inputs, made.outputs, wanted, [])
        assert diff.changes, "the change is seen"
        assert diff.replaces == [], "AWS changes this in place"
        self._cloud.sent = ""
        outputs = self.provider.update(made.resource, made.inputs, made.outputs, wanted, preview=False)
        differing = {name: value for name, value in wanted.items() if made.inputs.get(name) != value}
        self._was_sent(made.resource.type, differing, made.inputs)
        changed = Made(made.resource, wanted, outputs)
        self.reads_back(changed)
        return changed

    def reads_back(self, made: Made) -> None:
        """What the cloud has is what was written."""
        found = self.provider.read(made.resource, made.inputs, made.outputs)
        assert found is not None, f"{made.resource.type} is there"
        assert found.inputs == made.inputs
        assert found.outputs == made.outputs

    def imports(self, made: Made, *, by: str = "", but: tuple[str, ...] = ()) -> None:
        """An import by id, or what stands for it, finds the inputs, save what AWS does not tell (`but`)."""
        found = self.provider.read(replace(made.resource, id=by or made.id), None, None)
        assert found is not None
        wanted = {name: value for name, value in made.inputs.items() if name not in but}
        assert {name: found.inputs.get(name) for name in wanted} == wanted

    def ends(self, made: Made) -> None:
        """Its tags can be others until the resource is deleted and gone; deleting it again is no error."""
        mapping = services.mapping_of(made.resource.type)
        if mapping is not None and mapping.tags is not None:
            made = self.changes_to(made, {"tags": {"another": "tag"}})
        self.provider.delete(made.resource, made.inputs, made.outputs)
        assert self.provider.read(made.resource, made.inputs, made.outputs) is None
        self.provider.delete(made.resource, made.inputs, made.outputs)

    def _takes_everything(self, token: str, inputs: Properties) -> None:
        mapping = services.mapping_of(token)
        if mapping is not None:
            client = self._cloud.client(mapping.service, self._region)
            untaken = sorted(set(inputs) - _taken(mapping, client.meta.service_model, inputs))
            assert untaken == [], f"{token} drops {untaken}"

    def _was_sent(self, token: str, inputs: Properties, known: Properties | None = None) -> None:
        """Every text and number of `inputs` is in some call, save what was `known` before a change.

        A change of what this cloud never gives back may be in the state only.
        """
        mapping = services.mapping_of(token)
        if mapping is None:
            return
        before = set(_leaves(known or {}))
        for name, value in inputs.items():
            if name in mapping.local or (known is not None and name in mapping.not_returned):
                continue
            lost = [leaf for leaf in _leaves(value) if leaf not in before and leaf not in self._cloud.sent]
            assert lost == [], f"{token} did not send {lost} of {name}"


def _taken(mapping: ResourceMapping, service: Any, inputs: Properties) -> set[str]:
    """The inputs that some operation has a member for; what a function takes is seen when it is sent."""
    taken = {name for setting in mapping.settings for name in setting.properties}
    taken.update(mapping.local, ("region", "tags"))
    for call in (mapping.create, *mapping.create_from.values(), mapping.update):
        if call is None:
            continue
        if callable(call.parameters):
            return set(inputs)
        operation = next(name for name in service.operation_names if xform_name(name) == call.operation)
        members = service.operation_model(operation).input_shape.members
        taken.update(placeholders(call.parameters))
        taken.update(
            name
            for name in inputs
            if mapping.names.get(name) != "-" and (name in mapping.names or find_name(name, members))
        )
    return taken


def _leaves(value: Any) -> list[str]:
    """The texts and numbers in a value, as Python shows them inside of a call's parameters."""
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [] if value is None or isinstance(value, bool) else [repr(value).strip("'")]


def replayed(cloud: Cloud, journal: Path, made: list[Made]) -> dict[str, Any]:
    """Reads of `made` in a new cloud that was brought back from the journal, by URN."""
    cloud.stop()
    with WatchedCloud(ACCOUNT, Journal(journal)) as again:
        life = Life(again)
        return {
            each.resource.urn: life.provider.read(each.resource, each.inputs, each.outputs) for each in made
        }
