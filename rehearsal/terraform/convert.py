"""A resource of Pulumi's state as the configuration of the Terraform provider that pulumi-aws wraps.

The bridge between the two makes its names and shapes from the provider's schema: `subnet_ids` is `subnetIds`,
a block that is there once is an object and no list, repeated ones have a plural name (`rule` is `rules`). So
the schema says the way back, but for the names that pulumi-aws gives itself (`rehearsal.terraform.names`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rehearsal.assets import is_asset
from rehearsal.providers.provider import UNKNOWN, contains_unknown
from rehearsal.terraform.names import RENAMED
from rehearsal.terraform.schema import Block, Nested, empty, no_block

# What stands for the file of a function's code: the provider reads it when it uploads, not when it plans.
_ASSET = "code.zip"
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class NotInSchema(Exception):
    """A property has no counterpart in the provider's schema; `place` is which one."""

    def __init__(self, text: str, place: str = "") -> None:
        super().__init__(text)
        self.place = place


def configuration(block: Block, properties: Mapping[str, Any], kind: str, *, lax: bool = False) -> Any:
    """The value of a block, complete, as the provider wants it.

    Args:
        block: its schema.
        properties: by Pulumi's names.
        kind: the resource's type, and the blocks on the way (`aws_lb_listener.default_action`).
        lax: leave out what the schema does not have, as outputs of pulumi-aws itself.

    Raises:
        NotInSchema: the provider has no such property, or another shape of it.
    """
    if not isinstance(properties, Mapping):
        raise NotInSchema(f"{kind}: is a block, found a {type(properties).__name__}")
    found = empty(block)
    for name, value in properties.items():
        if value is None or name.startswith("__"):
            continue
        written = terraform_name(block, name, kind)
        if written is None:
            if lax:
                continue
            raise NotInSchema(f"{kind}: the provider has no counterpart of '{name}'", name)
        if written in block.attributes:
            found[written] = converted(block.attributes[written].type, value, f"{kind}.{written}")
        else:
            found[written] = _nested(block.blocks[written], value, f"{kind}.{written}", lax)
    return found


def terraform_name(block: Block, name: str, kind: str) -> str | None:
    """The provider's name of a property; None when it has none."""
    renamed = RENAMED.get((kind, name))
    if renamed is not None:
        return renamed
    written = _WORDS.sub("_", name).lower()
    # Between a digit and a letter there is a word's end or none: `cidrIpv4` is `cidr_ipv4`.
    known = {**block.attributes, **block.blocks}
    plain = {each.replace("_", ""): each for each in known}
    for candidate in (written, *_singular(written)):
        found = candidate if candidate in known else plain.get(candidate.replace("_", ""))
        if found is not None:
            return found
    return None


def _singular(word: str) -> list[str]:
    """What a plural may come from: `policies`, `addresses`, `rules`."""
    found = []
    if word.endswith("ies"):
        found.append(f"{word.removesuffix('ies')}y")
    if word.endswith("es"):
        found.append(word.removesuffix("es"))
    if word.endswith("s"):
        found.append(word.removesuffix("s"))
    return found


def _nested(nested: Nested, value: Any, kind: str, lax: bool) -> Any:
    if value is UNKNOWN:
        return UNKNOWN
    if nested.single:
        return configuration(nested.block, value, kind, lax=lax)
    items = value if isinstance(value, list) else [value]
    # The bridge writes a block without properties as nothing.
    return [configuration(nested.block, each or {}, kind, lax=lax) for each in items]


def converted(kind: Any, value: Any, where: str) -> Any:
    """A value of an attribute's type.

    Raises:
        NotInSchema: it is of another.
    """
    if value is UNKNOWN or value is None:
        return value
    if isinstance(kind, str):
        return _scalar(kind, value, where)
    shape, inside = kind
    if shape in ("list", "set"):
        items = value if isinstance(value, list) else [value]
        return [converted(inside, each, where) for each in items]
    if isinstance(value, list) or not isinstance(value, Mapping):
        raise NotInSchema(f"{where}: is no {shape} but {type(value).__name__}")
    if shape == "map":
        return {key: converted(inside, each, where) for key, each in value.items()}
    names = {_WORDS.sub("_", name).lower(): each for name, each in value.items()}
    return {name: converted(each, names.get(name), where) for name, each in inside.items()}


def _scalar(kind: str, value: Any, where: str) -> Any:
    """Terraform converts between texts, numbers and booleans where it can."""
    if is_asset(value):
        return _ASSET
    if isinstance(value, Mapping | list):
        raise NotInSchema(f"{where}: is a {kind}, found a {type(value).__name__}")
    if kind == "string":
        return str(value).lower() if isinstance(value, bool) else _text(value)
    if kind == "number":
        return float(value) if isinstance(value, str) else value
    if kind == "bool":
        return value == "true" if isinstance(value, str) else bool(value)
    return value


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def proposed(block: Block, prior: Mapping[str, Any] | None, config: Mapping[str, Any]) -> dict[str, Any]:
    """The state that Terraform proposes to a provider: the configuration, and what it does not say as it was.

    Source: `internal/plans/objchange` in Terraform's repository, function ProposedNew.
    """
    before = prior or empty(block)
    found = {
        name: before.get(name) if config[name] is None and attribute.computed else config[name]
        for name, attribute in block.attributes.items()
    }
    for name, nested in block.blocks.items():
        found[name] = _proposed_blocks(nested, before.get(name) or no_block(nested), config[name])
    return found


def _proposed_blocks(nested: Nested, before: Any, config: Any) -> Any:
    if config is UNKNOWN or config is None or nested.is_map:
        return config
    if nested.single:
        return proposed(nested.block, before, config)
    if not nested.is_set:
        return [
            proposed(nested.block, before[index] if index < len(before) else None, each)
            for index, each in enumerate(config)
        ]
    return [proposed(nested.block, _counterpart(nested.block, before, each), each) for each in config]


def _counterpart(block: Block, before: list[Any], config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The block of a set that was made from this configuration: what the provider filled in may differ."""
    return next((each for each in before if _is_made_from(block, each, config)), None)


def _is_made_from(block: Block, state: Any, config: Any) -> bool:
    for name, attribute in block.attributes.items():
        if not (config[name] is None and attribute.computed) and config[name] != state.get(name):
            return False
    for name, nested in block.blocks.items():
        mine, theirs = config[name] or [], state.get(name) or []
        if nested.single or nested.is_map:
            mine, theirs = [mine] if mine else [], [theirs] if theirs else []
        if len(mine) != len(theirs):
            return False
        pairs = zip(theirs, mine, strict=True)
        if not all(_is_made_from(nested.block, one, other) for one, other in pairs):
            return False
    return True


def settled(block: Block, planned: Mapping[str, Any], outputs: Mapping[str, Any], digest: str) -> Any:
    """The state after a plan has been carried out: what was not known is as the rehearsal's AWS answered.

    Args:
        block: the schema.
        planned: the state of the plan.
        outputs: the resource's outputs by the provider's names.
        digest: makes up what nobody told.
    """
    found: dict[str, Any] = {}
    for name, attribute in block.attributes.items():
        value = planned.get(name)
        if attribute.write_only:
            value = None
        elif contains_unknown(value):
            # Of what a program may write, AWS has nothing where it told nothing.
            made_up = _nothing(attribute.type) if attribute.settable else _made_up(attribute.type, digest)
            told = outputs.get(name)
            value = told if told is not None else made_up
        found[name] = value
    for name, nested in block.blocks.items():
        found[name] = _settled_blocks(nested, planned.get(name), outputs.get(name), digest)
    return found


def _settled_blocks(nested: Nested, planned: Any, outputs: Any, digest: str) -> Any:
    if planned is UNKNOWN:
        planned = outputs or no_block(nested)
    if planned is None or nested.is_map:
        return planned
    if nested.single:
        return settled(nested.block, planned, outputs or {}, digest)
    given = outputs if isinstance(outputs, list) and len(outputs) == len(planned) else [{}] * len(planned)
    return [
        settled(nested.block, each, told or {}, digest) for each, told in zip(planned, given, strict=True)
    ]


def _made_up(kind: Any, digest: str) -> Any:
    return {"string": digest, "number": 1, "bool": False}[kind] if isinstance(kind, str) else _nothing(kind)


def _nothing(kind: Any) -> Any:
    """The provider writes an empty collection for none."""
    if isinstance(kind, str) or kind[0] == "object":
        return None
    return {} if kind[0] == "map" else []
