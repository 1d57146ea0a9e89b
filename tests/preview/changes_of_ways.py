"""Changes of ways: routes, keys, images, who calls a function, how pods end. Found by playing an adversary."""

from __future__ import annotations

from tests.preview.case import GONE, Case
from tests.preview.edits import ADMIN, DATABASE, document, one

KEY_OF_OTHERS = "arn:aws:kms:us-west-2:999999999999:key/other"
OF_OTHERS = f"is encrypted with a key of another account, which may take it away ({KEY_OF_OTHERS})"
OF_AWS = "is encrypted with AWS's own key, of which nobody here says who uses it"
API = "Deployment api"
POD = "spec.template.spec"
REGISTRY = "230000000003.dkr.ecr.{}.amazonaws.com/triangle/backend"
DIGEST = "sha256:" + "ab" * 32
REACHED = "has its subnet reach the internet gateway: what has a public address in it is reached"

CASES: tuple[Case, ...] = (
    # Routes.
    one(
        "the database's subnet is public",
        "RouteTableAssociation data-1",
        "routeTableId",
        "public-id",
        f"ACCESS route table association data-1 {REACHED}",
    ),
    one("the database's subnet goes out", "RouteTableAssociation data-1", "routeTableId", "private-1-id"),
    one(
        "a private table leads to the internet gateway",
        "Route private-1-internet",
        "gatewayId",
        "internet-id",
        f"ACCESS route table association private-1 {REACHED}",
    ),
    # Keys.
    one(
        "a key that nobody has rights to",
        "Key data",
        "policy",
        document(
            {
                "Effect": "Allow",
                "Principal": {"Service": "rds.amazonaws.com"},
                "Action": "kms:Decrypt",
                "Resource": "*",
            }
        ),
        "FINAL KMS key data leaves its account without any right to it: nobody may change, or keep, it any more",
        "ACCESS KMS key data may be used by the service rds.amazonaws.com: kms:Decrypt",
        "INTERRUPTS KMS key data may be used by arn:aws:iam::* no more: *",
    ),
    one(
        "a secret with AWS's key",
        "Secret database",
        "kmsKeyId",
        "alias/aws/secretsmanager",
        f"WEAKER secret database {OF_AWS}",
    ),
    one(
        "a topic with AWS's key",
        "Topic sev-1",
        "kmsMasterKeyId",
        "alias/aws/sns",
        f"WEAKER topic sev-1 {OF_AWS}",
    ),
    one(
        "a log with a key of others",
        "LogGroup api",
        "kmsKeyId",
        KEY_OF_OTHERS,
        f"WEAKER log group api {OF_OTHERS}",
    ),
    one(
        "objects with a key of others",
        "BucketServerSideEncryptionConfiguration documents",
        "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId",
        KEY_OF_OTHERS,
        f"WEAKER bucket server side encryption configuration documents {OF_OTHERS}",
    ),
    one(
        "a log with another key of ours",
        "LogGroup api",
        "kmsKeyId",
        "arn:aws:kms:us-west-2:123456789012:audit",
    ),
    one(
        "a name of another key",
        "Alias data",
        "targetKeyId",
        "logs-id",
        "WEAKER alias data is another key's name: rights and copies that go by the name follow it",
    ),
    # Who does what.
    one(
        "the most that runners can be given",
        "Policy github-boundary",
        "policy",
        ADMIN,
        "ACCESS who is limited by the policy github-boundary may * on everything",
    ),
    one(
        "CI's role for half a day",
        "Role github",
        "maxSessionDuration",
        43200,
        "WEAKER role github can be taken for 43200 s at a time, instead of 14400",
    ),
    one("CI's role for an hour", "Role github", "maxSessionDuration", 3600),
    Case(
        "everybody calls a function",
        (
            "ACCESS permission rotate-database-secrets-manager lets * call the function for anybody: sourceAccount is gone",
        ),
        graph=(
            ("Permission rotate-database-secrets-manager", "principal", "*"),
            ("Permission rotate-database-secrets-manager", "sourceAccount", GONE),
        ),
    ),
    one(
        "everybody of our account calls a function",
        "Permission rotate-database-secrets-manager",
        "principal",
        "*",
    ),
    one(
        "a function leaves the network",
        "Function rotate-database",
        "vpcConfig",
        GONE,
        "OUTAGE function rotate-database leaves the network: it reaches nothing in it any more",
    ),
    # Images.
    one(
        "an image by its tag",
        API,
        f"{POD}.containers.0.image",
        f"{REGISTRY.format('us-west-2')}:latest",
        "WEAKER Deployment api runs whatever *:latest is on the day, instead of one image",
    ),
    one(
        "an image of others",
        API,
        f"{POD}.containers.0.image",
        f"docker.io/others/backend@{DIGEST}",
        "ACCESS Deployment api runs an image of docker.io/others/backend",
    ),
    one(
        "an image of the other region",
        API,
        f"{POD}.containers.0.image",
        f"{REGISTRY.format('us-east-2')}@{DIGEST}",
    ),
    one(
        "every tag may move",
        "Repository backend",
        "imageTagMutabilityExclusionFilters",
        [{"filter": "*", "filterType": "WILDCARD"}],
        "WEAKER repository backend lets more tags be given to another image",
    ),
    # Pods.
    one(
        "no pod", "Deployment reloader", "spec.replicas", 0, "OUTAGE Deployment reloader has no pod any more"
    ),
    one(
        "pods are killed at once",
        API,
        f"{POD}.terminationGracePeriodSeconds",
        1,
        "INTERRUPTS Deployment api is killed 1 s after it was told to end, instead of *",
    ),
    one("pods have more time to end", API, f"{POD}.terminationGracePeriodSeconds", 120),
    one(
        "pods end while requests come",
        API,
        f"{POD}.containers.0.lifecycle",
        GONE,
        "INTERRUPTS Deployment api ends while requests still come to it",
    ),
    one(
        "a job beside itself",
        "CronJob remove-expired-uploads",
        "spec.concurrencyPolicy",
        "Allow",
        "WEAKER cron job remove-expired-uploads may run while the run before still runs",
    ),
    one(
        "a service leads to other pods",
        "Service api",
        "spec.selector",
        {"app.kubernetes.io/name": "admin"},
        "OUTAGE service api leads to other pods than before",
    ),
    one(
        "a budget of other pods",
        "PodDisruptionBudget api",
        "spec.selector",
        {"matchLabels": {"app.kubernetes.io/name": "admin"}},
        "WEAKER pod disruption budget api protects other pods than before",
    ),
    # Records and ways in.
    one(
        "accesses are written elsewhere",
        "BucketLogging documents",
        "targetBucket",
        "others-bucket",
        "WEAKER bucket logging documents writes who asks into others-bucket, not into access-logs-id",
    ),
    one(
        "requests are recorded in part",
        "LogDelivery api",
        "recordFields",
        ["date", "time"],
        "WEAKER log delivery api records less of each request",
    ),
    one(
        "the CDN asks others",
        "Distribution api",
        "origins.0.domainName",
        "origin.example.net",
        "WEAKER CDN api asks origin.example.net for services, not origin.triangle.example",
    ),
    one(
        "the CDN asks another name of ours",
        "Distribution api",
        "origins.0.domainName",
        "origin-2.triangle.example",
    ),
    one(
        "a function at the edge",
        "Distribution api",
        "defaultCacheBehavior.functionAssociations",
        [{"eventType": "viewer-request", "functionArn": "arn:aws:cloudfront::999999999999:function/x"}],
        "ACCESS CDN api has a function see, and change, every request",
    ),
    one(
        "the load balancer listens elsewhere",
        "Listener https",
        "port",
        8443,
        "OUTAGE listener https listens on 8443, not on 443: the CDN does not find it",
    ),
    one(
        "backups of a week at most",
        "VaultLockConfiguration backup",
        "maxRetentionDays",
        7,
        "WEAKER vault lock configuration backup refuses backups that are to be kept for more than 7 days",
    ),
    one(
        "the database on slower storage",
        DATABASE,
        "storageType",
        "standard",
        "WEAKER RDS instance database is on slower storage (standard)",
    ),
)
