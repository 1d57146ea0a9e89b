"""A state is read with its secrets, and once as a first preview has it."""

from __future__ import annotations

from typing import Any

from rehearsal.providers.provider import UNKNOWN
from rehearsal.terraform.graph import deployed

PROVIDER = "urn:pulumi:prod::groundwork::pulumi:providers:aws::aws-recovery"
KEY = "urn:pulumi:prod::groundwork::aws:kms/key:Key::data"
TOPIC = "urn:pulumi:prod::groundwork::aws:sns/topic:Topic::alarms"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"hunter2"'}


def _state(**topic: Any) -> list[dict[str, Any]]:
    key = {
        "urn": KEY,
        "type": "aws:kms/key:Key",
        "custom": True,
        "id": "1234-5678-90",
        "inputs": {"description": "a key of data"},
        "outputs": {"arn": "arn:aws:kms:us-east-2:1:key/1234", "description": "a key of data"},
        "provider": f"{PROVIDER}::0000",
    }
    other = {
        "urn": TOPIC,
        "type": "aws:sns/topic:Topic",
        "custom": True,
        "id": "t",
        "provider": f"{PROVIDER}::0000",
    }
    return [
        {"urn": PROVIDER, "type": "pulumi:providers:aws", "inputs": {"region": "us-east-2"}},
        key,
        {**other, **topic},
        {"urn": "urn:x", "type": "kubernetes:core/v1:Pod", "custom": True, "id": "p", "inputs": {}},
    ]


def test_a_resource_has_the_region_of_its_provider_or_its_own() -> None:
    key, topic = deployed(_state(inputs={"region": "us-west-2"}))
    assert (key.region, key.kind, key.name) == ("us-east-2", "aws_kms_key", "data")
    assert (topic.region, topic.inputs) == ("us-west-2", {})


def test_a_secret_is_read_and_never_shown() -> None:
    _, topic = deployed(_state(inputs={"name": SECRET}))
    assert topic.inputs["name"] == "hunter2"
    assert "hunter2" not in repr(topic)


def test_in_a_first_preview_what_only_aws_can_tell_is_unknown() -> None:
    inputs = {
        "keyId": "arn:aws:kms:us-east-2:1:key/1234",
        "policy": '{"Resource": "arn:aws:kms:us-east-2:1:key/1234"}',
    }
    given = {"displayName": "a key of data"}
    told = {name: [KEY] for name in (*inputs, *given)}
    _, topic = deployed(_state(inputs={**inputs, **given}, propertyDependencies=told))
    assert topic.unknown == {"keyId": UNKNOWN, "policy": UNKNOWN, **given}
    assert topic.inputs == {**inputs, **given}


def test_what_depends_on_nothing_is_known() -> None:
    _, topic = deployed(
        _state(inputs={"keyId": "arn:aws:kms:us-east-2:1:key/1234"}, propertyDependencies={"keyId": []})
    )
    assert topic.unknown == topic.inputs
