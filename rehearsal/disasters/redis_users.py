"""Redis' users in a rehearsal: no Redis runs behind the embedded ElastiCache, which knows their passwords."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from infra.configuration.platform_secrets import redis_secret
from rehearsal.disasters.stage import Stage

_PURPOSES = ("cache", "queue")
# A user knows the last two passwords, so these leave none of the first one.
_ROTATIONS = 2


def rotate(on_stage: Stage) -> None:
    """Gives each user the passwords that functions/rotate_redis would, and each entry the last one."""
    for name, value in _entries(on_stage):
        for number in range(_ROTATIONS):
            before, value["password"] = value["password"], f"of rotation {number + 1} of {name}"
            passwords = {"Type": "password", "Passwords": [before, value["password"]]}
            on_stage.call("elasticache", "modify_user", UserId=value["userId"], AuthenticationMode=passwords)
        on_stage.call("secretsmanager", "put_secret_value", SecretId=name, SecretString=json.dumps(value))


def log_in(on_stage: Stage) -> bool:
    """Whether each user knows the password that its entry has, where everything runs now."""
    from moto.elasticache.models import elasticache_backends

    session = on_stage.session
    users = elasticache_backends[session.cloud.account][session.region].users
    return all(value["password"] in users[value["userId"]].passwords for _, value in _entries(on_stage))


def _entries(on_stage: Stage) -> Iterator[tuple[str, dict[str, Any]]]:
    for purpose in _PURPOSES:
        name = on_stage.configuration.naming.secret(redis_secret(purpose))
        found = on_stage.call("secretsmanager", "get_secret_value", SecretId=name)
        yield name, json.loads(found["SecretString"])
