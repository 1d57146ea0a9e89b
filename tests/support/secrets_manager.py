"""Secrets Manager's part in a rotation, played on moto: a version is announced, then four calls are made."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")

Handler = Callable[[Mapping[str, Any], object], object]


@dataclass(frozen=True)
class Entry:
    """One entry in moto's Secrets Manager."""

    client: Any
    arn: str

    @staticmethod
    def made(client: Any, name: str, value: Any) -> Entry:
        """A new entry with a first value."""
        text = value if isinstance(value, str) else json.dumps(value)
        return Entry(client, client.create_secret(Name=name, SecretString=text)["ARN"])

    def value(self, stage: str = "AWSCURRENT") -> dict[str, Any]:
        """The value of a stage."""
        answer = self.client.get_secret_value(SecretId=self.arn, VersionStage=stage)
        value: dict[str, Any] = json.loads(answer["SecretString"])
        return value

    def begin(self) -> str:
        """Announces a new version without a value, as RotateSecret does, and answers its token."""
        from moto.secretsmanager.models import secretsmanager_backends

        token = str(uuid.uuid4())
        region, account = self.arn.split(":")[3:5]
        secret = secretsmanager_backends[account][region].secrets[self.arn]
        secret.versions[token] = {"createdate": 0, "version_id": token, "version_stages": ["AWSPENDING"]}
        return token

    def call(self, handler: Handler, step: str, token: str) -> None:
        """One of the four calls."""
        handler({"Step": step, "SecretId": self.arn, "ClientRequestToken": token}, None)

    def rotate(self, handler: Handler) -> None:
        """A whole rotation."""
        token = self.begin()
        for step in STEPS:
            self.call(handler, step, token)


@dataclass(frozen=True)
class RotatingClient:
    """boto3's client, whose RotateSecret has the function called as Secrets Manager does."""

    client: Any
    handler: Handler

    def rotate_secret(self, **parameters: Any) -> dict[str, Any]:
        """A whole rotation."""
        entry = Entry(self.client, self.client.describe_secret(**parameters)["ARN"])
        token = entry.begin()
        for step in STEPS:
            entry.call(self.handler, step, token)
        return {"VersionId": token}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)
