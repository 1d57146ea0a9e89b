"""Calls of Lambda functions through `make serve`, rotations among them: those of this program really run.

Code runs on this machine as the person who serves, so only the checkout's own is run: any process of this
machine can ask, and could make a function of its own.
"""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.requests import INVOCATION, Answer, Refusal, Request
from rehearsal.serve.lambda_runtime import Behind, Function, Outcome, run

_DATA = re.compile(r"functions/\w+/\w+\.json")
_HANDLER = re.compile(r"functions\.(\w+)\.handler\.handle")
_LOG_BYTES = 4096  # of LogResult (Invoke)
# Of a rotation, in order (Secrets Manager user guide, "Rotation by Lambda function").
_STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
# By its port, what the embedded AWS describes and does not run.
_NEEDED = {5432: "PostgreSQL", 6379: "Redis", 443: "the cluster's API"}


class Invocations:
    """What an embedded AWS answers to requests, calls of functions among them.

    Args:
        cloud: which has the functions.
        root: the checkout whose code may run.
        aws: host and port under which functions reach the cloud.
        behind: the servers that stand behind it just now.
    """

    def __init__(
        self, cloud: Cloud, root: Path, aws: tuple[str, int], behind: Callable[[], Behind] = Behind
    ) -> None:
        self._behind = behind
        self._cloud = cloud
        self._root = root
        self._aws = aws

    def __call__(self, request: Request) -> Answer:
        """The answer; raises Refusal for a function that is not there or cannot run."""
        name = _called(request)
        if name is None:
            return (
                self._rotated(request) if request.operation == "RotateSecret" else self._cloud.answer(request)
            )
        function = self._function(name, request.region or "us-east-1")
        kind = request.variables.get("HTTP_X_AMZ_INVOCATION_TYPE", "RequestResponse")
        if kind == "DryRun":
            return Answer("204 No Content", [], b"")
        # Not while the cloud is held: the function calls it.
        outcome = run(function, _event(request.body), self._aws, behind=self._behind())
        if outcome.refused is not None and outcome.payload is None:
            raise Refusal(501, "NotImplemented", _lacking(name, outcome.refused))
        if kind == "Event":
            return Answer("202 Accepted", [], b"")
        return _answered(function, outcome, tail=request.variables.get("HTTP_X_AMZ_LOG_TYPE") == "Tail")

    def _rotated(self, request: Request) -> Answer:
        """Has the entry's function do its steps; AWS would do it after the answer, and say nothing of it."""
        asked, region = json.loads(request.body), request.region
        try:
            entry = self._cloud.call("secretsmanager", region, "describe_secret", SecretId=asked["SecretId"])
        except ClientError as error:
            told = error.response["Error"]
            raise Refusal(400, told["Code"], told["Message"]) from None
        arn = asked.get("RotationLambdaARN") or entry.get("RotationLambdaARN")
        if not arn:
            said = "No Lambda rotation function ARN is associated with this secret."
            raise Refusal(400, "InvalidRequestException", said)
        answer = self._cloud.answer(request)
        if answer.succeeded and asked.get("RotateImmediately") is not False:
            self._do_steps(arn.rpartition(":")[2], region, json.loads(answer.body))
        return answer

    def _do_steps(self, name: str, region: str, begun: dict[str, Any]) -> None:
        function = self._function(name, region)
        for step in _STEPS:
            event = {"Step": step, "SecretId": begun["ARN"], "ClientRequestToken": begun["VersionId"]}
            outcome = run(function, event, self._aws, behind=self._behind())
            if outcome.payload is not None:
                continue
            if outcome.refused is not None:
                raise Refusal(501, "NotImplemented", _lacking(name, outcome.refused))
            failure = _failure(function, outcome)
            said = f"{step} of {name} has failed: {failure['errorType']}: {failure['errorMessage']}"
            raise Refusal(400, "InvalidRequestException", said)

    def _function(self, name: str, region: str) -> Function:
        from moto.awslambda.utils import get_backend

        try:
            found = self._cloud.call("lambda", region, "get_function", FunctionName=name)["Configuration"]
        except ClientError as error:
            told = error.response["Error"]
            raise Refusal(404, told["Code"], told["Message"]) from None
        code = get_backend(self._cloud.account, region).get_function(found["FunctionName"]).code_bytes
        if not is_own(code, found["Handler"], self._root):
            said = f"{found['FunctionName']} has other code than this checkout's, which alone runs here"
            raise Refusal(501, "NotImplemented", said)
        variables = found.get("Environment", {}).get("Variables", {})
        return Function(code, found["Handler"], variables, region, found["Timeout"])


def is_own(code: bytes, handler: str, root: Path) -> bool:
    """Whether an archive has nothing but files of a checkout's `functions/` and of installed packages.

    What a deployment adds is data, which runs nowhere: JSON in the folder of the function.
    """
    if not _HANDLER.fullmatch(handler):
        return False
    packages = Path(str(metadata.distribution("boto3").locate_file("")))
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            return all(
                _is_file_of(root if name.startswith("functions/") else packages, name, archive.read(name))
                for name in archive.namelist()
            )
    except zipfile.BadZipFile:
        return False


def _is_file_of(folder: Path, name: str, content: bytes) -> bool:
    file = folder / name
    if ".." in PurePosixPath(name).parts:
        return False
    if _DATA.fullmatch(name):
        return True
    return file.is_file() and file.read_bytes() == content


def _called(request: Request) -> str | None:
    """The function that a request calls, by name or ARN; None for another request."""
    match = INVOCATION.fullmatch(unquote(request.variables.get("PATH_INFO", "")))
    return match[1] if match and request.variables["REQUEST_METHOD"] == "POST" else None


def _event(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except ValueError as error:
        # Invoke's own word for it.
        raise Refusal(400, "InvalidRequestContentException", f"the payload is no JSON: {error}") from None


def _lacking(name: str, place: tuple[str, int]) -> str:
    host, port = place
    needed = _NEEDED.get(port, "a server")
    return f"{name} needs {needed} at {host}:{port}, which the embedded AWS describes and does not run"


def _answered(function: Function, outcome: Outcome, *, tail: bool) -> Answer:
    """The answer in Invoke's form: a function that has failed is an answer of 200 with its error in it."""
    headers = [("Content-Type", "application/json"), ("X-Amz-Executed-Version", "$LATEST")]
    if tail:
        end = outcome.log.encode()[-_LOG_BYTES:]
        headers.append(("X-Amz-Log-Result", base64.b64encode(end).decode()))
    payload = outcome.payload
    if payload is None:
        headers.append(("X-Amz-Function-Error", "Unhandled"))
        payload = json.dumps(_failure(function, outcome))
    return Answer("200 OK", [*headers, ("Content-Length", str(len(payload.encode())))], payload.encode())


def _failure(function: Function, outcome: Outcome) -> dict[str, str]:
    if not outcome.in_time:
        said = f"Task timed out after {function.timeout:.2f} seconds"
        return {"errorType": "Sandbox.Timedout", "errorMessage": said}
    lines = outcome.log.strip().splitlines()
    kind, _, message = (lines[-1] if lines else "").partition(": ")
    return {"errorType": kind.rpartition(".")[2], "errorMessage": message}
