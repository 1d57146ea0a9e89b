"""The AWS part of a deployed graph as the JSON of a Terraform plan, for checkers that read those.

Terraform's names are Pulumi's in another spelling: `logging` of a bucket is the block `logging`, `rules` the
repeated block `rule`. What a resource takes from another one is a reference, as it would be in a plan: that
is how a checker knows which bucket a policy is for. Format: Terraform's documentation, "JSON output format".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rehearsal.aws.facts import facts_of
from rehearsal.aws.schema import PropertyType, resource_type

# What one resource knows another by. Shorter texts are words that may stand for anything.
_IDENTIFIERS = {
    "id": "id",
    "arn": "arn",
    "bucket": "bucket",
    "domainName": "domain_name",
    "dnsName": "dns_name",
}
_IDENTIFIER_LENGTH = 9
_SECRET = "(sensitive value)"

Reference = Callable[[str], str]


def terraform_plan(resources: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The plan that would make the AWS resources of a state; what is no AWS resource is left out."""
    addressed = _addressed(resources)
    identifiers = _identifiers(addressed)
    planned, configured = [], []
    for address, resource in addressed.items():
        kind, name = address.split(".")
        declared = resource_type(resource["type"]).inputs.properties
        values, expressions = _values(resource.get("inputs", {}), declared, _lookup(address, identifiers))
        planned.append({"address": address, "mode": "managed", "type": kind, "name": name, "values": values})
        configured.append({"address": address, "type": kind, "name": name, "expressions": expressions})
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": planned}},
        "configuration": {"root_module": {"resources": configured}},
    }


def names_of(resources: Iterable[dict[str, Any]]) -> dict[str, str]:
    """The program's own names (`aws:kms/key:Key logs`) by the addresses of the plan.

    What waits in the recovery region has the same names as what serves, and `recovery/` in front of them.
    """
    return {
        address: f"{resource['type']} {_in_place(resource['urn'])}"
        for address, resource in _addressed(resources).items()
    }


def _in_place(urn: str) -> str:
    name = urn.rsplit("::", maxsplit=1)[-1]
    return f"recovery/{name}" if "groundwork:place:Recovery$" in urn else name


def _addressed(resources: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The AWS resources by their addresses, which are unique where names of the program are not."""
    found: dict[str, dict[str, Any]] = {}
    for resource in resources:
        kind = facts_of(resource["type"]).terraform
        if kind:
            name = re.sub(r"[^A-Za-z0-9_-]+", "_", resource["urn"].split("::")[-1])
            number = sum(address.startswith(f"{kind}.{name}__") for address in found)
            found[f"{kind}.{name}__{number}"] = resource
    return found


def _identifiers(addressed: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    """References by the values that stand for them; of several, the one that was made first: what is
    declared for a bucket has the bucket's name for an id."""
    found: dict[str, str] = {}
    for address, resource in addressed.items():
        outputs = {**resource.get("outputs", {}), "id": resource["id"]}
        for output, attribute in _IDENTIFIERS.items():
            value = outputs.get(output)
            if isinstance(value, str) and len(value) >= _IDENTIFIER_LENGTH:
                found.setdefault(value, f"{address}.{attribute}")
    return found


def _lookup(address: str, identifiers: Mapping[str, str]) -> Reference:
    """What a text refers to, seen from a resource: never itself."""

    def reference(text: str) -> str:
        # CloudTrail wants a log group's ARN with the streams behind it.
        found = identifiers.get(text.removesuffix(":*"), "")
        return "" if found.rpartition(".")[0] == address else found

    return reference


def _values(
    given: Mapping[str, Any],
    declared: Mapping[str, PropertyType],
    reference: Reference,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values, and expressions with references, by Terraform's names, of a resource or a block.

    A text that is a reference is not known in a plan, so it is no value.
    """
    values: dict[str, Any] = {}
    expressions: dict[str, Any] = {}
    for name, value in given.items():
        kind = declared.get(name)
        if name.startswith("__") or name == "region":
            continue
        written, block = _name(name, kind, value), _block_of(kind)
        if block is not None and isinstance(value, Mapping | list):
            blocks = [each for each in (value if isinstance(value, list) else [value]) if each is not None]
            pairs = [_values(each, block, reference) for each in blocks]
            values[written] = [inside for inside, _ in pairs]
            expressions[written] = [inside for _, inside in pairs]
            continue
        found = _references(value, reference)
        if found:
            expressions[written] = {"references": found}
        if not (found and isinstance(value, str)):
            values[written] = _SECRET if _is_secret(value) else value
    return values, expressions


def _references(value: Any, reference: Reference) -> list[str]:
    """The other resources that a value names, and their attributes."""
    if isinstance(value, str):
        found = reference(value)
        return [found, found.rpartition(".")[0]] if found else []
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [each for item in items for each in _references(item, reference)]


def _is_secret(value: Any) -> bool:
    return isinstance(value, Mapping) and ("ciphertext" in value or "plaintext" in value)


def _block_of(declared: PropertyType | None) -> Mapping[str, PropertyType] | None:
    """The properties of a block, or of the blocks of a list; None for what is none."""
    if declared is not None and declared.kind == "list":
        declared = declared.item
    return declared.block.properties if declared is not None and declared.block is not None else None


def _name(name: str, declared: PropertyType | None, value: Any) -> str:
    """`subnetIds` is `subnet_ids`; a list of blocks is one block, repeated: `rules` is `rule`."""
    written = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    return _singular(written) if isinstance(value, list) and _block_of(declared) is not None else written


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word.removesuffix('ies')}y"
    return word.removesuffix("s") if not word.endswith("ss") else word
