"""Copies of secrets in other regions: their ARNs, and the copy that becomes a secret of its own.

moto answers the name in place of the ARN (ReplicateSecretToRegions, RemoveRegionsFromReplication,
ListSecretVersionIds), forgets the key of a copy and has no StopReplicationToReplica.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from moto.secretsmanager.exceptions import InvalidParameterException, SecretNotFoundException
from moto.secretsmanager.models import FakeSecret, ReplicaSecret, SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse

_copy = FakeSecret.create_replicas
_replicate = SecretsManagerBackend.replicate_secret_to_regions
_remove = SecretsManagerBackend.remove_regions_from_replication
_versions = SecretsManagerBackend.list_secret_version_ids


def repair_secret_replicas() -> None:
    """Replaces and adds the methods in question, once in a process."""
    answers: Any = SecretsManagerResponse
    FakeSecret.create_replicas = _copied  # type: ignore[method-assign]
    SecretsManagerBackend.replicate_secret_to_regions = _replicated  # type: ignore[method-assign]
    SecretsManagerBackend.remove_regions_from_replication = _removed  # type: ignore[method-assign]
    SecretsManagerBackend.list_secret_version_ids = _listed  # type: ignore[method-assign]
    answers.stop_replication_to_replica = _stop_replication


def _copied(self: Any, replica_regions: list[dict[str, str]], *others: Any, **named: Any) -> Any:
    copies = _copy(self, replica_regions, *others, **named)
    for each, asked in zip(copies, replica_regions or [], strict=True):
        each.config["KmsKeyId"] = asked.get("KmsKeyId") or each.config["KmsKeyId"]
    return copies


def _replicated(self: Any, secret_id: str, *others: Any, **named: Any) -> tuple[str, Any]:
    return self.secrets[secret_id].arn, _replicate(self, secret_id, *others, **named)[1]


def _removed(self: Any, secret_id: str, *others: Any, **named: Any) -> tuple[str, Any]:
    return self.secrets[secret_id].arn, _remove(self, secret_id, *others, **named)[1]


def _listed(self: Any, secret_id: str) -> str:
    return json.dumps({**json.loads(_versions(self, secret_id)), "ARN": self.secrets[secret_id].arn})


def _stop_replication(self: Any) -> str:
    """The copy is a secret of its own from now on, with the values that it has; its ARN stays."""
    backend, name = self.backend, self._get_param("SecretId")
    replica = backend.secrets.get(name)
    if replica is None:
        raise SecretNotFoundException
    if not isinstance(replica, ReplicaSecret):
        raise InvalidParameterException(f"The secret {name} is not a replica.")
    source = replica.source
    # Not the source's copies: they would be copied along with it.
    source.replicas, kept = [], source.replicas
    secret = copy.deepcopy(source)
    source.replicas = [each for each in kept if each is not replica]
    secret.arn, secret.region, secret.replicas = replica.arn, replica.region, []
    secret.kms_key_id = replica.config.get("KmsKeyId")
    secret.rotation_enabled, secret.rotation_requested, secret.rotation_lambda_arn = False, False, ""
    dict.pop(backend.secrets, replica.arn)
    backend.secrets[secret.name] = secret
    return json.dumps({"ARN": secret.arn})
