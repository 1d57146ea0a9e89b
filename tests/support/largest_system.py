"""The largest system that the configuration allows: every list as long, and every name and text as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from infra.configuration import maxima
from infra.configuration.patterns import DOMAIN_MAXIMUM
from infra.configuration.secrets import POD_LIFETIME_MAXIMUM
from infra.configuration.service_keys import PATHS_MAXIMUM
from infra.configuration.system_keys import NAME_LENGTH_MAXIMUM
from tests.support.recorder import stack_file

# patterns.PART and HOST, and patterns.SECRET; what all descriptions of expiries leave room for.
_PART, _SECRET, _EXPIRY = 30, 40, 17
_DIGEST = f"sha256:{'a' * 64}"


def _named(kind: str, number: int, length: int) -> str:
    return f"{kind}-{number:03}".ljust(length, "x")


def largest_system() -> dict[str, Any]:
    """As a system file has it."""
    secrets = {_named("secret", n, _SECRET): _secret(n) for n in range(maxima.SECRETS)}
    services = {
        _named("service", n, _PART): _service(n, list(secrets)[-maxima.SECRETS_OF_A_SERVICE :])
        for n in range(maxima.SERVICES)
    }
    job = {"service": next(iter(services)), "command": ["x"] * 20}
    return {
        "name": "largest".ljust(NAME_LENGTH_MAXIMUM, "x"),
        "owner": "platform@largest.example",
        "costCentre": "ä" * 128,
        "dataClass": "restricted",
        "domain": f"{'d' * (DOMAIN_MAXIMUM - len('.example'))}.example",
        "source": {"repository": f"{'o' * 39}/{'r' * 100}"},
        "access": {name: f"path/{name * 8}" for name in ("deploy", "onCall", "readOnly")},
        "secrets": secrets,
        "expiries": {
            _named("expiry", n, _PART): {"ends": "2027-11-01", "description": "x" * _EXPIRY}
            for n in range(maxima.EXPIRIES)
        },
        "services": services,
        "frontend": {"host": ""},
        "migration": {**job, "dryRun": ["x"]},
        "schedules": {
            _named("job", n, _PART): {**job, "schedule": "0 0 1 * *"} for n in range(maxima.SCHEDULES)
        },
        "restoreTest": job,
        "queues": [_named("queue", n, _PART) for n in range(maxima.QUEUES)],
        "flags": {_named("flag", n, _SECRET): ["dev"] for n in range(maxima.FLAGS)},
        "pool": {"minimum": 0, "maximum": 1},
        "payments": {"provider": "Stripe"},
    }


def _secret(number: int) -> dict[str, Any]:
    if number % 2:
        return {"description": "x" * 200}
    return {"description": "x" * 200, "source": "generated", "rotation": POD_LIFETIME_MAXIMUM + 1}


def _service(number: int, secrets: list[str]) -> dict[str, Any]:
    service = {
        "repository": _named("image", number, 200),
        "port": 2000 + number,
        "health": {"live": f"/{number}/0/{'l' * 200}", "ready": f"/{number}/0/{'r' * 200}"},
        "resources": {"cpu": 50, "memory": 64},
        "database": number < 2,
        "redis": True,
        "buckets": ["documents", "photos", "reports", "audit"],
        "secrets": {f"SECRET_{n}": secret for n, secret in enumerate(secrets)},
        "egress": [10_000 + n for n in range(maxima.EGRESS_PORTS)],
        "variables": {"VARIABLE": "x" * 1000},
        "worker": True,
    }
    # As many paths as one host may have, and what is left for all other hosts.
    crowded, others = maxima.PATHS_OF_A_HOST // PATHS_MAXIMUM, maxima.HOSTS - 1
    if number >= crowded + others:
        return service
    host = "" if number < crowded else _named("host", number, _PART)
    count = PATHS_MAXIMUM if number < crowded else (maxima.PATHS - maxima.PATHS_OF_A_HOST) // others
    paths = [f"/{number}/{path}/*" for path in range(count)]
    return {**service, "route": {"host": host, "paths": paths}}


def write_largest(folder: Path, environment: str) -> dict[str, Any]:
    """Writes the file; answers what the stack file has beside its own to run it."""
    file = folder / "largest.yaml"
    system = largest_system()
    images = dict.fromkeys(system["services"], _DIGEST)
    system["images"] = dict.fromkeys(("dev", "staging", "prod"), images)
    file.write_text(yaml.safe_dump(system), encoding="utf-8")
    cluster = {**stack_file(environment)["cluster"], "apiAccess": [f"203.0.{n}.0/24" for n in range(40)]}
    return {"systemFile": str(file), "cluster": cluster}
