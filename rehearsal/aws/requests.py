"""Requests of clients of the embedded AWS, as they come over HTTP: what moto answers, now and on a replay.

A request is kept as it was sent, not as the operation that it means: moto's own server reads it both times,
so all services, protocols and forms of address are brought back alike.
"""

from __future__ import annotations

import io
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import typer
from botocore import xform_name

# What a request is made of, besides its body: the variables of WSGI that come from the client.
_KEPT = ("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "SERVER_NAME", "SERVER_PORT")
_KEPT_TOO = ("SERVER_PROTOCOL", "CONTENT_TYPE", "RAW_URI", "REQUEST_URI", "REMOTE_ADDR")
# A client may have a person's own credentials: of a signature only its scope is looked at.
_LEFT_OUT = ("HTTP_X_AMZ_SECURITY_TOKEN", "HTTP_TRANSFER_ENCODING")
_CREDENTIAL = re.compile(r"(?<=Credential=)[^/,]+|(?<=Signature=)\w+")

# Lambda's Invoke and InvokeAsync, with the function's name or ARN.
INVOCATION = re.compile(r"/[0-9-]+/functions/([^/]+)/(?:invocations|invoke-async/?)")

_READING_METHODS = ("GET", "HEAD", "OPTIONS")
# KMS computes with keys and keeps nothing; what was encrypted before could not be decrypted again anyway.
_COMPUTING = frozenset(
    [
        "Decrypt",
        "Encrypt",
        "ReEncrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateMac",
        "GenerateRandom",
        "Sign",
        "Verify",
        "VerifyMac",
    ]
)
# Smithy's RPC v2 has the operation in the path.
_OPERATION_IN_PATH = re.compile(r"/service/[^/]+/operation/(\w+)")


@dataclass(frozen=True)
class Request:
    """A request: its variables, as WSGI names them, and its body."""

    variables: Mapping[str, str]
    body: bytes

    @staticmethod
    def of(environ: dict[str, Any]) -> Request:
        """The request that a WSGI server has got; its body is read, and put back for another reader."""
        length = environ.get("CONTENT_LENGTH")
        source = environ["wsgi.input"]
        body = source.read() if environ.get("wsgi.input_terminated") else source.read(int(length or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        kept = {
            name: value
            for name, value in environ.items()
            if isinstance(value, str)
            and (name in _KEPT or name in _KEPT_TOO or (name.startswith("HTTP_") and name not in _LEFT_OUT))
        }
        if signature := kept.get("HTTP_AUTHORIZATION"):
            kept["HTTP_AUTHORIZATION"] = _CREDENTIAL.sub("embedded", signature)
        return Request(kept, body)

    @property
    def operation(self) -> str:
        """AWS's name of what is asked for (`PutSecretValue`); empty where method and path alone say it."""
        if target := self.variables.get("HTTP_X_AMZ_TARGET"):
            return target.rpartition(".")[2]
        if match := _OPERATION_IN_PATH.match(self.variables.get("PATH_INFO", "")):
            return match[1]
        fields = self.variables.get("QUERY_STRING", "")
        if "x-www-form-urlencoded" in self.variables.get("CONTENT_TYPE", ""):
            fields += f"&{self.body.decode('latin-1')}"
        return parse_qs(fields).get("Action", [""])[0]

    @property
    def region(self) -> str:
        """Of the signature's scope (SigV4: key/day/region/service/aws4_request); empty of an unsigned one."""
        return self._scope[2] if len(self._scope) == 5 else ""

    @property
    def service(self) -> str:
        """Of the signature's scope, as the service is called there; empty of an unsigned one."""
        return self._scope[3] if len(self._scope) == 5 else ""

    @property
    def _scope(self) -> list[str]:
        scope = self.variables.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2]
        return scope.partition(",")[0].split("/")

    def changes(self, reading: tuple[str, ...]) -> bool:
        """Whether it may change anything; `reading` has the first words of operations that do not."""
        if operation := self.operation:
            return operation not in _COMPUTING and not xform_name(operation).startswith(reading)
        return self.variables["REQUEST_METHOD"] not in _READING_METHODS

    def __str__(self) -> str:
        return self.operation or f"{self.variables['REQUEST_METHOD']} {self.variables.get('PATH_INFO')}"


class Refusal(Exception):
    """A request is not carried out: with a status and AWS's code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Answer:
    """moto's answer: `200 OK`, headers and body."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def succeeded(self) -> bool:
        return self.status[:1] in ("2", "3")


class Requests:
    """moto's own server application, asked in this process, in the name of one account."""

    def __init__(self, account: str) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        self._application = DomainDispatcherApplication(create_backend_app)
        self._account = account
        _call_nobody()

    def send(self, request: Request) -> Answer:
        """What moto answers; raises what moto fails with, and Refusal for what it would only pretend."""
        if INVOCATION.fullmatch(request.variables.get("PATH_INFO", "")):
            raise Refusal(501, "NotImplemented", "functions are kept here and never run")
        environ = {
            **request.variables,
            "HTTP_X_MOTO_ACCOUNT_ID": self._account,
            "CONTENT_LENGTH": str(len(request.body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(request.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        begun: list[Any] = []
        with _answering():
            answered = self._application(environ, lambda *arguments: begun.append(arguments))
            body = b"".join(answered)
        status, headers = begun[0][:2]
        return Answer(status, headers, body)


# Set in the threads that answer a request.
_threads = threading.local()


@contextmanager
def _answering() -> Iterator[None]:
    _threads.answering = True
    try:
        yield
    finally:
        _threads.answering = False


@contextmanager
def asking_own_servers() -> Iterator[None]:
    """Inside, an answer may be looked for in the servers that stand behind the embedded AWS."""
    answering, _threads.answering = getattr(_threads, "answering", False), False
    try:
        yield
    finally:
        _threads.answering = answering


@cache
def _call_nobody() -> None:
    """Keeps what is called from here inside: a client must not reach this machine's ports through the AWS.

    A topic's messages reach queues of the embedded AWS; moto would post them to any other address as well.
    """
    from moto.sns.models import Subscription

    original = Subscription.publish

    def publish(self: Any, *arguments: Any, **named: Any) -> None:
        if self.protocol in ("http", "https"):
            said = f"a message of {self.topic.name} is not delivered: the embedded AWS calls nobody"
            typer.echo(said, err=True)
            return
        original(self, *arguments, **named)

    Subscription.publish = publish  # type: ignore[method-assign]

    def refuse(event: str, _: tuple[Any, ...]) -> None:
        if event == "socket.connect" and getattr(_threads, "answering", False):
            raise ConnectionRefusedError("the embedded AWS calls nobody")

    sys.addaudithook(refuse)
