"""SEC-2, SEC-3: what is rotated, how often, and that nothing else can touch it."""

from __future__ import annotations

import json

import pytest

from tests.support.recorder import Recording, system_file

ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
KEYS = {name: entry["rotation"] for name, entry in system_file()["secrets"].items() if "rotation" in entry}


@pytest.mark.contract("SEC-2")
@pytest.mark.parametrize("name", KEYS)
def test_signing_keys_rotate_every_90_days(each: Recording, name: str) -> None:
    rotation = each.one(ROTATION, name)
    assert rotation.inputs["rotationRules"] == {"automaticallyAfterDays": 90}
    assert rotation.inputs["rotationLambdaArn"].endswith(":rotate-signing-key")


@pytest.mark.contract("SEC-2")
def test_the_program_never_puts_its_first_value_back(each: Recording) -> None:
    for name in each.of(ROTATION):
        assert each.one(VERSION, name).ignore_changes == ("secretString",), name


@pytest.mark.contract("SEC-3")
@pytest.mark.parametrize("name", KEYS)
def test_services_get_the_key_before_as_well(each: Recording, name: str) -> None:
    assert set(json.loads(each.one(VERSION, name).plain("secretString"))) == {"current", "previous"}
    (spec,) = [
        provider.inputs["spec"]["parameters"]["objects"]
        for provider in each.of("kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass").values()
        if provider.name == "api"
    ]
    (entry,) = [each for each in json.loads(spec) if each["objectName"].endswith(f"/{name}")]
    variable = name.upper().replace("-", "_")
    assert entry["jmesPath"] == [
        {"path": "current", "objectAlias": variable},
        {"path": "previous", "objectAlias": f"{variable}_PREVIOUS"},
    ]


def test_secrets_manager_tries_the_function_only_when_it_may_call_it(each: Recording) -> None:
    permissions = {resource.urn for resource in each.of("aws:lambda/permission:Permission").values()}
    for rotation in each.of(ROTATION).values():
        assert permissions & rotation.depends_on
