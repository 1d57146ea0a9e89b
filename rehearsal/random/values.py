"""The types of the package: their inputs, and how their values are made, really random."""

from __future__ import annotations

import base64
import random
import secrets
import string
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rehearsal.providers.provider import UNKNOWN, CheckFailure, Properties
from rehearsal.random.words import ADJECTIVES, ADVERBS, ANIMALS

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
