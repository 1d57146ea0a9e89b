"""Changes of the two files, as people make them in pull requests."""

from __future__ import annotations

from tests.preview.case import GONE, Case

_DIGEST = "sha256:" + "ab" * 32


def _access_of(account: str) -> tuple[str, ...]:
    """What it takes to copy into another account, which nothing was copied to until now."""
    key = f"on arn:aws:kms:us-west-2:{account}:key/*, where kms:ResourceAliases alias/triangle-prod"
    return (
        f"ACCESS KMS key data may be used by arn:aws:iam::{account}:root: kms:Decrypt, kms:DescribeKey, kms:Encrypt and 2 more",
        f"ACCESS KMS key data may be used by arn:aws:iam::{account}:root: kms:CreateGrant, kms:ListGrants, kms:RevokeGrant, where kms:GrantIsForAWSResource true",
        f"ACCESS role replication-* may kms:Decrypt, kms:Encrypt, kms:GenerateDataKey {key}-data, kms:ViaService s3.us-west-2.amazonaws.com",
        f"ACCESS role function-snapshot-secrets may kms:Decrypt, kms:Encrypt {key}-secret-copies",
        *(
            f"ACCESS role replication-{bucket} may s3:Replicate*, s3:ReplicateTags on arn:aws:s3:::triangle-prod-{bucket}-{account}-us-west-2/*"
            for bucket in ("audit", "backups", "documents", "photos", "reports")
        ),
    )


_SERVICE = {
    "repository": "backend",
    "port": 8080,
    "health": {"live": "/live", "ready": "/ready"},
    "resources": {"cpu": 250, "memory": 256},
}

_WORKER = {
    "repository": "worker",
    "port": 3000,
    "exposed": False,
    "worker": True,
    "health": {"live": "/api/health", "ready": "/api/health/ready"},
    "resources": {"cpu": 500, "memory": 1024},
}

CASES = (
    # Retention.
    Case(
        "backups are kept longer",
        named=(
            "DATA replication of backups copied-backups in the recovery region is replaced: until it has copied a backup the recovery region has none; the old one goes with the copies of its backups",
        ),
        stack=(("database.backupRetention", 35),),
    ),
    Case(
        "backups are kept for a shorter time in dev",
        environment="dev",
        of="node",
        stack=(("database.backupRetention", 1),),
    ),
    # Releases.
    Case("a new image", stack=(("images.api", _DIGEST), ("images.worker", _DIGEST))),
    Case("a new image of one service", of="node", system=(("images.prod.api", _DIGEST),)),
    # Access.
    Case(
        "another office reaches the cluster",
        named=("ACCESS EKS cluster* admits 203.0.113.0/24 to its API",),
        stack=(("cluster.apiAccess", ["198.51.100.0/24", "203.0.113.0/24"]),),
    ),
    Case(
        "another role may deploy",
        named=(
            "ACCESS role github may sts:AssumeRole on arn:aws:iam::230000000003:role/other-deploy",
            "ACCESS secret policy * does not deny other-deploy any more what it denies others",
            "ACCESS role other-deploy gets AmazonEKSClusterAdminPolicy in the whole cluster",
        ),
        system=(("access.deploy", "other-deploy"),),
    ),
    Case(
        "another repository deploys",
        named=(
            "ACCESS role github may be taken by whom arn:aws:iam:us-west-2:123456789012:github vouches for, where token.actions.githubusercontent.com:aud sts.amazonaws.com, token.actions.githubusercontent.com:sub repo:other/platform:environment:prod",
            "INTERRUPTS role github may be taken by whom * vouches for no more, where *:sub repo:*:environment:prod",
        ),
        system=(("source", {"repository": "other/platform"}),),
    ),
    Case(
        "Kubernetes becomes newer",
        named=("FINAL EKS cluster* goes from Kubernetes 1.35 to 1.36, and back for 7 days alone",),
        stack=(("cluster.version", "1.36"),),
        of="node",
    ),
    Case(
        "PostgreSQL becomes newer",
        named=(
            "INTERRUPTS RDS instance database is not reachable while it is upgraded, its standby with it, 5 to 15 min; now",
            "FINAL RDS instance database goes from postgres 17 to 18; there is no way back but a restore",
        ),
        of="escrow",
        stack=(("database.version", "18"), ("database.majorUpgrade", True)),
    ),
    # Who is told.
    Case(
        "a larger budget",
        named=("WEAKER budget month tells from 5000 US$ a month on, instead of 4000",),
        stack=(("budget.monthly", 5000),),
    ),
    Case("a smaller budget", of="node", stack=(("budget.monthly", 3000),)),
    Case(
        "someone else is written to",
        named=(
            "WEAKER topic subscription * is replaced: on-call@triangle.example is told nothing until it has confirmed",
        ),
        stack=(("alarms.email", "on-call@triangle.example"),),
    ),
    Case(
        "another owner",
        named=(
            "WEAKER topic subscription * is replaced: other@triangle.example is told nothing until it has confirmed",
        ),
        system=(("owner", "other@triangle.example"),),
        alone=True,
    ),
    Case(
        "someone is written to when a page stays unanswered",
        stack=(("escalation.lead", "lead@triangle.example"),),
    ),
    Case(
        "a later limit for errors",
        named=("WEAKER metric alarm load-balancer-errors-critical begins above 8, instead of 5",),
        system=(("thresholds.errorsCritical", 8),),
    ),
    Case("an earlier limit for errors", of="fixzit", system=(("thresholds.errorsCritical", 4),)),
    # Services.
    Case(
        "a new worker",
        system=(("services.mailer", {**_SERVICE, "exposed": False}),),
        stack=(("images.mailer", _DIGEST),),
    ),
    Case(
        "a new service on the internet",
        named=(
            "ACCESS CDN shop answers the internet as shop.node.example",
            "ACCESS security group pods admits security group load-balancer on port 8080",
            "ACCESS security group load-balancer reaches security group pods on port 8080",
        ),
        of="node",
        system=(
            ("services.shop", {**_SERVICE, "route": {"host": "shop"}}),
            ("images.prod.shop", _DIGEST),
            ("images.staging.shop", _DIGEST),
            ("images.dev.shop", "main"),
        ),
    ),
    Case(
        "a service is removed",
        named=(
            "DATA log group escrow-worker is deleted with the logs in it; Pulumi refuses: it is protected",
            "DATA log group watch-jobs is deleted with the logs in it",
            "OUTAGE function in the network watch-jobs is removed: nobody does its work",
            "OUTAGE cron job * is removed: it does not run any more",
            "OUTAGE Deployment escrow-worker is removed: none of its pods runs",
        ),
        of="escrow",
        system=(
            ("services.escrow-worker", GONE),
            ("schedules", GONE),
            ("jobs.escrow-retry", GONE),
            ("jobs.escrow-rollback", GONE),
            ("images.prod.escrow-worker", GONE),
            ("images.staging.escrow-worker", GONE),
            ("images.dev.escrow-worker", GONE),
        ),
    ),
    Case(
        "a service is renamed",
        named=(
            "DATA log group worker is deleted with the logs in it; Pulumi refuses: it is protected",
            "DATA log group watch-jobs is deleted with the logs in it",
            "OUTAGE function in the network watch-jobs is removed: nobody does its work",
            "OUTAGE Deployment worker is removed: none of its pods runs",
            "OUTAGE cron job remove-audit-logs is removed: it does not run any more",
            "OUTAGE cron job archive-work-orders is removed: it does not run any more",
        ),
        of="fixzit",
        system=(
            ("services.worker", GONE),
            ("services.jobs", _WORKER),
            ("schedules", GONE),
            ("images.prod.worker", GONE),
            ("images.prod.jobs", _DIGEST),
            ("images.staging.worker", GONE),
            ("images.staging.jobs", _DIGEST),
            ("images.dev.worker", GONE),
            ("images.dev.jobs", "main"),
        ),
    ),
    Case(
        "a service writes another bucket",
        named=(
            "ACCESS role service-worker may s3:DeleteObject, s3:GetObject, s3:PutObject on bucket photos/*",
            "ACCESS role service-worker may s3:ListBucket on bucket photos",
        ),
        system=(("services.worker.buckets", ["documents", "photos", "reports"]),),
    ),
    Case(
        "a service reaches another port",
        named=("ACCESS network policy web reaches 0.0.0.0/0 on port 993",),
        of="fixzit",
        system=(("services.web.egress", [587, 993]),),
    ),
    Case("a service gets a variable", system=(("services.admin.variables", {"LOG_LEVEL": "info"}),)),
    Case(
        "a service gets a secret",
        named=(
            "ACCESS role service-admin may secretsmanager:DescribeSecret, secretsmanager:GetSecretValue on secret stripe-secret-key",
            "ACCESS secret policy stripe-secret-key does not deny triangle-prod-service-admin any more what it denies others",
        ),
        system=(("services.admin.secrets.STRIPE_SECRET_KEY", "stripe-secret-key"),),
    ),
    Case("another health path", of="paintbox", system=(("services.app.health.ready", "/health/other"),)),
    # Secrets.
    Case("a new secret", system=(("secrets.new-key", {"description": "New"}),)),
    Case(
        "a secret is removed",
        named=(
            "DATA secret webhook-signing-secret is deleted with its value; it can be restored for 30 days; Pulumi refuses: it is protected",
        ),
        of="node",
        system=(
            ("secrets.webhook-signing-secret", GONE),
            ("services.api.secrets.WEBHOOK_SIGNING_SECRET", GONE),
        ),
    ),
    Case(
        "a secret is rotated less often",
        named=("WEAKER secret rotation jwt-access-key happens every 180 days, instead of 90",),
        system=(("secrets.jwt-access-key.rotation", 180),),
    ),
    Case(
        "a secret is not rotated any more",
        named=(
            "WEAKER secret rotation jwt-refresh-key is deleted: the value stays the same for good",
            "FINAL generated password jwt-refresh-key is made anew: the old one is gone",
            "DATA secret jwt-refresh-key gets a value that the program makes, in the place of the one that it has now",
        ),
        system=(("secrets.jwt-refresh-key.rotation", GONE),),
    ),
    # What runs by the clock.
    Case("a job at another hour", system=(("schedules.remove-expired-uploads.schedule", "30 4 * * *"),)),
    Case(
        "a new job",
        of="paintbox",
        system=(
            (
                "schedules",
                {"sweep": {"service": "app", "command": ["npm", "run", "sweep"], "schedule": "0 2 * * *"}},
            ),
        ),
    ),
    Case(
        "a job is removed",
        named=("OUTAGE cron job archive-work-orders is removed: it does not run any more",),
        of="fixzit",
        system=(("schedules.archive-work-orders", GONE),),
    ),
    # Others.
    Case("another queue", system=(("queues", ["webhooks", "mail"]),)),
    Case(
        "a queue is removed",
        named=("WEAKER metric alarm jobs-otp-depth is deleted: nobody is told of it any more",),
        of="fixzit",
        system=(("queues", ["notifications", "email"]),),
    ),
    Case("a feature in prod", system=(("flags.photo-annotations", ["dev", "staging", "prod"]),)),
    Case(
        "maintenance",
        named=(
            "INTERRUPTS web ACL firewall answers 503 by maintenance, and hands no request on that it is about",
        ),
        of="node",
        stack=(("maintenance", {"enabled": True}),),
    ),
    Case(
        "a record of DNS",
        stack=(("dns", {"records": [{"name": "mail", "type": "MX", "values": ["10 mail.example.org"]}]}),),
    ),
    Case(
        "the application is asked about a restored database",
        named=(
            "ACCESS security group restore-test reaches sg-cluster on port 443",
            "ACCESS security group restored admits a new security group on port 5432",
        ),
        of="fixzit",
        system=(("restoreTest", {"service": "web", "command": ["npm", "run", "check"]}),),
    ),
    Case(
        "no application is asked about a restored database any more",
        named=(
            "DATA namespace restored-application is deleted with everything in it",
            "OUTAGE cron job restored-application is removed: it does not run any more",
        ),
        of="node",
        system=(("restoreTest", GONE),),
    ),
    Case(
        "the restore test on another day",
        of="node",
        stack=(("database.restoreTest", {"day": "monday", "hour": 7}),),
    ),
    Case(
        "another domain",
        named=(
            "OUTAGE DNS zone is replaced: meanwhile the domain's names are not found until it points to the new name servers; Pulumi refuses: it is protected",
            "ACCESS CDN domain answers the internet as paint.example",
        ),
        of="paintbox",
        system=(("domain", "paint.example"),),
    ),
    # Another account.
    Case(
        "no other account is copied to",
        named=(
            "DATA vault restore is deleted with the recovery points in it; Pulumi refuses: it is protected",
            "WEAKER prod is not copied to account 230000000009 any more, nor to another one: when its own is emptied, it cannot be built again",
        ),
        stack=(("backupAccount", GONE),),
        alone=True,
    ),
    Case(
        "another account is copied to",
        named=(
            "WEAKER prod is copied to account 230000000010 from now on: what was copied until now is in 230000000009 alone",
            "ACCESS vault policy restore may be used by arn:aws:iam::230000000010:root: backup:CopyIntoBackupVault",
            *_access_of("230000000010"),
        ),
        stack=(("backupAccount", "230000000010"),),
        alone=True,
    ),
    Case(
        "a first account is copied to",
        named=(
            *_access_of("230000000009"),
            "ACCESS role function-check-recovery may backup:ListCopyJobs on everything",
            "ACCESS vault policy restore may be used by arn:aws:iam::230000000009:root: backup:CopyIntoBackupVault",
            "ACCESS role function-snapshot-secrets may s3:PutObject on arn:aws:s3:::triangle-prod-backups-230000000003-us-west-2/secrets-outside/*",
        ),
        deployed=(("backupAccount", GONE),),
    ),
    Case(
        "no cluster and no Redis wait in the recovery region",
        named=(
            "WEAKER prod has cluster and redis wait in the other region no more: when this one is lost, people are back 8 min later (slow case 13 min); each is protected and has to be released first: docs/recovery.md*",
        ),
        stack=(("waits", []),),
        alone=True,
    ),
    Case(
        "no Redis waits in the recovery region",
        named=(
            "WEAKER prod has redis wait in the other region no more: when this one is lost, people are back 7 min later (slow case 12 min); each is protected and has to be released first: docs/recovery.md*",
        ),
        stack=(("waits", ["cluster"]),),
        alone=True,
    ),
    Case(
        "a cluster and Redis wait in the recovery region",
        named=("ACCESS role * gets *",),
        stack=(("waits", ["cluster", "redis"]),),
        deployed=(("waits", []),),
        alone=True,
    ),
)
