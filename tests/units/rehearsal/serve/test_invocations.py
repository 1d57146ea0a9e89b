"""Through `make serve` only the checkout's own functions run: any process of this machine can ask."""

from __future__ import annotations

import io
import zipfile

import pytest

from rehearsal.serve.invocations import is_own
from rehearsal.serve.lambda_runtime import Function, run
from tests.support.checkout import ROOT

HANDLER = "functions.remind.handler.handle"
OURS = "functions/remind/handler.py"


def archive(files: dict[str, str | None]) -> bytes:
    """Files by name; None for the checkout's own content."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        for name, text in files.items():
            opened.writestr(name, (ROOT / name).read_bytes() if text is None else text)
    return written.getvalue()


def test_the_checkouts_own_code_is_told() -> None:
    assert is_own(archive({OURS: None, "functions/__init__.py": None}), HANDLER, ROOT)


def test_data_that_a_deployment_adds_is_no_code() -> None:
    assert is_own(archive({OURS: None, "functions/remind/names.json": "{}"}), HANDLER, ROOT)


@pytest.mark.parametrize(
    ("files", "handler"),
    [
        ({OURS: "import os"}, HANDLER),
        ({OURS: None, "sitecustomize.py": "import os"}, HANDLER),
        ({OURS: None, "functions/../../etc.py": "import os"}, HANDLER),
        ({OURS: None, "/tmp/etc.py": ""}, HANDLER),
        ({OURS: None, "functions/../../etc.json": "{}"}, HANDLER),
        ({OURS: None, "boto3/names.json": "{}"}, HANDLER),
        ({OURS: None}, "os.system"),
        ({OURS: None}, "functions.remind.handler.os.system"),
    ],
    ids=str,
)
def test_other_code_is_not(files: dict[str, str | None], handler: str) -> None:
    assert not is_own(archive(files), handler, ROOT)


def test_what_is_no_archive_is_not() -> None:
    assert not is_own(b"#!/bin/sh", HANDLER, ROOT)


def called(code: str, timeout: float = 30) -> tuple[str | None, bool, tuple[str, int] | None]:
    function = Function(
        archive({"handler.py": code}), "handler.handle", {"NAME": "value"}, "us-west-2", timeout
    )
    outcome = run(function, {"given": 1}, ("127.0.0.1", 1))
    return outcome.payload, outcome.in_time, outcome.refused


def test_a_function_has_its_event_and_its_variables() -> None:
    code = (
        "import os\ndef handle(event, context): return [event, os.environ['NAME'], os.environ['AWS_REGION']]"
    )
    assert called(code) == ('[{"given": 1}, "value", "us-west-2"]', True, None)


def test_a_function_reaches_nothing_but_the_embedded_aws() -> None:
    code = "import socket\ndef handle(event, context): socket.create_connection(('db.example', 5432))"
    assert called(code) == (None, True, ("db.example", 5432))


def test_a_function_that_takes_too_long_is_ended() -> None:
    code = "import time\ndef handle(event, context): time.sleep(60)"
    assert called(code, timeout=0.5) == (None, False, None)
