"""Changes of the program's code, played on what it declares: one property, one option, one resource less."""

from __future__ import annotations

import json
from typing import Any

from tests.preview.case import Case

DATABASE = "Instance database"


def one(name: str, resource: str, path: str, value: Any, *named: str, environment: str = "prod") -> Case:
    """A case in which a single thing of one resource is another."""
    return Case(name, named, graph=((resource, path, value),), environment=environment)


def document(*statements: dict[str, Any]) -> str:
    """A policy document of some statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


EVERYBODY_READS = document(
    {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
)
ADMIN = document({"Effect": "Allow", "Action": "*", "Resource": "*"})
