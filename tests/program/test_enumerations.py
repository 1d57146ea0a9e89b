"""Each declared value that is one of a list of AWS's is held against that list before AWS would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from rehearsal.aws import services
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.operations import service_model
from rehearsal.aws.provider import AwsProvider, Settings
from rehearsal.providers.property_differences import without_indexes
from rehearsal.providers.provider import Resource
from rehearsal.terraform.mutations import replaced_texts
from tests.support.engine_values import Secret
from tests.support.recorder import Recording

WRONG = "not-allowed!"

# A value that happens to be in some list of its service, and what is checked, or not, in its place.
OTHERWISE: Mapping[tuple[str, str], str] = {
    ("aws:elasticache/user:User", "userName"): "a name: ElastiCache has one user that is called default",
    ("aws:cloudtrail/trail:Trail", "advancedEventSelectors.fieldSelectors.equals"): (
        "what is allowed depends on the field: an ARN, a type of resources, a category"
    ),
    ("aws:eks/podIdentityAssociation:PodIdentityAssociation", "serviceAccount"): "the name of a service",
    ("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "description"): "a text for people",
}


def _service(token: str) -> str:
    """boto3's name of the service that the type is made by."""
    mapping, recorded = services.mapping_of(token), services.recorded_of(token)
    if mapping is not None:
        return mapping.service
    assert recorded is not None and recorded.model, f"{token}: no service is known"
    return recorded.model.partition(".")[0]


@cache
def _listed(service: str) -> frozenset[str]:
    """All values of all enumerations of a service."""
    model = service_model(service)
    shapes: Iterator[Shape] = (model.shape_for(name) for name in model.shape_names)
    members = (
        each for shape in shapes if isinstance(shape, StructureShape) for each in shape.members.values()
    )
    items = (each.member if isinstance(each, ListShape) else each for each in members)
    return frozenset(value for each in items for value in each.metadata.get("enum", ()))


def _in_the_open(value: Any) -> Any:
    if isinstance(value, Secret):
        return _in_the_open(value.value)
    if isinstance(value, Mapping):
        return {name: _in_the_open(each) for name, each in value.items()}
    return [_in_the_open(each) for each in value] if isinstance(value, list) else value


def _first(value: Any, path: list[str]) -> Any:
    """The value at a path, of lists the first one's."""
    for name in path:
        value = value[0] if isinstance(value, list) else value
        value = value[name]
    return value[0] if isinstance(value, list) else value


def test_a_value_of_a_list_is_checked(dev: Recording, prod: Recording) -> None:
    provider = AwsProvider(Cloud("111122223333"), Settings("us-west-2", {}, (), ()))
    seen: set[tuple[str, str]] = set()
    taken = set()
    for each in (*dev.resources, *prod.resources):
        if not each.type.startswith("aws:"):
            continue
        listed = _listed(_service(each.type))
        inputs = _in_the_open(each.inputs)
        for path, wrong in replaced_texts(inputs, WRONG):
            place = (each.type, path)
            if place in seen or _first(inputs, path.split(".")) not in listed:
                continue
            seen.add(place)
            _, refused = provider.check(Resource(each.urn, each.type, each.name), None, wrong)
            if path not in {without_indexes(failure.property) for failure in refused}:
                taken.add(place)
    assert len(seen) > 50, "the services' models are looked at"
    assert taken == set(OTHERWISE)
