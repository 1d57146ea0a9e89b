"""A kind of secret is one record, and the code of its function: everything else follows from it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.checkout import contents, copy_checkout, replace_text, said_in

RECORD = """
    TOKEN = (
        "token",
        "it is a token",
        Generated(
            length=64,
            rotation=Rotation(
                Rotator(
                    "rotate-token",
                    "Rotates tokens",
                    "the token that comes later is known before",
                    Ending(2, "the first token", ("nothing",)),
                ),
                fields=MappingProxyType({"now": "", "later": "-later"}),
                length=48,
                others="the token that comes later",
            ),
        ),
    )
"""

PROGRAM = """
import json, yaml
from pathlib import Path
from documentation.application_page import application_page
from documentation.configuration_page import configuration_page
from documentation.secret_parts import with_secret_parts
from infra.configuration import load_configuration
from infra.configuration.system import load_system
from infra.configuration.validation import ConfigurationError
from operations.console import OperationError
from operations.holdings import entries
from operations.revocation import rotator_of
from operations.secret_values import entry_of
from rights.table import answers
from tests.support.function_metrics import metrics_of
from tests.support.graph_of import graph
from tests.support.recorder import TODAY, record, stack_file, system_file

system = system_file()
declared = {"description": "A token", "source": "token"}
system["secrets"] |= {"fixed-token": declared, "hook-token": {**declared, "rotation": 30}}
system["services"]["api"]["secrets"] |= {"FIXED_TOKEN": "fixed-token", "HOOK_TOKEN": "hook-token"}
Path("tried.yaml").write_text(yaml.safe_dump(system))

def refused(work):
    try:
        work()
    except (ConfigurationError, OperationError) as error:
        return str(error)

def unknown():
    changed = {**system, "secrets": {"odd": {**declared, "source": "nobody"}}}
    load_system(changed, TODAY)

def taken():
    variables = {**system["services"]["api"].get("variables", {}), "HOOK_TOKEN_LATER": "mine"}
    services = {**system["services"], "api": {**system["services"]["api"], "variables": variables}}
    load_system({**system, "services": services}, TODAY)

recording = record("dev", {"systemFile": "tried.yaml"})
configuration = load_configuration("dev", stack_file("dev"), system, "tried.yaml", today=TODAY)

def of(kind):
    return recording.of(kind)

versions = of("aws:secretsmanager/secretVersion:SecretVersion")
print(json.dumps({
    "fields": json.loads(versions["hook-token"].plain("secretString")),
    "passwords": {
        name: each.inputs["length"]
        for name, each in of("random:index/randomPassword:RandomPassword").items()
        if "token" in name
    },
    "rotation": of("aws:secretsmanager/secretRotation:SecretRotation")["hook-token"].inputs,
    "function": of("aws:lambda/function:Function")["rotate-token"].inputs["handler"],
    "rights": of("aws:iam/rolePolicy:RolePolicy")["function-rotate-token"].plain("policy"),
    "readers": of("aws:secretsmanager/secretPolicy:SecretPolicy")["hook-token"].plain("policy"),
    "pods": of("kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass")["api"].inputs["spec"],
    "metrics": sorted(each.name for each in metrics_of("rotate_token").values()),
    "set": refused(lambda: entry_of(configuration, "hook-token")),
    "revoked": rotator_of(configuration, "hook-token").ending.rotations,
    "not revoked": refused(lambda: rotator_of(configuration, "fixed-token")),
    "ledger": {each.name: [each.source, each.days] for each in entries(configuration)},
    "unknown": refused(unknown),
    "taken": refused(taken),
    "calls": [
        [answer.call.action, answer.decision.allowed]
        for answer in answers(graph(recording))
        if answer.call.actor == "function rotate-token"
    ],
    "secrets page": with_secret_parts(Path("docs/secrets.md").read_text()),
    "application page": application_page(()),
    "page": [line for line in configuration_page().splitlines() if line.startswith("| `secrets.<name>.")],
}))
"""


def add_kind(root: Path) -> None:
    """The record, and a function that stands in for its own."""
    last = '    GENERATED = "generated", "it is generated", Generated(rotation=SIGNING_KEYS)\n'
    replace_text(root / "infra" / "configuration" / "secret_sources.py", last, f"{last}{RECORD}")
    shutil.copytree(root / "functions" / "rotate_signing_key", root / "functions" / "rotate_token")


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a checkout with the kind says of it, and what was changed for it."""
    root = copy_checkout(tmp_path_factory.mktemp("kind"))
    before = contents(root)
    add_kind(root)
    changed = [name for name, content in contents(root).items() if before.get(name) != content]
    return {"changed": changed, **said_in(root, PROGRAM)}


def test_one_file_is_changed_and_the_code_of_its_function_is_added(said: dict[str, Any]) -> None:
    code = [name for name in said["changed"] if name.startswith("functions/rotate_token/")]
    assert [name for name in said["changed"] if name not in code] == ["infra/configuration/secret_sources.py"]


def test_its_entries_have_first_values_as_the_record_says(said: dict[str, Any]) -> None:
    assert said["passwords"] == {"fixed-token": 64, "hook-token": 48, "hook-token-later": 48}
    assert set(said["fields"]) == {"now", "later"}
    assert said["fields"]["now"] != said["fields"]["later"]


def test_its_function_rotates_it_and_nobody_else_reads_it(said: dict[str, Any]) -> None:
    assert said["function"] == "functions.rotate_token.handler.handle"
    assert said["rotation"]["rotationLambdaArn"].endswith(":rotate-token")
    assert said["rotation"]["rotationRules"] == {"automaticallyAfterDays": 30}
    rights = json.loads(said["rights"])["Statement"]
    entry = "arn:aws:secretsmanager:us-west-2:123456789012:hook-token"
    changing = [each for each in rights if "secretsmanager:PutSecretValue" in each["Action"]]
    assert [each["Resource"] for each in changing] in ([entry], [[entry]])
    assert "triangle-dev-function-rotate-token" in said["readers"]
    assert "rotate-signing-key" not in said["readers"]


def test_services_get_all_of_its_fields(said: dict[str, Any]) -> None:
    objects = json.loads(said["pods"]["parameters"]["objects"])
    (entry,) = [each for each in objects if each["objectName"].endswith("/hook-token")]
    assert [each["objectAlias"] for each in entry["jmesPath"]] == ["HOOK_TOKEN", "HOOK_TOKEN_LATER"]


def test_its_rotations_are_watched(said: dict[str, Any]) -> None:
    assert said["metrics"] == ["RotationFailed", "RotationSucceeded"]


def test_what_its_function_calls_is_in_the_table_of_rights_and_granted(said: dict[str, Any]) -> None:
    assert ["secretsmanager:PutSecretValue", True] in said["calls"]
    assert ["kms:GenerateDataKey", True] in said["calls"]
    assert [action for action, allowed in said["calls"] if not allowed] == []


def test_no_service_has_a_variable_that_its_fields_have(said: dict[str, Any]) -> None:
    assert "services.api.variables.HOOK_TOKEN_LATER" in said["taken"]


def test_nobody_sets_it_and_revoking_it_follows_the_record(said: dict[str, Any]) -> None:
    assert "the platform generates this secret" in said["set"]
    assert said["revoked"] == 2
    assert "`rotation: DAYS` in the system file has it rotated" in said["not revoked"]
    assert said["ledger"]["hook-token"] == ["token", 30]
    assert said["ledger"]["fixed-token"] == ["token", None]


def test_the_page_and_the_error_name_it(said: dict[str, Any]) -> None:
    page = "\n".join(said["page"])
    assert "one of person, generated, token" in page
    assert "it is generated, or it is a token" in page
    assert "a secret with `source: generated` or `source: token`" in page
    assert "person, generated, token" in said["unknown"]


def test_the_pages_about_secrets_and_for_applications_have_it(said: dict[str, Any]) -> None:
    rows = said["secrets page"]
    assert "| `source: token` | the program |" in rows
    assert "| `source: token` with `rotation` | the program | `functions/rotate_token`, after" in rows
    assert "- `source: token` with `rotation`: the token that comes later is known before" in rows
    assert "rotates 2 times. Until the last one is valid: the first token | nothing |" in rows
    assert "`source: token` without `rotation` | refuses" in rows
    variable = "| `<VARIABLE>_LATER` | a secret with `source: token` and `rotation` |"
    assert f"{variable} secrets; the token that comes later |" in said["application page"]
