"""The interface of an embedded provider: plain Python values in, plain Python values out.

The gRPC side (`rehearsal.providers.server`) translates Pulumi's provider protocol to these methods, so a
provider never sees protobuf. Property names are Pulumi's own (camelCase). Values are JSON values;
in a preview an input that is not known yet is the constant `UNKNOWN`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

Properties = dict[str, Any]


class _Unknown:
    """A value that only the deployment itself can tell (Pulumi's "computed" value)."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __copy__(self) -> _Unknown:
        return self

    def __deepcopy__(self, memo: object) -> _Unknown:
        return self


UNKNOWN: Final = _Unknown()


def contains_unknown(value: Any) -> bool:
    """True when `value`, or anything inside it, is UNKNOWN."""
    if value is UNKNOWN:
        return True
    if isinstance(value, Mapping):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(contains_unknown(item) for item in value)
    return False


@dataclass(frozen=True)
class CheckFailure:
    """One thing that is wrong with one property; the engine shows it with the resource's URN."""

    property: str
    reason: str


class ChangeKind(Enum):
    """How one property differs; the names are those of Pulumi's PropertyDiff.Kind."""

    ADD = "ADD"
    DELETE = "DELETE"
    UPDATE = "UPDATE"


@dataclass(frozen=True)
class PropertyChange:
    """One differing property: its path in Pulumi's notation (`rules[0].id`)."""

    path: str
    kind: ChangeKind
    replaces: bool = False


@dataclass(frozen=True)
class DiffResult:
    """What changed, property by property; no changes means that the resource stays as it is."""

    changes: Sequence[PropertyChange] = ()
    delete_before_replace: bool = False

    @property
    def replaces(self) -> list[str]:
        return [change.path for change in self.changes if change.replaces]


@dataclass(frozen=True)
class ReadResult:
    """A resource as the cloud has it now."""

    id: str
    inputs: Properties
    outputs: Properties


@dataclass(frozen=True)
class Resource:
    """The resource that a call is about.

    `urn` is Pulumi's name, `type` the token (`aws:s3/bucket:Bucket`), `name` the last part of the
    URN, `id` the cloud's identifier (empty before creation).
    """

    urn: str
    type: str
    name: str
    id: str = ""


class ProviderError(Exception):
    """The cloud refused, in the cloud's own words; the engine shows the message to a person.

    When a creation or an update failed half-way, `id` and `outputs` say what exists by now, so that
    the engine keeps the resource in its state and the next run can finish it.
    """

    def __init__(self, message: str, *, id: str = "", outputs: Properties | None = None) -> None:
        super().__init__(message)
        self.id = id
        self.outputs = outputs


@dataclass
class ProviderConfig:
    """What the program configured this provider with (the inputs of its `pulumi:providers:…`)."""

    properties: Properties = field(default_factory=dict)


class Provider(ABC):
    """One package's resources. Calls come from several threads at once."""

    package: str
    version: str

    def check_config(self, inputs: Properties) -> list[CheckFailure]:
        """What is wrong with the provider's own configuration."""
        return []

    def diff_config(self, old: Properties, new: Properties) -> DiffResult:
        """How a change of the provider's configuration shows; by default it is taken over in place."""
        return DiffResult()

    @abstractmethod
    def configure(self, config: ProviderConfig) -> Provider:
        """The provider with which resources of this configuration are made (often `self`)."""

    @abstractmethod
    def check(
        self, resource: Resource, old: Properties | None, new: Properties
    ) -> tuple[Properties, list[CheckFailure]]:
        """`new` with defaults filled in, and what is wrong with it; `old` are the last checked inputs."""

    @abstractmethod
    def diff(
        self,
        resource: Resource,
        old_inputs: Properties,
        old_outputs: Properties,
        new: Properties,
        ignore_changes: Sequence[str],
    ) -> DiffResult:
        """How `new` differs from what was deployed, and whether that replaces the resource."""

    @abstractmethod
    def create(self, resource: Resource, inputs: Properties, preview: bool) -> tuple[str, Properties]:
        """Id and outputs. In a preview nothing is made: id "" and outputs that may hold UNKNOWN."""

    @abstractmethod
    def read(
        self, resource: Resource, inputs: Properties | None, outputs: Properties | None
    ) -> ReadResult | None:
        """The resource as it is now; None when it is gone. Without `inputs` it is being imported."""

    @abstractmethod
    def update(
        self,
        resource: Resource,
        old_inputs: Properties,
        old_outputs: Properties,
        new: Properties,
        preview: bool,
    ) -> Properties:
        """Outputs after the change; in a preview nothing is changed."""

    @abstractmethod
    def delete(self, resource: Resource, inputs: Properties, outputs: Properties) -> None:
        """Removes it; a resource that is gone already is no error."""

    def invoke(self, token: str, arguments: Properties) -> tuple[Properties, list[CheckFailure]]:
        """A data source or function call of the program."""
        raise ProviderError(f"{self.package}: the embedded provider has no function {token!r}")
