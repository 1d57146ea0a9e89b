"""Changes of how the database, Redis, buckets and images are kept, reached and copied."""

from __future__ import annotations

from tests.preview.case import GONE, Case
from tests.preview.edits import DATABASE, one

CACHE = "ReplicationGroup cache"
COPIES = "BucketReplicationConfig documents"
LIFECYCLE = "BucketLifecycleConfiguration reports"

CASES: tuple[Case, ...] = (
    # Redis.
    one(
        "Redis asks nobody who they are",
        CACHE,
        "userGroupIds",
        [],
        "ACCESS Redis group cache asks nobody for a password: whoever reaches it reads it",
    ),
    one(
        "AWS's user of Redis",
        "UserGroup cache",
        "userIds",
        ["default", "triangle-prod-cache-app"],
        "ACCESS Redis user group cache has AWS's own user `default`: whoever reaches it may do everything, without a password",
    ),
    one(
        "one more user of Redis",
        "UserGroup cache",
        "userIds",
        ["triangle-prod-cache-default", "triangle-prod-cache-app", "other"],
    ),
    one(
        "Redis takes connections without TLS, too",
        CACHE,
        "transitEncryptionMode",
        "preferred",
        "WEAKER Redis group cache takes connections without TLS, too",
    ),
    one(
        "Redis takes connections without TLS alone",
        CACHE,
        "transitEncryptionEnabled",
        False,
        "WEAKER Redis group cache is not encrypted on the way any more",
    ),
    one(
        "a cache that refuses new keys",
        "ParameterGroup cache",
        "parameters",
        [{"name": "maxmemory-policy", "value": "noeviction"}],
        "WEAKER parameter group cache refuses new keys when it is full, where it dropped old ones",
    ),
    one(
        "a cache that drops other keys",
        "ParameterGroup cache",
        "parameters",
        [{"name": "maxmemory-policy", "value": "allkeys-lfu"}],
    ),
    one(
        "Redis in one more security group",
        CACHE,
        "securityGroupIds",
        ["cache-id", "pods-id"],
        "ACCESS Redis group cache is in one more security group",
    ),
    # The database.
    one(
        "the database with AWS's own parameters",
        DATABASE,
        "parameterGroupName",
        "default.postgres17",
        "WEAKER RDS instance database has AWS's own parameters: ours do not hold (TLS, logs, connections)",
    ),
    # pulumi-aws takes what is said no more for what AWS has: nothing changes.
    one("the database's parameters are not named", DATABASE, "parameterGroupName", GONE),
    one(
        "the database grows less",
        DATABASE,
        "maxAllocatedStorage",
        200,
        "WEAKER RDS instance database grows by itself up to 200 GB, instead of 500",
    ),
    one(
        "the database does not grow",
        DATABASE,
        "maxAllocatedStorage",
        GONE,
        "WEAKER RDS instance database grows by itself up to nothing GB, instead of 500",
    ),
    one(
        "the database gets no corrections",
        DATABASE,
        "autoMinorVersionUpgrade",
        False,
        "WEAKER RDS instance database gets no corrections by itself any more",
    ),
    one(
        "the database in one more security group",
        DATABASE,
        "vpcSecurityGroupIds",
        ["database-id", "pods-id"],
        "ACCESS RDS instance database is in one more security group",
    ),
    one(
        "the database of another authority",
        DATABASE,
        "caCertIdentifier",
        "rds-ca-ecc384-g1",
        "INTERRUPTS RDS instance database restarts with a certificate of rds-ca-ecc384-g1",
    ),
    one(
        "the database may stand in two zones",
        "SubnetGroup database",
        "subnetIds",
        ["data-1-id", "data-2-id"],
        "WEAKER subnet group database has fewer zones",
    ),
    one("backups of the database at another hour", DATABASE, "backupWindow", "03:00-03:30"),
    # Buckets and images.
    one(
        "encrypted objects are not copied",
        COPIES,
        "rules.0.sourceSelectionCriteria",
        GONE,
        "WEAKER bucket replication config documents does not copy what is encrypted with a key of ours any more (recovery)",
    ),
    one(
        "some objects are copied",
        COPIES,
        "rules.0.filter.prefix",
        "contracts/",
        "WEAKER bucket replication config documents copies what is below contracts/ alone (recovery)",
    ),
    one(
        "objects are copied when there is time",
        COPIES,
        "rules.0.destination.replicationTime",
        GONE,
        "WEAKER bucket replication config documents copies without any limit of time (recovery)",
    ),
    one(
        "copies that nobody measures",
        COPIES,
        "rules.0.destination.metrics",
        GONE,
        "WEAKER bucket replication config documents does not measure its copies any more: no alarm sees that they fail (recovery)",
    ),
    one(
        "copies with a key of AWS",
        COPIES,
        "rules.0.destination.encryptionConfiguration",
        GONE,
        "WEAKER bucket replication config documents does not encrypt copies with a key of ours any more (recovery)",
    ),
    one(
        "copies in an archive",
        COPIES,
        "rules.0.destination.storageClass",
        "DEEP_ARCHIVE",
        "WEAKER bucket replication config documents keeps copies in DEEP_ARCHIVE: reading one takes hours (recovery)",
    ),
    one("copies in another class", COPIES, "rules.0.destination.storageClass", "STANDARD"),
    one(
        "photos go into an archive",
        "BucketLifecycleConfiguration photos",
        "rules.0.transitions",
        [{"days": 30, "storageClass": "DEEP_ARCHIVE"}],
        "WEAKER lifecycle of a bucket photos moves objects to DEEP_ARCHIVE after 30 days: reading one takes hours then",
    ),
    one(
        "photos are rarely read",
        "BucketLifecycleConfiguration photos",
        "rules.0.transitions",
        [{"days": 30, "storageClass": "STANDARD_IA"}],
    ),
    one(
        "images of one repository are copied",
        "ReplicationConfiguration images",
        "replicationConfiguration.rules.0.repositoryFilters",
        [{"filter": "triangle/backend", "filterType": "PREFIX_MATCH"}],
        "WEAKER replication configuration images copies no images of triangle/ any more",
    ),
    one(
        "a secret that may be everybody's",
        "SecretPolicy database",
        "blockPublicPolicy",
        False,
        "WEAKER secret policy database may let everybody read the secret: AWS does not refuse that any more",
    ),
    one(
        "a key's copy is gone sooner",
        "ReplicaKey recovery/secret-copies",
        "deletionWindowInDays",
        7,
        "WEAKER replica of a KMS key secret-copies in the recovery region is gone 7 days after its deletion, instead of 30",
    ),
)
