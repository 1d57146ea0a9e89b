"""What a refresh finds is compared: what is gone, left to change, told otherwise, read by one of the two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rehearsal.providers.provider import Properties, ProviderError
from rehearsal.terraform.findings import Finding, Rule, State
from rehearsal.terraform.graph import Deployed
from rehearsal.terraform.plugin import Plan, Refused
from rehearsal.terraform.reading import Looks, Read, told_alike
from rehearsal.terraform.schema import Attribute, Block, canonical

RECORD = "aws:route53/record:Record"
INPUTS: Properties = {
    "zoneId": "Z123456789",
    "name": "api.triangle.example",
    "type": "A",
    "ttl": 60,
    "records": ["a", "b"],
}
ID = "Z123456789_api.triangle.example_A"
THERE: dict[str, Any] = {
    "id": ID,
    "zone_id": "Z123456789",
    "name": "api.triangle.example",
    "type": "A",
    "ttl": 60,
    "records": ["a", "b"],
    "fqdn": "api.triangle.example",
}
RESOURCE = Deployed(RECORD, "api", ID, "us-west-2", INPUTS, {**INPUTS, "fqdn": "api.triangle.example"}, {})


class Provider:
    """AWS's provider with one type: it reads `there`, but what is `unread` it leaves as the state has it."""

    def __init__(self, there: Mapping[str, Any] | None = THERE, unread: tuple[str, ...] = ()) -> None:
        self._there = there
        self._unread = unread

    def schema(self, kind: str) -> Block:
        text, computed = Attribute("string", optional=True), Attribute("string", computed=True)
        return Block(
            {
                "id": computed,
                "fqdn": computed,
                "zone_id": text,
                "name": text,
                "type": text,
                "ttl": Attribute("number", optional=True),
                "records": Attribute(["set", "string"], optional=True),
            }
        )

    def read(self, kind: str, state: Mapping[str, Any], private: bytes) -> Mapping[str, Any] | None:
        if self._there is None:
            return None
        if self._there == {}:
            raise Refused("no such zone")
        found = {**self._there, **{name: state[name] for name in self._unread}}
        return dict(canonical(self.schema(kind), found))

    def plan(self, kind: str, prior: Any, proposed: Any, config: Any, private: bytes) -> Plan:
        return Plan({**proposed, "records": sorted(proposed["records"])})


def _refresh(*unread: str) -> Any:
    def refresh(_: Deployed, inputs: Properties) -> Properties:
        return {**INPUTS, **{name: inputs[name] for name in unread}}

    return refresh


def _read(provider: Provider, refresh: Any = None, resource: Deployed = RESOURCE) -> Read:
    looks = Looks(refresh or _refresh(), set())
    return looks.ask(provider, resource.token, [(resource, State(THERE, b""))])  # type: ignore[arg-type]


def _found(read: Read) -> Finding:
    [finding] = read.findings
    return finding


def test_where_both_read_the_same_nothing_is_found_and_all_was_looked_at() -> None:
    read = _read(Provider())
    assert read.findings == []
    # What the record is found by, zone, name and type, is not asked about.
    assert (read.resources, read.properties) == (1, 2)


@pytest.mark.parametrize(("there", "text"), [(None, "it is not there"), ({}, "no such zone")])
def test_what_cannot_be_read_is_found(there: Any, text: str) -> None:
    finding = _found(_read(Provider(there)))
    assert (finding.rule, finding.text) == (Rule.READ, text)


def test_what_a_refresh_leaves_to_change_is_found_by_pulumis_name() -> None:
    read = _read(Provider({**THERE, "ttl": 300}))
    assert [(each.rule, each.place) for each in read.findings] == [(Rule.REFRESHED, "ttl")]
    assert read.findings[0].text == "the program has 60, the provider reads 300"


def test_an_output_that_the_provider_reads_otherwise_is_found() -> None:
    finding = _found(_read(Provider({**THERE, "fqdn": "api.other.example"})))
    assert (finding.rule, finding.place) == (Rule.TOLD, "fqdn")


def test_a_property_that_only_the_provider_reads_is_found_and_the_other_way_round() -> None:
    finding = _found(_read(Provider(), _refresh("ttl")))
    assert (finding.rule, finding.place) == (Rule.SEEN, "ttl")
    assert finding.text == "AWS's provider reads it, the rehearsal does not read it"
    finding = _found(_read(Provider(unread=("records",))))
    assert finding.text == "AWS's provider does not read it, the rehearsal reads it"


def test_a_property_that_neither_reads_is_none() -> None:
    assert _read(Provider(unread=("ttl",)), _refresh("ttl")).findings == []


def test_the_order_of_a_set_is_no_answer_of_the_provider() -> None:
    inputs = {**INPUTS, "records": ["c", "b", "a"]}
    other = Deployed(RECORD, "api", ID, "us-west-2", inputs, RESOURCE.outputs, {})
    found = _read(Provider(unread=("records",)), _refresh("records"), other).findings
    assert [each for each in found if each.rule == Rule.SEEN] == []


def test_a_property_is_asked_about_once_whatever_the_environments() -> None:
    looks = Looks(_refresh("ttl"), {(RECORD, "ttl"), (RECORD, "records")})
    assert looks.ask(Provider(), RECORD, [(RESOURCE, State(THERE, b""))]).properties == 0  # type: ignore[arg-type]


def test_a_permission_that_the_table_of_rights_lacks_is_found() -> None:
    permissions = {"of-another-type"}

    class Asking(Provider):
        def read(self, kind: str, state: Mapping[str, Any], private: bytes) -> Mapping[str, Any] | None:
            permissions.update(["route53:GetHostedZone", "route53:GetAccountLimit", ""])
            return super().read(kind, state, private)

    looks = Looks(_refresh(), set(), permissions)
    read = looks.ask(Asking(), RECORD, [(RESOURCE, State(THERE, b""))])  # type: ignore[arg-type]
    finding = _found(read)
    assert (finding.rule, finding.place) == (Rule.CALLED, "route53:GetAccountLimit")


def test_where_a_refresh_finds_nothing_by_a_value_nobody_is_compared() -> None:
    def refuse(_: Deployed, __: Properties) -> Properties:
        raise ProviderError("no such record")

    assert _read(Provider(), refuse).properties == 0


def test_a_type_that_is_only_recorded_is_not_read() -> None:
    budget = Deployed("aws:budgets/budget:Budget", "b", "id", "us-west-2", INPUTS, INPUTS, {})
    assert _read(Provider(None), resource=budget).resources == 0


@pytest.mark.parametrize(
    ("mine", "theirs", "alike"),
    [
        ("2026-12-01T05:47:26.635253Z", "2026-12-01T05:47:26Z", True),
        ("2026-12-01T05:47:26Z", "2026-12-01T05:52:27+00:00", True),
        ("2026-12-01T05:47:26Z", "never", False),
        ("one", "two", False),
        ("", "anything", True),
        (False, None, True),
        (True, None, False),
        ([{"name": "a", "more": None}], [{"name": "a", "more": 1}], True),
        ([{"name": "a"}], [{"name": "a"}, {"name": "b"}], False),
    ],
)
def test_what_is_told_alike(mine: Any, theirs: Any, alike: bool) -> None:
    assert told_alike(mine, theirs) is alike
