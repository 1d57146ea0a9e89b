"""IAM documents of a deployed graph, in the form in which a linter can judge them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Policy:
    """One IAM document and whose it is (type and name of the resource).

    `trust` says that it is a role's trust policy: who may take the role, not what the role may do.
    """

    environment: str
    resource: str
    document: Document
    trust: bool


def policies_of(environment: str, resources: Iterable[Mapping[str, Any]]) -> list[Policy]:
    """Every IAM document in the state's AWS resources."""
    found = []
    for resource in resources:
        if not resource["type"].startswith("aws:"):
            continue
        name = f"{resource['type']} {resource['urn'].split('::')[-1]}"
        for document in _documents(resource.get("inputs") or {}):
            trust = not any("Resource" in each or "NotResource" in each for each in _statements(document))
            whole = _with_resource(document, _arn_of(resource)) if trust else document
            found.append(Policy(environment, name, whole, trust))
    return found


def _arn_of(resource: Mapping[str, Any]) -> str:
    outputs = resource["outputs"]
    # It is of a repository, whose ARN it does not say.
    if resource["type"] == "aws:ecr/repositoryPolicy:RepositoryPolicy":
        return f"arn:aws:ecr:{outputs['region']}:{outputs['registryId']}:repository/{outputs['repository']}"
    return str(outputs["arn"])


def _documents(value: Any) -> Iterator[Document]:
    if isinstance(value, str) and value[:1] == "{":
        try:
            yield from _documents(json.loads(value))
        except ValueError:
            return
    elif isinstance(value, Mapping):
        if _is_iam(value):
            yield dict(value)
            return
        for item in value.values():
            yield from _documents(item)
    elif isinstance(value, list):
        for item in value:
            yield from _documents(item)


def _is_iam(value: Mapping[str, Any]) -> bool:
    """Data-protection policies of logs have statements as well, but without an effect."""
    return any("Effect" in each for each in _statements(value))


def _statements(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    statements = document.get("Statement")
    listed = statements if isinstance(statements, list) else [statements]
    return [each for each in listed if isinstance(each, Mapping)]


def _with_resource(document: Document, role: str) -> Document:
    """A trust policy names no resource; with the role in that place the linter takes it for a policy."""
    return {**document, "Statement": [{**each, "Resource": role} for each in _statements(document)]}
