"""The AWS resources of a deployed stack, as its state has them with secrets in the open."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.aws.facts import facts_of
from rehearsal.providers.provider import UNKNOWN, Properties

# Shorter texts are words that may stand for anything.
_IDENTIFIER_LENGTH = 9


@dataclass(frozen=True)
class Deployed:
    """One resource: what the program gave, what AWS answered, and where it is.

    `unknown` are the inputs as a first preview has them, when nothing is there yet.
    """

    token: str
    name: str
    id: str
    region: str
    inputs: Properties
    outputs: Properties
    unknown: Properties

    @property
    def kind(self) -> str:
        """The type's name in AWS's provider (`aws_s3_bucket`)."""
        return facts_of(self.token).terraform


def deployed(resources: Iterable[Mapping[str, Any]]) -> list[Deployed]:
    """The AWS resources of `pulumi stack export --show-secrets`."""
    by_urn = {each["urn"]: each for each in resources}
    regions = {
        urn: each["inputs"].get("region", "")
        for urn, each in by_urn.items()
        if each["type"] == "pulumi:providers:aws"
    }
    found = []
    for urn, each in by_urn.items():
        if not (each["type"].startswith("aws:") and each.get("custom")):
            continue
        inputs = in_the_open(each.get("inputs", {}))
        provider = each.get("provider", "").rpartition("::")[0]
        found.append(
            Deployed(
                token=each["type"],
                name=urn.rpartition("::")[2],
                id=each["id"],
                region=inputs.pop("region", None) or regions.get(provider, ""),
                inputs=inputs,
                outputs=in_the_open(each.get("outputs", {})),
                unknown=_unknown(inputs, each.get("propertyDependencies", {}), by_urn),
            )
        )
    return found


class Secret(str):
    """A text that nobody is shown."""

    def __repr__(self) -> str:
        return "(secret)"


def in_the_open(value: Any, *, secret: bool = False) -> Any:
    """A value of a state without the marks around secrets; their texts stay known as such."""
    if isinstance(value, Mapping):
        if "plaintext" in value and len(value) == 2:
            return in_the_open(json.loads(value["plaintext"]), secret=True)
        return {name: in_the_open(each, secret=secret) for name, each in value.items()}
    if isinstance(value, list):
        return [in_the_open(each, secret=secret) for each in value]
    return Secret(value) if secret and isinstance(value, str) else value


def _unknown(
    inputs: Properties, dependencies: Mapping[str, list[str]], by_urn: Mapping[str, Mapping[str, Any]]
) -> Properties:
    """Inputs in which every text is unknown that holds what another resource is known by."""
    found = dict(inputs)
    for name, urns in dependencies.items():
        told = {text for urn in urns if urn in by_urn for text in _told_by(by_urn[urn])}
        if name in found and told:
            found[name] = _without(found[name], told)
    return found


def _told_by(resource: Mapping[str, Any]) -> set[str]:
    """The texts that only AWS's answer has: identifiers, names of hosts."""
    given = set(_texts(in_the_open(resource.get("inputs", {}))))
    answered = set(_texts(in_the_open(resource.get("outputs", {})))) - given
    return {text for text in {resource.get("id", ""), *answered} if len(text) >= _IDENTIFIER_LENGTH}


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [text for item in items for text in _texts(item)]


def _without(value: Any, told: set[str]) -> Any:
    if isinstance(value, str):
        return UNKNOWN if any(text in value for text in told) else value
    if isinstance(value, Mapping):
        return {name: _without(each, told) for name, each in value.items()}
    return [_without(each, told) for each in value] if isinstance(value, list) else value
