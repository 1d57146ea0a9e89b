"""How a pod's secrets become its environment variables (contract SEC-1)."""

from __future__ import annotations

import json

import pytest

from infra.kubernetes.pods import SecretVariable, secret_provider


@pytest.mark.contract("SEC-1")
@pytest.mark.parametrize("field", [None, "url"])
def test_two_variables_may_have_the_same_secret(field: str | None) -> None:
    names = ["QUEUE_DSN", "SENTRY_DSN"]
    variables = [SecretVariable(name, "triangle/prod/sentry-dsn", field) for name in names]
    spec = secret_provider("api", variables, "us-west-2", {})
    (entry,) = json.loads(spec["parameters"]["objects"])
    files = {entry["objectAlias"], *(part["objectAlias"] for part in entry.get("jmesPath", []))}
    (synchronized,) = spec["secretObjects"]
    assert [item["key"] for item in synchronized["data"]] == names
    # The driver refuses a Secret that is made of a file that it has not fetched.
    assert {item["objectName"] for item in synchronized["data"]} <= files
