"""The pod that asks a restored database as the application (contract DR-4), and whom it may talk to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from functions.restore_test.settings import LONGEST, SERVICE, TEMPLATE
from infra.configuration.application_check import ApplicationCheck
from infra.configuration.platform_names import DEFAULT
from infra.configuration.platform_variables import RESTORE_TEST
from infra.foundations import ports
from infra.kubernetes.job_specs import NEVER, WHEN_A_POD_FAILED
from infra.kubernetes.pods import PodArgs, container_until_ready, job_template, placement
from infra.labels import labels

# The NodePool and NodeClass of this pod, and the taint of its node.
NODES = "restore-test"
ONLY = "restore-test-only"

# The function ends a command that takes too long, and says what it had said. Should it not, Kubernetes does,
# and removes what has ended, its Secret too, when the restored database is gone at the latest.
_AFTER_THE_FUNCTION_SECONDS = 900
KEPT_SECONDS = int(LONGEST.total_seconds())


def restored_job(pod: PodArgs, check: ApplicationCheck) -> dict[str, Any]:
    """A CronJob that never runs by itself: the function makes a Job of it, and gives it `DATABASE_URL`.

    It has the service's image and variables, and nothing else of it: no secrets, no identity in AWS, and none
    of the labels by which the service's pods are let through.
    """
    pod = replace(pod, variables={**pod.variables, **dict.fromkeys(RESTORE_TEST, "true")}, secrets=())
    template = job_template(pod, TEMPLATE, check.command)
    return {
        "schedule": NEVER,
        "suspend": True,
        "concurrency_policy": "Forbid",
        "job_template": {
            "spec": {
                "backoff_limit": 0,
                "pod_failure_policy": WHEN_A_POD_FAILED,
                "active_deadline_seconds": check.deadline + _AFTER_THE_FUNCTION_SECONDS,
                "ttl_seconds_after_finished": KEPT_SECONDS,
                "template": {
                    "metadata": {**template["metadata"], "labels": labels(pod.system, TEMPLATE)},
                    "spec": {
                        **template["spec"],
                        **_containers(pod, check, template["spec"]["containers"]),
                        **placement(NODES, ONLY),
                        "service_account_name": DEFAULT,
                    },
                },
            }
        },
    }


def _containers(pod: PodArgs, check: ApplicationCheck, command: Sequence[Any]) -> dict[str, Any]:
    """The command, or the service until it is ready, or the one after the other.

    The command begins when the probe of the service beside it has passed (Kubernetes, "Sidecar Containers").
    Were it a container like the command, both would begin at once, and the Job would never end.
    """
    if not check.readiness:
        return {}
    service = container_until_ready(pod, SERVICE)
    if not check.command:
        return {"containers": [service]}
    return {"init_containers": [{**service, "restart_policy": "Always"}], "containers": command}


def restored_traffic(data: Sequence[str]) -> dict[str, Any]:
    """The only network policy of its namespace: names, and PostgreSQL where databases are.

    Which of these databases is for the security groups: the address of the restored one is not known before.
    """
    names = {"ports": [{"port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")]}
    databases = {
        "to": [{"ip_block": {"cidr": cidr}} for cidr in data],
        "ports": [{"port": ports.POSTGRESQL, "protocol": "TCP"}],
    }
    return {"pod_selector": {}, "policy_types": ["Ingress", "Egress"], "egress": [names, databases]}
