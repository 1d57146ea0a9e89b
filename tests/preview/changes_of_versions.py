"""Changes of the program's code: probes, growth, add-ons, runtimes, versions of AWS's firewall rules, commands."""

from __future__ import annotations

import json

from tests.preview.case import GONE, Case
from tests.preview.changes_of_edge import FIREWALL, rule
from tests.preview.edits import one

API = "Deployment api"
CONTAINER = "spec.template.spec.containers.0"
SCALER = "HorizontalPodAutoscaler api"
TARGET = "spec.metrics.0.resource.target.averageUtilization"
METRICS = "Addon metrics-server"
SECRETS = "Addon aws-secrets-store-csi-driver-provider"
CLASHES = "resolveConflictsOnUpdate"
FUNCTION = "Function remind"
CLEANER = "CronJob remove-expired-uploads"


def csi(*, sync: bool = True, rotate: bool | None = True, poll: str = "10m") -> str:
    """The settings of the driver for secrets."""
    rotation = {} if rotate is None else {"enableSecretRotation": rotate}
    return json.dumps(
        {
            "tolerations": [{"operator": "Exists"}],
            "secrets-store-csi-driver": {
                "syncSecret": {"enabled": sync},
                **rotation,
                "rotationPollInterval": poll,
            },
        }
    )


CASES: tuple[Case, ...] = (
    # Probes.
    one(
        "a pod that hangs is restarted later",
        API,
        f"{CONTAINER}.livenessProbe.failureThreshold",
        30,
        "WEAKER Deployment api is restarted when it has hung for * s, instead of *",
    ),
    one(
        "a pod that does not answer gets requests longer",
        API,
        f"{CONTAINER}.readinessProbe.periodSeconds",
        120,
        "WEAKER Deployment api gets requests for * s while it does not answer, instead of *",
    ),
    one(
        "a pod is asked for its port alone",
        API,
        f"{CONTAINER}.livenessProbe",
        {"tcpSocket": {"port": 3000}, "periodSeconds": 10, "failureThreshold": 3},
        "WEAKER Deployment api is not restarted while its port is open, whether it answers or not",
    ),
    one(
        "a pod is not restarted",
        API,
        f"{CONTAINER}.livenessProbe",
        GONE,
        "WEAKER Deployment api is not restarted any more when it hangs",
    ),
    one("a pod is asked a little longer", API, f"{CONTAINER}.livenessProbe.failureThreshold", 4),
    one("a pod is asked more often", API, f"{CONTAINER}.readinessProbe.periodSeconds", 5),
    one(
        "a pod may take its time to start",
        API,
        f"{CONTAINER}.startupProbe",
        {"httpGet": {"path": "/health", "port": 3000}, "failureThreshold": 30},
    ),
    # Growth.
    one(
        "pods are added later",
        SCALER,
        TARGET,
        90,
        "WEAKER * api adds pods from 90 % cpu on, instead of 70",
    ),
    one("pods are added earlier", SCALER, TARGET, 60),
    one(
        "pods are added by memory alone",
        SCALER,
        "spec.metrics.0.resource.name",
        "memory",
        "WEAKER * api does not add pods for cpu any more",
    ),
    one(
        "fewer pods at most",
        SCALER,
        "spec.maxReplicas",
        4,
        "WEAKER * api grows to 4 pods at most, instead of *",
    ),
    one("more pods at most", SCALER, "spec.maxReplicas", 40),
    one(
        "fewer pods at least",
        SCALER,
        "spec.minReplicas",
        1,
        "WEAKER * api keeps 1 pods at least, instead of *",
    ),
    one("more pods at least", SCALER, "spec.minReplicas", 4),
    # Commands.
    one("a service starts by another command", API, f"{CONTAINER}.command", ["node", "dist/other.js"]),
    one("a service has other arguments", API, f"{CONTAINER}.args", ["--verbose"]),
    one(
        "a job by the clock drops what is there",
        CLEANER,
        "spec.jobTemplate.spec.template.spec.containers.0.command",
        ["npx", "prisma", "migrate", "reset", "--force"],
        "DATA cron job remove-expired-uploads runs `npx prisma migrate reset --force`, instead of *: it may drop what is there",
    ),
    one(
        "a job by the clock runs another command",
        CLEANER,
        "spec.jobTemplate.spec.template.spec.containers.0.command",
        ["node", "flush-metrics.js"],
    ),
    # Add-ons.
    one(
        "an add-on goes back",
        METRICS,
        "addonVersion",
        "v0.8.1-eksbuild.2",
        "INTERRUPTS add-on metrics-server goes back from v0.9.0-eksbuild.7 to v0.8.1-eksbuild.2: *",
    ),
    one(
        "an add-on of another major version",
        SECRETS,
        "addonVersion",
        "v4.0.0-eksbuild.1",
        "INTERRUPTS add-on * goes from v3.1.3-eksbuild.1 to v4.0.0-eksbuild.1, another major version: *",
    ),
    one("an add-on is newer", METRICS, "addonVersion", "v0.10.1-eksbuild.1"),
    one("an add-on of a newer build", METRICS, "addonVersion", "v0.9.0-eksbuild.10"),
    one(
        "an add-on keeps what people changed",
        METRICS,
        CLASHES,
        "PRESERVE",
        "WEAKER add-on metrics-server keeps what somebody has changed in the cluster, whatever the program says",
    ),
    one(
        "an add-on's update fails where people changed it",
        METRICS,
        CLASHES,
        GONE,
        "INTERRUPTS add-on metrics-server is not updated where somebody has changed it in the cluster: the update fails",
    ),
    one("an add-on is made only where there is none", METRICS, "resolveConflictsOnCreate", "NONE"),
    one(
        "an add-on's setting is off",
        SECRETS,
        "configurationValues",
        csi(rotate=False),
        "WEAKER add-on * has secrets-store-csi-driver.enableSecretRotation switched off",
    ),
    one(
        "an add-on's setting is not said any more",
        SECRETS,
        "configurationValues",
        csi(rotate=None),
        "WEAKER add-on * has its own defaults for secrets-store-csi-driver.enableSecretRotation, instead of the program's",
    ),
    one("an add-on's settings in another order", SECRETS, "configurationValues", csi(poll="5m")),
    # Runtimes.
    one(
        "a function goes back to an older runtime",
        FUNCTION,
        "runtime",
        "python3.12",
        "INTERRUPTS function remind goes back to python3.12, from python3.13: code that needs the newer one fails",
    ),
    one(
        "a function on a runtime that AWS mends no more",
        FUNCTION,
        "runtime",
        "python3.9",
        "WEAKER function remind runs on python3.9, instead of python3.13: AWS mends nothing in it since 2025-12-15, makes no function on it from 2027-02-01 on, changes none from 2027-03-03 on",
        "INTERRUPTS function remind goes back to python3.9, from python3.13: *",
    ),
    one(
        "a function in another language",
        FUNCTION,
        "runtime",
        "nodejs22.x",
        "INTERRUPTS function remind runs on nodejs22.x, instead of python3.13: code of the one does not start on the other",
    ),
    one("a function on a newer runtime", FUNCTION, "runtime", "python3.14"),
    # The firewall's groups.
    one(
        "AWS's rules stay at a version",
        FIREWALL,
        rule(1, "managedRuleGroupStatement.version"),
        "Version_1.4",
        "WEAKER web ACL firewall stays at Version_1.4 of AWSManagedRulesAmazonIpReputationList: *",
    ),
    one(
        "AWS's rules are counted alone",
        FIREWALL,
        "rules.1.overrideAction",
        {"count": {}},
        "WEAKER web ACL firewall only counts what AWSManagedRulesAmazonIpReputationList kept out",
    ),
)
