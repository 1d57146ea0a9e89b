"""Rotation of secrets: RotateSecret announces a version, and its function does the rest.

moto forgets the function unless it is named again, makes the version without a value the current one, and
goes on reading the old one when a function has moved the label AWSCURRENT (RotateSecret, GetSecretValue and
UpdateSecretVersionStage in Secrets Manager's API reference). It takes labels of people's own from a version
that is the current one no more, and keeps versions without any label for ever, which Secrets Manager may
delete: here they are gone at once.
"""

from __future__ import annotations

from typing import Any


def repair_rotation() -> None:
    """Replaces the methods in question, once in a process."""
    from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

    if hasattr(SecretsManagerBackend.rotate_secret, "repaired"):
        return
    FakeSecret.reset_default_version = _make_current  # type: ignore[method-assign, assignment]
    _repair_announcement()
    _repair_labels()
    _repair_values()


def _repair_announcement() -> None:
    from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

    original: Any = SecretsManagerBackend.rotate_secret

    def rotate_secret(
        self: Any,
        secret_id: str,
        client_request_token: str | None = None,
        rotation_lambda_arn: str | None = None,
        rotation_rules: dict[str, Any] | None = None,
        rotate_immediately: bool = True,
    ) -> Any:
        secret = self.secrets.get(secret_id)
        given = (rotation_rules, rotate_immediately)
        function = rotation_lambda_arn or getattr(secret, "rotation_lambda_arn", "")
        if not isinstance(secret, FakeSecret) or not function:
            return original(self, secret_id, client_request_token, rotation_lambda_arn, *given)
        for version in secret.versions.values():
            # A rotation that has ended; moto takes it for one that is under way.
            if {"AWSCURRENT", "AWSPENDING"} <= set(version["version_stages"]):
                version["version_stages"] = [s for s in version["version_stages"] if s != "AWSPENDING"]
        current = secret.default_version_id
        answer = original(self, secret_id, client_request_token, function, *given)
        secret.set_default_version_id(current)
        return answer

    rotate_secret.repaired = True  # type: ignore[attr-defined]
    SecretsManagerBackend.rotate_secret = rotate_secret  # type: ignore[method-assign]


def _repair_labels() -> None:
    from moto.secretsmanager.models import SecretsManagerBackend

    original: Any = SecretsManagerBackend.update_secret_version_stage

    def update_secret_version_stage(
        self: Any,
        secret_id: str,
        version_stage: str,
        remove_from_version_id: str,
        move_to_version_id: str,
    ) -> Any:
        answer = original(self, secret_id, version_stage, remove_from_version_id, move_to_version_id)
        if version_stage == "AWSCURRENT" and move_to_version_id:
            self.secrets[secret_id].set_default_version_id(move_to_version_id)
        _delete_deprecated(self.secrets[secret_id])
        return answer

    SecretsManagerBackend.update_secret_version_stage = update_secret_version_stage  # type: ignore[method-assign]


def _repair_values() -> None:
    from moto.secretsmanager.models import SecretsManagerBackend

    original: Any = SecretsManagerBackend.put_secret_value

    def put_secret_value(self: Any, secret_id: str, *arguments: Any, **named: Any) -> Any:
        answer = original(self, secret_id, *arguments, **named)
        _delete_deprecated(self.secrets[secret_id])
        return answer

    SecretsManagerBackend.put_secret_value = put_secret_value  # type: ignore[method-assign]


def _make_current(secret: Any, version: dict[str, Any], name: str) -> None:
    moved = {"AWSPREVIOUS", "AWSCURRENT", *version["version_stages"]}
    for each in [each for each in secret.versions.values() if each is not version]:
        each["version_stages"] = [stage for stage in each["version_stages"] if stage not in moved]
    if secret.default_version_id:
        secret.versions[secret.default_version_id]["version_stages"].append("AWSPREVIOUS")
    secret.versions[name] = version
    secret.default_version_id = name


def _delete_deprecated(secret: Any) -> None:
    for version in [name for name, each in secret.versions.items() if not each["version_stages"]]:
        del secret.versions[version]
