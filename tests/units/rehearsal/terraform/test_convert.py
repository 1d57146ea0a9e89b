"""Pulumi's inputs become what the provider wants, by its schema, and nothing gets lost on the way."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.assets import ARCHIVE, SIGNATURE
from rehearsal.providers.provider import UNKNOWN
from rehearsal.terraform.convert import NotInSchema, configuration, proposed, settled
from rehearsal.terraform.schema import Attribute, Block, Nested, canonical

TEXT = Attribute("string", optional=True)
RULE = Block(
    {"id": TEXT, "days": Attribute("number", optional=True), "arn": Attribute("string", computed=True)},
    {"filter": Nested(Block({"prefix": TEXT}))},
)
BUCKET = Block(
    {
        "id": Attribute("string", computed=True),
        "name": Attribute("string", required=True),
        "policy_json": TEXT,
        "subnet_ids": Attribute(["set", "string"], optional=True),
        "ipv6_cidr_block": TEXT,
        "labels": Attribute(["map", "string"], optional=True),
        "zone": Attribute("string", optional=True, computed=True),
        "filename": TEXT,
        "secret_wo": Attribute("string", optional=True, write_only=True),
    },
    {
        "rule": Nested(RULE, is_set=True),
        "logging": Nested(Block({"target": TEXT, "enabled": Attribute("bool", optional=True)})),
        "timeouts": Nested(Block({"create": TEXT}), single=True),
        "policy": Nested(Block({"text": TEXT})),
    },
)


def _configured(**inputs: Any) -> dict[str, Any]:
    found: dict[str, Any] = configuration(BUCKET, inputs, "aws_bucket")
    return found


def test_a_configuration_has_every_attribute_and_block_of_the_schema() -> None:
    found = _configured(name="a")
    assert set(found) == {*BUCKET.attributes, *BUCKET.blocks}
    assert (found["name"], found["policy_json"], found["rule"], found["timeouts"]) == ("a", None, [], None)


def test_names_and_plurals_are_found_again() -> None:
    found = _configured(
        policyJson="{}", subnetIds=["a"], ipv6CidrBlock="::/0", rules=[{"id": "r"}], policies=[{"text": "t"}]
    )
    assert found["policy_json"] == "{}"
    assert found["subnet_ids"] == ["a"]
    assert found["ipv6_cidr_block"] == "::/0"
    assert found["rule"] == [{"id": "r", "days": None, "arn": None, "filter": []}]
    assert found["policy"] == [{"text": "t"}]


def test_a_block_that_is_there_once_is_a_list_of_one() -> None:
    assert _configured(logging={"target": "logs"})["logging"] == [{"target": "logs", "enabled": None}]
    assert _configured(timeouts={"create": "1h"})["timeouts"] == {"create": "1h"}


def test_values_become_what_the_attribute_is() -> None:
    found = _configured(
        name=5, labels={"camelCase": True}, rules=[{"days": "30"}], logging={"enabled": "true"}
    )
    assert (found["name"], found["labels"]) == ("5", {"camelCase": "true"})
    assert (found["rule"][0]["days"], found["logging"][0]["enabled"]) == (30, True)


def test_what_is_unknown_stays_unknown_at_its_place() -> None:
    found = _configured(name=UNKNOWN, subnetIds=[UNKNOWN, "b"], rules=[{"id": UNKNOWN}])
    assert found["name"] is UNKNOWN
    assert found["subnet_ids"] == [UNKNOWN, "b"]
    assert found["rule"][0]["id"] is UNKNOWN


def test_an_archive_is_a_file() -> None:
    assert _configured(filename={SIGNATURE: ARCHIVE, "hash": "1"})["filename"] == "code.zip"


@pytest.mark.parametrize(
    "inputs",
    [{"colour": "red"}, {"name": ["a"]}, {"rules": ["a"]}, {"labels": "a"}, {"rules": [{"colour": "red"}]}],
)
def test_what_the_schema_does_not_have_is_said_and_not_left_out(inputs: dict[str, Any]) -> None:
    with pytest.raises(NotInSchema, match="aws_bucket"):
        configuration(BUCKET, inputs, "aws_bucket")


def test_names_that_pulumi_gives_itself_are_data() -> None:
    block = Block({"function_name": TEXT, "filename": TEXT})
    found = configuration(block, {"name": "f", "code": "c"}, "aws_lambda_function")
    assert found == {"function_name": "f", "filename": "c"}


def test_what_aws_filled_in_is_proposed_again() -> None:
    before = {**_configured(name="a", rules=[{"id": "1"}, {"id": "2"}]), "id": "i", "zone": "z"}
    before["rule"][0]["arn"], before["rule"][1]["arn"] = "arn-1", "arn-2"
    after = proposed(BUCKET, before, _configured(name="b", rules=[{"id": "2"}, {"id": "3"}]))
    assert (after["id"], after["zone"], after["name"], after["policy_json"]) == ("i", "z", "b", None)
    assert [each["arn"] for each in after["rule"]] == ["arn-2", None], (
        "a set's block is found by what it says"
    )


def test_after_a_plan_what_was_unknown_is_what_aws_told() -> None:
    planned = {**_configured(name="a", secretWo="s", rules=[{"id": "r"}]), "id": UNKNOWN, "zone": UNKNOWN}
    planned["rule"][0]["arn"] = UNKNOWN
    state = settled(BUCKET, planned, {"id": "i"}, "made-up")
    assert (state["id"], state["zone"]) == ("i", None)
    assert state["rule"][0]["arn"] == "made-up"
    assert state["secret_wo"] is None, "what is only written is never kept"


def test_sets_have_no_order_and_lists_have_one() -> None:
    one = _configured(subnetIds=["a", "b"], rules=[{"id": "1"}, {"id": "2"}])
    other = _configured(subnetIds=["b", "a"], rules=[{"id": "2"}, {"id": "1"}])
    assert canonical(BUCKET, one) == canonical(BUCKET, other)
    one = _configured(policies=[{"text": "1"}, {"text": "2"}])
    other = _configured(policies=[{"text": "2"}, {"text": "1"}])
    assert canonical(BUCKET, one) != canonical(BUCKET, other)
