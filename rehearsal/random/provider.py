"""The provider of the package."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rehearsal.providers.property_differences import property_changes
from rehearsal.providers.provider import (
    UNKNOWN,
    CheckFailure,
    DiffResult,
    Properties,
    PropertyChange,
    Provider,
    ProviderConfig,
    ProviderError,
    ReadResult,
    Resource,
)
from rehearsal.random.values import TYPES, RandomType

_TYPE_NAMES = {int: "a whole number", bool: "true or false", str: "text", list: "a list", dict: "a map"}


class RandomProvider(Provider):
    """The random package. Values live in the engine's state only, as with the official provider.

    A session that was killed may have used values that its state does not have: `record` is told of
    every value, `replay` takes them back, and after `expect_orphans` a value that the state lacks is
    given again to the same resource.
    """

    package = "random"

    def __init__(
        self, version: str = "4.21.4", record: Callable[[dict[str, Any]], None] | None = None
    ) -> None:
        self.version = version
        self._record = record
        self._made: dict[str, tuple[str, Properties]] = {}
        self._orphans: dict[str, tuple[str, Properties]] = {}

    def replay(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Takes back what `record` was told of, in that order."""
        for entry in entries:
            self._made[entry["urn"]] = (entry["id"], entry["outputs"])

    def expect_orphans(self, known: Iterable[str]) -> None:
        """`known` are the URNs that the state has."""
        in_state = set(known)
        self._orphans = {urn: made for urn, made in self._made.items() if urn not in in_state}

    def configure(self, config: ProviderConfig) -> RandomProvider:
        return self

    def check(
        self, resource: Resource, old: Properties | None, new: Properties
    ) -> tuple[Properties, list[CheckFailure]]:
        kind = _type_of(resource)
        failures = list(_failures(kind, new))
        if not failures:
            failures += kind.verify(_complete(kind, new))
        return new, failures

    def diff(
        self,
        resource: Resource,
        old_inputs: Properties,
        old_outputs: Properties,
        new: Properties,
        ignore_changes: Sequence[str],
    ) -> DiffResult:
        kind = _type_of(resource)
        changes = property_changes(_complete(kind, old_inputs), _complete(kind, new))
        return DiffResult([PropertyChange(change.path, change.kind, replaces=True) for change in changes])

    def create(self, resource: Resource, inputs: Properties, preview: bool) -> tuple[str, Properties]:
        kind = _type_of(resource)
        complete = _complete(kind, inputs)
        if preview:
            return "", {**complete, **dict.fromkeys(kind.outputs, UNKNOWN)}
        orphan = self._orphans.pop(resource.urn, None)
        if orphan is not None and all(orphan[1].get(key) == value for key, value in complete.items()):
            return orphan
        identifier, outputs = kind.generate(complete)
        outputs = {**complete, **outputs}
        if self._record is not None:
            self._record({"urn": resource.urn, "id": identifier, "outputs": outputs})
        return identifier, outputs

    def read(
        self, resource: Resource, inputs: Properties | None, outputs: Properties | None
    ) -> ReadResult | None:
        if inputs is not None and outputs:
            return ReadResult(resource.id, inputs, outputs)
        kind = _type_of(resource)
        if kind.parse is None:
            raise ProviderError(f"{resource.type} cannot be imported: its value is not in its id")
        try:
            identifier, inputs, outputs = kind.parse(resource.id)
        except ValueError as error:
            raise ProviderError(f"{resource.type}: {resource.id!r} is no id to import: {error}") from error
        return ReadResult(identifier, inputs, {**_complete(kind, inputs), **outputs})

    def update(
        self,
        resource: Resource,
        old_inputs: Properties,
        old_outputs: Properties,
        new: Properties,
        preview: bool,
    ) -> Properties:
        # Every change replaces; the engine comes here only when an input is written differently.
        return {**old_outputs, **_complete(_type_of(resource), new)}

    def delete(self, resource: Resource, inputs: Properties, outputs: Properties) -> None:
        return None


def _type_of(resource: Resource) -> RandomType:
    kind = TYPES.get(resource.type)
    if kind is None:
        known = ", ".join(name.rpartition(":")[2] for name in TYPES)
        raise ProviderError(f"random: the embedded provider has no type {resource.type!r}; it has {known}")
    return kind


def _complete(kind: RandomType, inputs: Properties) -> Properties:
    """The inputs with the documented defaults; an empty `keepers` is the same as none."""
    given = {
        key: value for key, value in inputs.items() if value is not None and (key, value) != ("keepers", {})
    }
    complete = {**kind.defaults, **given}
    if "numeric" in kind.inputs:
        # number is the deprecated name of numeric, and each is the other's default.
        complete["numeric"] = given.get("numeric", given.get("number", True))
        complete["number"] = given.get("number", complete["numeric"])
    return complete


def _failures(kind: RandomType, inputs: Properties) -> Iterator[CheckFailure]:
    types: dict[str, type] = {"keepers": dict, **kind.inputs}
    for name in kind.required:
        if inputs.get(name) is None:
            yield CheckFailure(name, "is required")
    for name, value in inputs.items():
        if name not in types:
            yield CheckFailure(name, f"is unknown; allowed are {', '.join(sorted(types))}")
        elif value is None or value is UNKNOWN:
            continue
        elif not _is_a(types[name], value):
            yield CheckFailure(
                name, f"has to be {_TYPE_NAMES[types[name]]}, not {_TYPE_NAMES.get(type(value), 'a number')}"
            )
        elif name in kind.minimum and value < kind.minimum[name]:
            yield CheckFailure(name, f"is {value}; it has to be {kind.minimum[name]} or more")


def _is_a(expected: type, value: Any) -> bool:
    # Python's bool is an int, JSON's is not.
    return isinstance(value, expected) and isinstance(value, bool) is (expected is bool)
