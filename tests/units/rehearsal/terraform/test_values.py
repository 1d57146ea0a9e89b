"""A value that AWS's provider refuses must be one that a rehearsal refuses, whatever place it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.providers.provider import Properties
from rehearsal.terraform.findings import Rule
from rehearsal.terraform.graph import Deployed
from rehearsal.terraform.mutations import replaced_texts
from rehearsal.terraform.plugin import Refused
from rehearsal.terraform.schema import Attribute, Block
from rehearsal.terraform.values import WRONG, Values

RECORD = Deployed("aws:route53/record:Record", "api", "id", "us-west-2", {"name": "a", "type": "A"}, {}, {})


class Provider:
    """AWS's provider, which refuses a type of records and takes any name."""

    def schema(self, kind: str) -> Block:
        text = Attribute("string", optional=True)
        return Block({"name": text, "type": text})

    def validate(self, kind: str, config: Mapping[str, Any]) -> None:
        if config["type"] == WRONG:
            raise Refused("expected type to be one of")


def _asked(check: Any) -> Values:
    return Values(check, set())


def test_what_both_refuse_is_no_finding_and_every_place_was_tried() -> None:
    refused: list[Properties] = []

    def check(_: Deployed, inputs: Properties) -> list[str]:
        refused.append(inputs)
        return ["no such type"]

    values = _asked(check)
    assert list(values.ask(Provider(), RECORD)) == []  # type: ignore[arg-type]
    assert values.asked == 2
    assert refused == [{"name": "a", "type": WRONG}]


def test_what_the_rehearsal_takes_is_found_once() -> None:
    values = _asked(lambda *_: [])
    [finding] = values.ask(Provider(), RECORD)  # type: ignore[arg-type]
    assert (finding.rule, finding.place) == (Rule.VALUE, "type")
    assert list(values.ask(Provider(), RECORD)) == []  # type: ignore[arg-type]


def test_each_text_is_replaced_at_every_depth_and_tags_are_left() -> None:
    inputs = {"name": "a", "size": 3, "rules": [{"verb": "GET", "on": True}], "tags": {"owner": "x"}}
    assert list(replaced_texts(inputs, "!")) == [
        ("name", {**inputs, "name": "!"}),
        ("rules.verb", {**inputs, "rules": [{"verb": "!", "on": True}]}),
    ]
