"""Arguments of the program's calls of functions, and the questions to the embedded AWS that answer them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.executor import Executor
from rehearsal.aws.mapping import ResourceMapping
from rehearsal.aws.operations import refusal
from rehearsal.providers.provider import Properties, ProviderError


@dataclass(frozen=True)
class Asked:
    """One call of a function (`aws.ec2.get_vpc`).

    Args:
        cloud: the embedded AWS.
        region: of the provider, or the one that the call names.
        arguments: the call's own.
        mapping_of: how a type of resource is made, and so read.
    """

    cloud: Cloud
    region: str
    arguments: Properties
    mapping_of: Callable[[str], ResourceMapping | None]

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """The answer of one AWS operation.

        Raises:
            ProviderError: AWS refused.
        """
        try:
            return self.cloud.call(service, self.region, operation, **parameters)
        except ClientError as error:
            raise refusal(error) from error

    def read(self, token: str, identifier: str) -> Properties:
        """A resource as it is, by its id.

        Raises:
            ProviderError: there is none.
        """
        mapping = self.mapping_of(token)
        assert mapping is not None
        found = Executor(mapping, self.cloud, self.region).read(identifier, None, None)
        if found is None:
            raise ProviderError(f"reading {token}: couldn't find resource ({identifier})")
        _, outputs = found
        return {**outputs, "id": identifier}

    def wanted(self, *names: str) -> str:
        """The first of several arguments that is given.

        Raises:
            ProviderError: none is.
        """
        for name in names:
            if self.arguments.get(name):
                return str(self.arguments[name])
        raise ProviderError(f"one of `{'`, `'.join(names)}` must be specified")

    @property
    def filters(self) -> list[dict[str, Any]]:
        """`filters` and `tags` of the call, as EC2 takes them."""
        given: list[Mapping[str, Any]] = self.arguments.get("filters") or []
        tags: Mapping[str, str] = self.arguments.get("tags") or {}
        return [
            *({"Name": each["name"], "Values": list(each["values"])} for each in given),
            *({"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()),
        ]


def only_one(found: list[Any], what: str) -> Any:
    """The one that was found.

    Raises:
        ProviderError: there are none, or several.
    """
    if not found:
        raise ProviderError(f"no matching {what} found")
    if len(found) > 1:
        raise ProviderError(f"multiple {what}s matched; use additional constraints to reduce matches to one")
    return found[0]
