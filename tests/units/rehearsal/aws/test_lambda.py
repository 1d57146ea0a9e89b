"""Functions, permissions and event handling: the whole life of each."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from rehearsal.assets import ARCHIVE, ASSET, SIGNATURE, zipped
from rehearsal.aws.cloud import Cloud
from rehearsal.providers.property_differences import property_changes
from tests.support.aws_round_trip import ACCOUNT, REGION, Life, Made, replayed

FUNCTION = "aws:lambda/function:Function"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/function"
TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",'
    ' "Principal": {"Service": "lambda.amazonaws.com"}}]}'
)


def _archive(hash_: str, **texts: str) -> dict[str, Any]:
    assets = {name: {SIGNATURE: ASSET, "text": text} for name, text in texts.items()}
    return {SIGNATURE: ARCHIVE, "hash": hash_, "assets": assets}


@pytest.fixture(scope="module")
def role(life: Life) -> str:
    inputs = {"name": "function", "assumeRolePolicy": TRUST}
    return str(life.create("aws:iam/role:Role", inputs, name="function").outputs["arn"])


def _inputs(role: str, name: str = "rotate", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "role": role,
        "runtime": "python3.13",
        "architectures": ["arm64"],
        "handler": "handler.handle",
        "code": _archive("one", **{"handler.py": "def handle(event, context): ..."}),
        **more,
    }


def _made(life: Life, inputs: dict[str, Any]) -> Made:
    # The code is sent packed.
    return life.create(FUNCTION, inputs, name=inputs["name"], sent_as_written=False)


def test_a_function_lives(life: Life, cloud: Cloud, role: str) -> None:
    made = _made(
        life,
        _inputs(
            role,
            description="Rotates",
            timeout=30,
            memorySize=256,
            environment={"variables": {"HOST": "db"}},
            loggingConfig={"logFormat": "JSON", "logGroup": "/aws/lambda/rotate"},
            vpcConfig={"subnetIds": ["subnet-1", "subnet-2"], "securityGroupIds": ["sg-1"]},
            deadLetterConfig={"targetArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:sev-3"},
            reservedConcurrentExecutions=1,
            tags={"owner": "platform"},
        ),
    )
    assert made.id == "rotate"
    assert made.outputs["arn"] == f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate"
    # AWS adds the network's id to the block.
    life.imports(made, but=("code", "vpcConfig"))
    changes: list[dict[str, Any]] = [
        {"timeout": 60, "memorySize": 512, "environment": {"variables": {"HOST": "other", "PORT": "5432"}}},
        {"description": None, "environment": None},
        {"loggingConfig": {"logFormat": "Text", "logGroup": "/aws/lambda/rotate"}},
        {"reservedConcurrentExecutions": 2},
        {"reservedConcurrentExecutions": None},
        {"architectures": ["x86_64"]},
        {"tags": {"owner": "somebody"}},
        {"vpcConfig": None},
    ]
    for change in changes:
        made = life.changes_to(made, change)
    before = cloud.call("lambda", REGION, "get_function", FunctionName="rotate")["Configuration"]
    made = life.changes_to(made, {"code": _archive("two", **{"handler.py": "def handle(*_): ..."})})
    after = cloud.call("lambda", REGION, "get_function", FunctionName="rotate")["Configuration"]
    assert after["CodeSha256"] != before["CodeSha256"]
    life.ends(made)


def test_the_code_in_the_cloud_is_what_was_packed(life: Life, cloud: Cloud, role: str) -> None:
    inputs = _inputs(role, "packed")
    made = _made(life, inputs)
    digest = base64.b64encode(hashlib.sha256(zipped(inputs["code"])).digest()).decode()
    assert made.outputs["sourceCodeHash"] == digest
    life.ends(made)


def test_a_permission_lives(life: Life, role: str) -> None:
    function = _made(life, _inputs(role, "called"))
    permission = life.create(
        "aws:lambda/permission:Permission",
        {
            "function": function.id,
            "statementId": "secrets-manager",
            "action": "lambda:InvokeFunction",
            "principal": "secretsmanager.amazonaws.com",
            "sourceAccount": ACCOUNT,
            "sourceArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:database",
        },
    )
    life.imports(permission, by="called/secrets-manager")
    life.ends(permission)
    life.ends(function)


def test_the_handling_of_failed_events_lives(life: Life, role: str) -> None:
    function = _made(life, _inputs(role, "failing"))
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:sev-3"
    handling = life.create(
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        {
            "functionName": function.id,
            "maximumRetryAttempts": 2,
            "maximumEventAgeInSeconds": 3600,
            "destinationConfig": {"onFailure": {"destination": topic}},
        },
    )
    handling = life.changes_to(handling, {"maximumRetryAttempts": 1})
    life.imports(handling)
    life.ends(handling)
    life.ends(function)


def test_a_rotation_schedule_lives(life: Life, role: str) -> None:
    function = _made(life, _inputs(role, "rotating"))
    secret = life.create("aws:secretsmanager/secret:Secret", {"name": "app/rotated"}, name="rotated")
    life.create(
        "aws:secretsmanager/secretVersion:SecretVersion", {"secretId": secret.id, "secretString": "first"}
    )
    schedule = life.create(
        "aws:secretsmanager/secretRotation:SecretRotation",
        {
            "secretId": secret.id,
            "rotationLambdaArn": function.outputs["arn"],
            "rotationRules": {"automaticallyAfterDays": 30},
            "rotateImmediately": False,
        },
    )
    schedule = life.changes_to(schedule, {"rotationRules": {"automaticallyAfterDays": 90}})
    life.imports(schedule, but=("rotateImmediately",))
    life.ends(schedule)
    life.ends(secret)
    life.ends(function)


def test_an_invocation_is_recorded_and_runs_nothing(life: Life) -> None:
    inputs = {"functionName": "rotate", "input": "{}"}
    made = life.create("aws:lambda/invocation:Invocation", inputs)
    assert made.outputs["result"] == "null"


def test_functions_are_there_again_after_a_replay(life: Life, cloud: Cloud, role: str, journal: Path) -> None:
    made = _made(life, _inputs(role, "kept"))
    (found,) = replayed(cloud, journal, [made]).values()
    assert found is not None
    assert found.outputs == made.outputs


def test_the_same_files_are_the_same_bytes(tmp_path: Path) -> None:
    packed = []
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.py").write_text("one")
        asset = {SIGNATURE: ASSET, "path": str(tmp_path / folder / "a.py")}
        inside = {SIGNATURE: ARCHIVE, "path": str(tmp_path / folder)}
        packed.append(zipped({SIGNATURE: ARCHIVE, "assets": {"code/a.py": asset, "all": inside}}))
    assert packed[0] == packed[1]
    with zipfile.ZipFile(io.BytesIO(packed[0])) as file:
        found = {name: file.read(name) for name in file.namelist()}
    assert found == {"code/a.py": b"one", "all/a.py": b"one"}


def test_an_archive_from_the_internet_is_refused() -> None:
    with pytest.raises(ValueError, match="only files, folders and texts"):
        zipped({SIGNATURE: ARCHIVE, "uri": "https://example.org/code.zip"})


def test_archives_differ_by_their_content_alone() -> None:
    here = {SIGNATURE: ARCHIVE, "hash": "one", "path": "/here"}
    there = {SIGNATURE: ARCHIVE, "hash": "one", "path": "/there"}
    assert property_changes({"code": here}, {"code": there}) == []
    (change,) = property_changes({"code": here}, {"code": {**there, "hash": "two"}})
    assert change.path == "code"
