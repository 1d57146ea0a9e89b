"""Repositories and what they keep: the whole life of each."""

from __future__ import annotations

import json

from tests.support.aws_round_trip import ACCOUNT, REGION, Life

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"


def test_a_repository_and_its_policy_live(life: Life) -> None:
    repository = life.create(
        "aws:ecr/repository:Repository",
        {
            "name": "triangle/backend",
            "imageTagMutability": "IMMUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": KEY}],
            "tags": {"team": "data"},
        },
    )
    assert repository.outputs["repositoryUrl"] == f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/triangle/backend"
    repository = life.changes_to(repository, {"imageScanningConfiguration": {"scanOnPush": False}})
    repository = life.changes_to(repository, {"tags": {"team": "other"}})
    rule = {
        "rulePriority": 1,
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5},
        "action": {"type": "expire"},
    }
    policy = life.create(
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        {"repository": repository.id, "policy": json.dumps({"rules": [rule]})},
    )
    life.imports(policy)
    life.ends(policy)
    life.ends(repository)
