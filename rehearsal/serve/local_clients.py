"""Clients that `make serve` answers: those on this machine, and nobody else.

The embedded AWS holds secret values and takes any credentials. A web page that is open in a browser reaches
the loopback address too, so what only a browser sends is refused, and so is every other name of this machine:
a page's own domain can be made to point to 127.0.0.1.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from botocore.exceptions import EndpointConnectionError

from rehearsal.aws.requests import Answer, Refusal, Request

Environ = dict[str, Any]

# The request headers that browsers send and clients of AWS never do (Fetch standard; Fetch Metadata).
_OF_BROWSERS = ("HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_SEC_FETCH_MODE", "HTTP_SEC_FETCH_DEST")
_NAMES = ("127.0.0.1", "localhost", "::1")
# moto's own interface: it empties everything, shows all values, records calls and sends them elsewhere.
_OF_MOTO = "moto-api"


class LocalClients:
    """The embedded AWS, for clients on this machine alone (a WSGI application).

    Args:
        answer: what the AWS answers to a request.
        port: that it is served on.
    """

    def __init__(self, answer: Callable[[Request], Answer], port: int) -> None:
        self._ask = answer
        self._port = port

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if refusal := self._refusal(environ):
            return _answer(environ, start_response, 403, "AccessDenied", refusal)
        try:
            answer = self._ask(Request.of(environ))
            if _knows_no_path(environ, answer):
                said = "the embedded AWS lacks this operation (moto has no such path)"
                return _answer(environ, start_response, 501, "NotImplemented", said)
            start_response(answer.status, answer.headers)
            return [answer.body]
        except EndpointConnectionError as error:
            # No answer at all. werkzeug would go on listening to a client that waits for one.
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionResetError(str(error)) from error
        except Refusal as error:
            return _answer(environ, start_response, error.status, error.code, str(error))
        except (NotImplementedError, ImportError) as error:  # moto's services are packages that need others
            said = f"the embedded AWS lacks this operation (moto: {_line(error)})"
            return _answer(environ, start_response, 501, "NotImplemented", said)
        except Exception as error:  # noqa: BLE001  # moto's own mistake; a client can read it in this form alone
            said = f"the embedded AWS failed at this (moto: {type(error).__name__}: {_line(error)})"
            return _answer(environ, start_response, 500, "InternalFailure", said)

    def _refusal(self, environ: Environ) -> str:
        """Why a request is not answered; empty when it is."""
        if any(name in environ for name in _OF_BROWSERS):
            return "web pages are not answered, only clients of AWS on this machine"
        if not self._is_own_name(environ.get("HTTP_HOST", "")):
            return f"found another host than this one; ask http://127.0.0.1:{self._port}"
        if environ.get("PATH_INFO", "").lstrip("/").startswith(_OF_MOTO):
            return "moto's own interface is closed: `make reset` empties an environment"
        return ""

    def _is_own_name(self, host: str) -> bool:
        try:
            found = urlsplit(f"//{host}")
            name, port = found.hostname or "", found.port or 80
        except ValueError:
            return False
        # S3's clients put a bucket's name in front; browsers keep `localhost` to this machine (RFC 6761).
        return port == self._port and (name in _NAMES or name.endswith(".localhost"))


def _knows_no_path(environ: Environ, answer: Answer) -> bool:
    """Whether moto has answered that it has nothing there: a page for people, or nothing at all."""
    if environ.get("REQUEST_METHOD") == "HEAD":  # S3's way to say that an object is not there
        return False
    found = {name.lower(): value for name, value in answer.headers}
    empty = found.get("content-length") == "0" and _service(environ) != "s3"
    return answer.status[:3] in ("404", "405") and (
        found.get("content-type", "").startswith("text/html") or empty
    )


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def _answer(
    environ: Environ, start_response: Callable[..., Any], status: int, code: str, message: str
) -> Iterable[bytes]:
    """An error in the form that the client of the called service reads: JSON or XML."""
    content_type, body = _formed(environ, code, message)
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    if content_type != "text/xml":
        headers.append(("x-amzn-ErrorType", code))
    start_response(f"{status} {code}", headers)
    return [body]


# How errors look by protocol (Smithy's specification of each; S3 is alone with its own).
_QUERY = "<ErrorResponse><Error><Type>Sender</Type>{}</Error><RequestId>0</RequestId></ErrorResponse>"
_XML = {
    "ec2": "<Response><Errors><Error>{}</Error></Errors><RequestID>0</RequestID></Response>",
    "s3": "<Error>{}<RequestId>0</RequestId></Error>",
}


def _formed(environ: Environ, code: str, message: str) -> tuple[str, bytes]:
    from botocore.exceptions import BotoCoreError
    from moto.core.utils import get_service_model

    service = _service(environ)
    try:
        protocol = str(get_service_model(service).protocol)
    except BotoCoreError:
        service, protocol = "s3", "rest-xml"
    if "json" in protocol or "json" in environ.get("CONTENT_TYPE", ""):
        body = json.dumps({"__type": code, "message": message})
        return "application/x-amz-json-1.1", body.encode()
    said = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    return "text/xml", _XML.get(service, _QUERY).format(said).encode()


def _service(environ: Environ) -> str:
    """The called service, of the signature's scope (SigV4: key/day/region/service/aws4_request)."""
    scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].partition(",")[0].split("/")
    name = scope[3] if len(scope) == 5 else "s3"
    return _CALLED.get(name, name)


# Services whose name in signatures is not that of their model in botocore.
_CALLED = {"elasticloadbalancing": "elbv2", "monitoring": "cloudwatch", "email": "ses"}
