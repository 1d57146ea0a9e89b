"""What AWS's provider says otherwise is a finding, of the right kind and about the right property."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rehearsal.providers.provider import UNKNOWN
from rehearsal.terraform.findings import Finding, Rule
from rehearsal.terraform.graph import Deployed
from rehearsal.terraform.known import Known, is_known, unused
from rehearsal.terraform.plugin import Plan, Refused
from rehearsal.terraform.questions import Answers, ask
from rehearsal.terraform.schema import Attribute, Block

RECORD = "aws:route53/record:Record"


class Provider:
    """AWS's provider with one type, whose `replacing` attributes make a new resource."""

    def __init__(
        self, *replacing: str, invalid: str = "", growing: bool = False, asking: bool = False
    ) -> None:
        self._replacing = replacing
        self._invalid = invalid
        self._growing = growing
        self._asking = asking

    def knows(self, kind: str) -> bool:
        return kind == "aws_route53_record"

    def schema(self, kind: str) -> Block:
        text = Attribute("string", optional=True)
        settable = {"name": text, "type": text, "ttl": Attribute("number", optional=True)}
        return Block({"id": Attribute("string", computed=True), **settable, "zone_id": text})

    def validate(self, kind: str, config: Mapping[str, Any]) -> None:
        if config["name"] == self._invalid:
            raise Refused("no such name")

    def plan(self, kind: str, prior: Any, proposed: Any, config: Any, private: bytes = b"") -> Plan:
        if self._asking and config["zone_id"] is UNKNOWN:
            raise Refused("which zone?")
        planned = {**proposed}
        if prior is None:
            planned["id"] = UNKNOWN
            return Plan(planned)
        if (prior["name"] or "").lower() == (planned["name"] or "").lower():
            planned["name"] = prior["name"]
        if self._growing:
            planned["ttl"] = (planned["ttl"] or 0) + 1
        return Plan(planned, tuple(name for name in self._replacing if prior[name] != planned[name]))


def _record(**inputs: Any) -> Deployed:
    given = {"name": "a", "type": "A", "ttl": 60, "zoneId": "Z123456789", **inputs}
    return Deployed(RECORD, "api", "id", "us-west-2", given, {}, {**given, "zoneId": UNKNOWN})


def _asked(provider: Any, *resources: Deployed) -> Answers:
    return ask(provider, resources)


def _found(provider: Any, resource: Deployed) -> Finding:
    [finding] = _asked(provider, resource).findings
    return finding


AGREEING = ("name", "type", "zone_id")


def test_where_both_agree_nothing_is_found_and_all_was_asked() -> None:
    answers = _asked(Provider(*AGREEING), _record())
    assert answers.findings == []
    assert (answers.resources, answers.types) == (1, {RECORD})
    assert answers.changes > 4


def test_a_change_to_which_the_answers_differ_is_found_once_for_each_property_and_way() -> None:
    found = _asked(Provider("name", "zone_id"), _record(), _record(type="AAAA")).findings
    assert sorted(each.place for each in found) == ["type", "type left out", "type other case"]
    assert found[0].text.endswith("AWS's provider updates it, the rehearsal replaces it")


@pytest.mark.parametrize(
    ("provider", "rule"),
    [
        (Provider(invalid="a"), Rule.PREVIEW),
        (Provider(asking=True), Rule.PREVIEW),
        (Provider(growing=True), Rule.SETTLED),
    ],
)
def test_what_the_provider_does_not_take_is_found(provider: Provider, rule: Rule) -> None:
    assert _found(provider, _record()).rule == rule


def test_an_invalid_value_that_only_the_deployment_knows_is_found() -> None:
    resource = _record()
    later = Deployed(
        RECORD, "api", "id", "us-west-2", resource.inputs, {}, {**resource.inputs, "name": UNKNOWN}
    )
    assert _found(Provider(invalid="a"), later).rule == Rule.INVALID


def test_a_property_that_the_schema_lacks_is_found_with_its_name() -> None:
    finding = _found(Provider(), _record(colour="red"))
    assert (finding.rule, finding.place) == (Rule.SCHEMA, "colour")


def test_a_type_that_was_not_built_in_says_what_to_do() -> None:
    topic = Deployed("aws:sns/topic:Topic", "t", "id", "us-west-2", {}, {}, {})
    assert "services.txt" in _found(Provider(), topic).text


def test_a_reason_covers_its_finding_and_one_that_meets_nothing_is_told() -> None:
    finding = Finding(Rule.CHANGE, RECORD, "type", "text", "api")
    reason = Known(Rule.CHANGE, RECORD, "type", "why")
    other = Known(Rule.CHANGE, RECORD, "ttl", "why")
    assert is_known(finding, [other, reason])
    assert not is_known(finding, [other])
    assert unused([finding], [reason, other]) == [other]
