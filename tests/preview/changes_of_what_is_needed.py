"""Changes of the program's code: what pods, requests and callers need goes, or becomes too little."""

from __future__ import annotations

from tests.preview.case import GONE, Case
from tests.preview.edits import one

CASES: tuple[Case, ...] = (
    one(
        "pods of a service lose their role",
        "PodIdentityAssociation api",
        "!gone",
        None,
        "OUTAGE pod identity association api is removed: pods of api may do nothing in AWS any more",
    ),
    one(
        "pods of a service lose their account",
        "ServiceAccount api",
        "!gone",
        None,
        "OUTAGE service account api is removed: pods of api cannot start: the account that they work as is not there",
    ),
    one(
        "pods of a service lose their secrets",
        "SecretProviderClass api",
        "!gone",
        None,
        "OUTAGE secret provider class api is removed: pods of api cannot start: secrets that they need are not there",
    ),
    one(
        "pods lose the certificates of the database",
        "ConfigMap database-certificates",
        "!gone",
        None,
        "OUTAGE config map database-certificates is removed: pods of api, remove-expired-uploads, worker cannot start: files that they need are not there",
    ),
    one(
        "a service does not grow any more",
        "HorizontalPodAutoscaler api",
        "!gone",
        None,
        "WEAKER horizontal pod autoscaler api is deleted: its pods do not grow in number any more",
    ),
    one(
        "the load balancer knows no pods",
        "TargetGroupBinding api-targets",
        "!gone",
        None,
        "OUTAGE target group binding api-targets is removed: the load balancer knows none of its pods",
    ),
    one(
        "requests of a service have no rule",
        "ListenerRule api/[*]",
        "!gone",
        None,
        "OUTAGE listener rule api/* is removed: its requests come to no service",
    ),
    one(
        "a subnet has no way out",
        "Route private-1-internet",
        "!gone",
        None,
        "OUTAGE route private-1-internet is removed: its subnets do not reach what it leads to",
    ),
    one(
        "nobody may call a function",
        "Permission rotate-database-secrets-manager",
        "!gone",
        None,
        "INTERRUPTS permission rotate-database-secrets-manager is removed: whom it names cannot call its function",
    ),
    one(
        "a function is not started any more",
        "Schedule remind",
        "!gone",
        None,
        "WEAKER schedule remind is deleted: what it started is not started any more",
    ),
    one(
        "requests of a site are not recorded",
        "LogDelivery api",
        "!gone",
        None,
        "WEAKER log delivery api is deleted: what it delivered is not recorded any more",
    ),
    one(
        "the firewall keeps everybody out",
        "WebAcl firewall",
        "defaultAction",
        {"block": {}},
        "OUTAGE web ACL firewall keeps out every request that no rule lets through",
    ),
    one(
        "a key is switched off",
        "Key data",
        "isEnabled",
        False,
        "WEAKER KMS key data is switched off: what it encrypts cannot be read meanwhile",
    ),
    one(
        "a function has less time",
        "Function remind",
        "timeout",
        3,
        "INTERRUPTS function remind is stopped after 3 s, instead of *",
    ),
    one(
        "a function has less memory",
        "Function remind",
        "memorySize",
        128,
        "INTERRUPTS function remind has 128 MB of memory, instead of *: what needs more is killed",
    ),
    one(
        "Kubernetes becomes older",
        "Cluster cluster",
        "version",
        "1.34",
        "INTERRUPTS EKS cluster goes from Kubernetes 1.35 to 1.34: EKS does so for 7 days after an upgrade alone, one minor version",
    ),
    # What goes together is one risk, and what nobody needs is none.
    Case(
        "a service is not reached from outside any more",
        (
            "OUTAGE CDN admin is removed: its sites answer nobody",
            "OUTAGE DNS record admin-ipv? is removed: its name is not found",
            "OUTAGE target group admin is removed: the requests for its service reach no pod",
            "WEAKER metric alarm endpoint-admin-not-ready is deleted: nobody is told of it any more",
        ),
        system=(("services.admin.route", GONE),),
    ),
    Case("a feature is switched off", system=(("flags.invoice-payments", ["dev", "staging"]),)),
    Case("a service does without Redis", system=(("services.worker.redis", False),)),
)
