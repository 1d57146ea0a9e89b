"""Embedded provider of the package `random` (pulumi-random 4.21): names, passwords and numbers.

Everything that the official provider does happens in the provider itself, so this one really does
it too. Defaults, limits and ids are those that the SDK documents. One thing differs: `seed` gives
the same value at every run, but not the value that the official provider gives for that seed.
"""

from __future__ import annotations

import base64
import random
import secrets
import string
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rehearsal.propertydiff import property_changes
from rehearsal.provider import (
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
from rehearsal.randomwords import ADJECTIVES, ADVERBS, ANIMALS

Generated = tuple[str, Properties]


@dataclass(frozen=True)
class RandomType:
    """One resource type: its inputs with their JSON types, and how its value is made.

    `generate` gives the id and the computed outputs from inputs that are complete and checked;
    `parse` gives inputs and outputs from the id that `pulumi import` is called with.
    """

    inputs: Mapping[str, type]
    outputs: Sequence[str]
    generate: Callable[[Properties], Generated]
    required: Sequence[str] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    minimum: Mapping[str, int] = field(default_factory=dict)
    verify: Callable[[Properties], Iterator[CheckFailure]] = lambda inputs: iter(())
    parse: Callable[[str], tuple[str, Properties, Properties]] | None = None


SPECIAL_CHARACTERS = "!@#$%&*()-_=+[]{}<>:?"


def _characters(inputs: Properties) -> str:
    """Random text of the wanted length that holds at least the wanted number of each class."""
    special = inputs.get("overrideSpecial") or SPECIAL_CHARACTERS
    classes = {
        "upper": string.ascii_uppercase,
        "lower": string.ascii_lowercase,
        "numeric": string.digits,
        "special": special,
    }
    allowed = "".join(text for name, text in classes.items() if inputs[name])
    picked: list[str] = []
    for name, text in classes.items():
        picked += [secrets.choice(text) for _ in range(inputs[f"min{name.capitalize()}"])]
    picked += [secrets.choice(allowed) for _ in range(inputs["length"] - len(picked))]
    secrets.SystemRandom().shuffle(picked)
    return "".join(picked)


def _string(inputs: Properties) -> Generated:
    text = _characters(inputs)
    return text, {"result": text}


def _password(inputs: Properties) -> Generated:
    text = _characters(inputs)
    return "none", {"result": text, **_bcrypt_hash(text)}


def _bcrypt_hash(text: str) -> Properties:
    import bcrypt

    # bcrypt reads no more than 72 bytes. The official provider's cost is 10, 50 ms of work for each of a
    # rehearsal's passwords, which guard nothing: the least cost that bcrypt has is enough.
    return {"bcryptHash": bcrypt.hashpw(text.encode()[:72], bcrypt.gensalt(4)).decode()}


def _id(inputs: Properties) -> Generated:
    return _id_outputs(secrets.token_bytes(inputs["byteLength"]), inputs.get("prefix") or "")


def _id_outputs(content: bytes, prefix: str) -> Generated:
    identifier = base64.urlsafe_b64encode(content).decode().rstrip("=")
    outputs = {
        "b64Url": prefix + identifier,
        "b64Std": prefix + base64.b64encode(content).decode(),
        "hex": prefix + content.hex(),
        "dec": prefix + str(int.from_bytes(content, "big")),
    }
    return identifier, outputs


def _pet(inputs: Properties) -> Generated:
    count = inputs["length"]
    words = [secrets.choice(ADVERBS) for _ in range(count - 2)]
    words += [secrets.choice(ADJECTIVES)] if count > 1 else []
    words.append(secrets.choice(ANIMALS))
    if inputs.get("prefix"):
        words.insert(0, inputs["prefix"])
    return inputs["separator"].join(words), {}


def _seeded(inputs: Properties) -> random.Random:
    if not inputs.get("seed"):
        return secrets.SystemRandom()
    return random.Random(inputs["seed"])  # noqa: S311 - a seed is asked for to get the same value again


def _integer(inputs: Properties) -> Generated:
    number = _seeded(inputs).randint(inputs["min"], inputs["max"])
    return str(number), {"result": number}


def _uuid(inputs: Properties) -> Generated:
    text = str(uuid.uuid4())
    return text, {"result": text}


def _shuffle(inputs: Properties) -> Generated:
    generator, items = _seeded(inputs), list(inputs["inputs"])
    count = inputs.get("resultCount", len(items))
    results: list[str] = []
    while items and len(results) < count:
        results += generator.sample(items, len(items))
    return "-", {"results": results[:count]}


def _verify_characters(inputs: Properties) -> Iterator[CheckFailure]:
    if inputs["numeric"] != inputs["number"] and UNKNOWN not in (inputs["numeric"], inputs["number"]):
        yield CheckFailure(
            "number", "is the old name of numeric: both are set, to different values; drop number"
        )
    if not any(inputs[name] for name in ("upper", "lower", "numeric", "special")):
        yield CheckFailure("lower", "one of upper, lower, numeric and special has to be true")
    minimums = [inputs[name] for name in ("minUpper", "minLower", "minNumeric", "minSpecial")]
    if UNKNOWN not in (inputs["length"], *minimums) and inputs["length"] < sum(minimums):
        yield CheckFailure(
            "length",
            f"is {inputs['length']}; minUpper + minLower + minNumeric + minSpecial is {sum(minimums)}",
        )


def _verify_range(inputs: Properties) -> Iterator[CheckFailure]:
    if UNKNOWN not in (inputs["min"], inputs["max"]) and inputs["min"] > inputs["max"]:
        yield CheckFailure("min", f"is {inputs['min']}, more than max = {inputs['max']}")


def _parse_text(identifier: str) -> tuple[str, Properties, Properties]:
    return identifier, {"length": len(identifier)}, {"result": identifier}


def _parse_password(identifier: str) -> tuple[str, Properties, Properties]:
    return "none", {"length": len(identifier)}, {"result": identifier, **_bcrypt_hash(identifier)}


def _parse_uuid(identifier: str) -> tuple[str, Properties, Properties]:
    text = str(uuid.UUID(identifier))
    return text, {}, {"result": text}


def _parse_id(identifier: str) -> tuple[str, Properties, Properties]:
    prefix, _, encoded = identifier.rpartition(",")
    content = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    inputs = {"byteLength": len(content), **({"prefix": prefix} if prefix else {})}
    found, outputs = _id_outputs(content, prefix)
    return found, inputs, outputs


def _parse_integer(identifier: str) -> tuple[str, Properties, Properties]:
    result, low, high, *seed = identifier.split(",")
    inputs = {"min": int(low), "max": int(high), **({"seed": seed[0]} if seed else {})}
    return str(int(result)), inputs, {"result": int(result)}


_CHARACTER_INPUTS: dict[str, type] = {
    "length": int, "lower": bool, "minLower": int, "minNumeric": int, "minSpecial": int, "minUpper": int,
    "number": bool, "numeric": bool, "overrideSpecial": str, "special": bool, "upper": bool,
}  # fmt: skip
_CHARACTER_DEFAULTS = {
    "lower": True, "upper": True, "numeric": True, "number": True, "special": True,
    "minLower": 0, "minNumeric": 0, "minSpecial": 0, "minUpper": 0,
}  # fmt: skip
_CHARACTER_MINIMUM = {"length": 1, "minLower": 0, "minNumeric": 0, "minSpecial": 0, "minUpper": 0}


def _character_type(
    generate: Callable[[Properties], Generated],
    outputs: Sequence[str],
    parse: Callable[[str], tuple[str, Properties, Properties]],
) -> RandomType:
    return RandomType(
        inputs=_CHARACTER_INPUTS,
        outputs=outputs,
        generate=generate,
        required=["length"],
        defaults=_CHARACTER_DEFAULTS,
        minimum=_CHARACTER_MINIMUM,
        verify=_verify_characters,
        parse=parse,
    )


# All of them take `keepers` as well.
TYPES: dict[str, RandomType] = {
    "random:index/randomPassword:RandomPassword": _character_type(
        _password, ["result", "bcryptHash"], _parse_password
    ),
    "random:index/randomString:RandomString": _character_type(_string, ["result"], _parse_text),
    "random:index/randomId:RandomId": RandomType(
        {"byteLength": int, "prefix": str}, ["b64Std", "b64Url", "dec", "hex"], _id,
        required=["byteLength"], minimum={"byteLength": 1}, parse=_parse_id,
    ),
    "random:index/randomPet:RandomPet": RandomType(
        {"length": int, "prefix": str, "separator": str}, [], _pet,
        defaults={"length": 2, "separator": "-"}, minimum={"length": 1},
    ),
    "random:index/randomInteger:RandomInteger": RandomType(
        {"min": int, "max": int, "seed": str}, ["result"], _integer,
        required=["min", "max"], verify=_verify_range, parse=_parse_integer,
    ),
    "random:index/randomUuid:RandomUuid": RandomType({}, ["result"], _uuid, parse=_parse_uuid),
    "random:index/randomShuffle:RandomShuffle": RandomType(
        {"inputs": list, "resultCount": int, "seed": str}, ["results"], _shuffle,
        required=["inputs"], minimum={"resultCount": 0},
    ),
}  # fmt: skip

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
