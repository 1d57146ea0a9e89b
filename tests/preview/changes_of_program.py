"""Changes of the program's code, played on what it declares: one property, one option, one resource less."""

from __future__ import annotations

import json
from typing import Any

from tests.preview.case import GONE, Case


def _one(name: str, resource: str, path: str, value: Any, *named: str, environment: str = "prod") -> Case:
    return Case(name, named, graph=((resource, path, value),), environment=environment)


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


_EVERYBODY_READS = _document(
    {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
)
_ADMIN = _document({"Effect": "Allow", "Action": "*", "Resource": "*"})

DATABASE = "Instance database"

CASES = (
    # The database.
    _one(
        "the database gets another name",
        DATABASE,
        "identifier",
        "other",
        "INTERRUPTS RDS instance database is not reachable under either name, 10 to 15 min; Sunday 04:00 UTC",
    ),
    _one(
        "the database gets another key",
        DATABASE,
        "kmsKeyId",
        "arn:aws:kms:us-west-2:1:key/other",
        "DATA RDS instance database is replaced: the new one is empty; the old one goes with its databases; Pulumi refuses: it is protected",
        "DATA replication of backups copied-backups in the recovery region is replaced: until it has copied a backup the recovery region has none; the old one goes with the copies of its backups",
    ),
    _one(
        "the database is not encrypted",
        DATABASE,
        "storageEncrypted",
        False,
        "DATA RDS instance database is replaced: the new one is empty; the old one goes with its databases; Pulumi refuses: it is protected",
        "DATA replication of backups copied-backups in the recovery region is replaced: until it has copied a backup the recovery region has none; the old one goes with the copies of its backups",
        "WEAKER RDS instance database is not encrypted any more",
    ),
    _one(
        "the database may be deleted",
        DATABASE,
        "deletionProtection",
        False,
        "WEAKER RDS instance database can be deleted: its deletion protection is switched off",
    ),
    _one(
        "Pulumi does not protect the database",
        DATABASE,
        "!protect",
        False,
        "WEAKER RDS instance database can be deleted: Pulumi does not protect it any more",
    ),
    _one(
        "the database leaves no snapshot",
        DATABASE,
        "skipFinalSnapshot",
        True,
        "WEAKER RDS instance database leaves no last snapshot when it is deleted",
    ),
    _one(
        "the database's backups go with it",
        DATABASE,
        "deleteAutomatedBackups",
        True,
        "WEAKER RDS instance database takes its automated backups along when it is deleted",
    ),
    _one(
        "the database can go back a week",
        DATABASE,
        "backupRetentionPeriod",
        7,
        "WEAKER RDS instance database can go back 7 days in time, instead of 30",
    ),
    _one(
        "the database has no standby",
        DATABASE,
        "multiAz",
        False,
        "WEAKER RDS instance database has no standby in another zone any more",
    ),
    _one(
        "the database is public",
        DATABASE,
        "publiclyAccessible",
        True,
        "ACCESS RDS instance database gets an address in the internet",
    ),
    _one(
        "the database gets more storage",
        DATABASE,
        "allocatedStorage",
        200,
        "FINAL RDS instance database gets 200 GB; its storage never becomes smaller again",
    ),
    _one(
        "the database gets another port",
        DATABASE,
        "port",
        5433,
        "INTERRUPTS RDS instance database connections break once, it fails over to its standby, 60 s to 2 min; now",
    ),
    _one(
        "the database logs less",
        DATABASE,
        "enabledCloudwatchLogsExports",
        ["postgresql"],
        "WEAKER RDS instance database does not log all that it logged",
    ),
    _one("the database is maintained on another day", DATABASE, "maintenanceWindow", "mon:04:00-mon:05:00"),
    _one("the database gets a tag", DATABASE, "tags.team", "data"),
    _one(
        "the database is deleted",
        DATABASE,
        "!gone",
        None,
        "DATA RDS instance database is deleted with its databases; a last snapshot is left; Pulumi refuses: it is protected",
    ),
    _one(
        "the replica is deleted",
        "Instance recovery/database",
        "!gone",
        None,
        "DATA cross-region replica database in the recovery region is deleted with its databases; the database that it copies stays; Pulumi refuses: it is protected",
    ),
    # Redis.
    _one(
        "Redis is renamed",
        "ReplicationGroup cache",
        "replicationGroupId",
        "other",
        "DATA Redis group cache is replaced: the new one is empty; the old one goes with the keys in it; Pulumi refuses: it is protected",
    ),
    _one(
        "Redis has one node",
        "ReplicationGroup queue",
        "numCacheClusters",
        1,
        "WEAKER Redis group queue has 1 nodes, instead of 2",
    ),
    _one(
        "Redis is not encrypted on the way",
        "ReplicationGroup queue",
        "transitEncryptionEnabled",
        False,
        "WEAKER Redis group queue is not encrypted on the way any more",
    ),
    _one(
        "Redis keeps no snapshots",
        "ReplicationGroup queue",
        "snapshotRetentionLimit",
        0,
        "WEAKER Redis group queue keeps 0 snapshots, instead of 7",
    ),
    _one(
        "Redis becomes newer",
        "ReplicationGroup cache",
        "engineVersion",
        "7.2",
        "INTERRUPTS Redis group cache connections break once, when the other node takes over, 20 to 60 s; Sunday 05:00 UTC",
        "FINAL Redis group cache goes from redis 7.1 to 7.2; there is no way back but a restore",
    ),
    # Files.
    _one(
        "a bucket is renamed",
        "Bucket documents",
        "bucket",
        "other-documents",
        "DATA bucket documents is replaced by an empty one; the old one stays in AWS with the objects in it; Pulumi refuses: it is protected",
    ),
    _one(
        "a bucket is deleted",
        "Bucket documents",
        "!gone",
        None,
        "WEAKER bucket documents leaves the program and stays in AWS: nothing here looks after it any more; Pulumi refuses: it is protected",
    ),
    _one(
        "a bucket may be emptied",
        "Bucket photos",
        "forceDestroy",
        True,
        "WEAKER bucket photos is deleted with its objects where it would refuse",
    ),
    _one(
        "a bucket would not stay",
        "Bucket photos",
        "!retain",
        False,
        "WEAKER bucket photos is deleted in AWS when it leaves the program, where it would have stayed",
    ),
    _one(
        "a bucket keeps no versions",
        "BucketVersioning documents",
        "versioningConfiguration.status",
        "Suspended",
        "WEAKER bucket versioning documents is switched off: what is overwritten or deleted is lost",
    ),
    _one(
        "a bucket may become public",
        "BucketPublicAccessBlock photos",
        "blockPublicPolicy",
        False,
        "ACCESS bucket public access block photos lets the bucket be made public",
    ),
    _one(
        "a bucket's block is removed",
        "BucketPublicAccessBlock photos",
        "!gone",
        None,
        "ACCESS bucket public access block photos is deleted: the bucket may be made public",
    ),
    _one(
        "everybody reads a bucket",
        "BucketPolicy photos",
        "policy",
        _EVERYBODY_READS,
        "ACCESS bucket policy photos may be used by everybody: s3:GetObject",
        "ACCESS bucket policy photos does not deny TlsOnly any more",
    ),
    _one(
        "a bucket is not copied",
        "BucketReplicationConfig photos",
        "!gone",
        None,
        "WEAKER bucket replication config photos is deleted: its objects have no copy elsewhere any more",
    ),
    _one(
        "a bucket is not encrypted with our key",
        "BucketServerSideEncryptionConfiguration documents",
        "rules.0.applyServerSideEncryptionByDefault.sseAlgorithm",
        "AES256",
        "WEAKER bucket server side encryption configuration documents encrypts new objects with AES256, not with a key of ours any more",
    ),
    _one(
        "a bucket's lock is shorter",
        "BucketObjectLockConfiguration backups",
        "rule.defaultRetention.days",
        7,
        "WEAKER bucket object lock configuration backups locks new objects 7 days, instead of 30",
    ),
    _one(
        "a bucket's lock is longer",
        "BucketObjectLockConfiguration backups",
        "rule.defaultRetention.days",
        60,
        "FINAL bucket object lock configuration backups locks new objects for 60 days; nobody, the root user included, can remove them",
    ),
    # Keys and secrets.
    _one(
        "a key is deleted",
        "Key data",
        "!gone",
        None,
        "WEAKER KMS key data leaves the program and stays in AWS: nothing here looks after it any more; Pulumi refuses: it is protected",
    ),
    _one(
        "a key is not rotated",
        "Key data",
        "enableKeyRotation",
        False,
        "WEAKER KMS key data is not rotated any more",
    ),
    _one(
        "a key is gone after a week",
        "Key secrets",
        "deletionWindowInDays",
        7,
        "WEAKER KMS key secrets is gone 7 days after its deletion, instead of 30",
    ),
    _one(
        "a secret is gone at once",
        "Secret database",
        "recoveryWindowInDays",
        0,
        "WEAKER secret database can be restored for 0 days after its deletion, instead of 30",
    ),
    _one(
        "a secret has no copy",
        "Secret database",
        "replicas",
        [],
        "WEAKER secret database has no copy in the recovery region any more",
    ),
    _one(
        "a secret's copy gets another key",
        "Secret database",
        "replicas.0.kmsKeyId",
        "arn:aws:kms:us-east-2:1:key/other",
    ),
    _one(
        "a secret is renamed",
        "Secret stripe-secret-key",
        "name",
        "other/stripe",
        "DATA secret stripe-secret-key is replaced: the new one is empty; the old one goes with its value; Pulumi refuses: it is protected",
    ),
    _one(
        "a password becomes longer",
        "RandomPassword password",
        "length",
        64,
        "FINAL generated password password is made anew: the old one is gone",
    ),
    # Backup and recovery.
    _one(
        "backups are kept for a shorter time",
        "Plan daily",
        "rules.0.lifecycle.deleteAfter",
        7,
        "WEAKER plan daily keeps its daily backups 7 days, instead of 30",
    ),
    _one(
        "backups are not copied",
        "Plan daily",
        "rules.0.copyActions",
        [],
        "WEAKER plan daily copies its daily backups to the recovery region no more",
    ),
    _one(
        "the database is not backed up",
        "Selection data",
        "resources",
        ["arn:aws:s3:::triangle-prod-documents-230000000003-us-west-2"],
        "WEAKER selection data leaves out what it backed up until now",
    ),
    _one(
        "the vault is not locked",
        "VaultLockConfiguration backup",
        "!gone",
        None,
        "WEAKER vault lock configuration backup is deleted: recovery points can be removed before their time",
    ),
    _one(
        "the vault is locked longer",
        "VaultLockConfiguration backup",
        "minRetentionDays",
        35,
        "FINAL vault lock configuration backup keeps recovery points 35 days at least; nobody can lift that after 3 days",
    ),
    _one(
        "images have no copy",
        "ReplicationConfiguration images",
        "!gone",
        None,
        "WEAKER replication configuration images is deleted: images have no copy elsewhere any more",
    ),
    # The network.
    Case(
        "the database answers a network",
        named=("ACCESS security group database admits 10.0.0.0/8 on port 5432",),
        graph=(
            ("SecurityGroupIngressRule database", "referencedSecurityGroupId", GONE),
            ("SecurityGroupIngressRule database", "cidrIpv4", "10.0.0.0/8"),
        ),
    ),
    Case(
        "pods answer everybody",
        named=("ACCESS security group pods admits everybody on ports 1 to 65535",),
        graph=(
            ("SecurityGroupIngressRule pods-pods", "referencedSecurityGroupId", GONE),
            ("SecurityGroupIngressRule pods-pods", "cidrIpv4", "0.0.0.0/0"),
        ),
    ),
    _one("a rule is described better", "SecurityGroupIngressRule pods-pods", "description", "Pods call pods"),
    _one(
        "connections are not recorded",
        "FlowLog flow-logs",
        "!gone",
        None,
        "WEAKER flow log flow-logs is deleted: the network's connections are not recorded any more",
    ),
    _one(
        "a network policy is removed",
        "NetworkPolicy reloader",
        "!gone",
        None,
        "ACCESS network policy reloader is deleted: nothing limits the connections of its pods any more",
    ),
    _one(
        "a network policy admits more",
        "NetworkPolicy reloader",
        "spec.egress",
        [{}],
        "ACCESS network policy reloader reaches everybody on all ports",
    ),
    _one(
        "a subnet has another network",
        "Subnet data-1",
        "cidrBlock",
        "10.24.200.0/24",
        "OUTAGE subnet data-1 is replaced: meanwhile what stands in it has to move; Pulumi refuses: it is protected",
    ),
    # The cluster.
    _one(
        "the cluster is renamed",
        "Cluster cluster",
        "name",
        "other",
        "OUTAGE EKS cluster is replaced: meanwhile no pod runs",
    ),
    _one(
        "the cluster logs nothing",
        "Cluster cluster",
        "enabledClusterLogTypes",
        [],
        "WEAKER EKS cluster does not log all that it logged",
    ),
    _one(
        "on-call administers the cluster",
        "AccessPolicyAssociation on-call",
        "policyArn",
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        "ACCESS role groundwork-on-call gets AmazonEKSClusterAdminPolicy in triangle",
    ),
    _one(
        "pods may be root",
        "Deployment worker",
        "spec.template.spec.containers.0.securityContext.runAsNonRoot",
        False,
        "WEAKER Deployment worker may run as root",
    ),
    _one(
        "pods are not asked whether they are ready",
        "Deployment api",
        "spec.template.spec.containers.0.readinessProbe",
        GONE,
        "WEAKER Deployment api gets requests before it is ready: it is not asked any more",
    ),
    _one(
        "a Deployment is renamed",
        "Deployment api",
        "metadata.name",
        "other",
        "OUTAGE Deployment api is replaced: meanwhile none of its pods runs",
    ),
    _one(
        "pods wait longer before they end",
        "Deployment api",
        "spec.template.spec.terminationGracePeriodSeconds",
        90,
    ),
    _one(
        "Reloader may delete pods",
        "Role reloader",
        "rules.0.verbs",
        ["*"],
        "ACCESS role reloader may * secrets in the cluster",
    ),
    _one(
        "pods may all go at once",
        "PodDisruptionBudget api",
        "!gone",
        None,
        "WEAKER pod disruption budget api is deleted: all its pods may go at once",
    ),
    # The edge.
    _one(
        "the load balancer may be deleted",
        "LoadBalancer load-balancer",
        "enableDeletionProtection",
        False,
        "WEAKER load balancer can be deleted: its deletion protection is switched off",
    ),
    _one("the load balancer waits longer", "LoadBalancer load-balancer", "idleTimeout", 120),
    _one(
        "the load balancer is renamed",
        "LoadBalancer load-balancer",
        "name",
        "other",
        "OUTAGE load balancer is replaced: meanwhile no request reaches a pod; Pulumi refuses: it is protected",
        "OUTAGE listener https is replaced: meanwhile the load balancer answers nobody",
    ),
    _one(
        "older TLS",
        "Listener https",
        "sslPolicy",
        "ELBSecurityPolicy-2016-08",
        "WEAKER listener https takes TLS by ELBSecurityPolicy-2016-08, instead of ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    ),
    _one(
        "no firewall in front of a site",
        "Distribution api",
        "webAclId",
        GONE,
        "WEAKER CDN api has no firewall in front any more",
    ),
    _one(
        "a site takes HTTP",
        "Distribution api",
        "defaultCacheBehavior.viewerProtocolPolicy",
        "allow-all",
        "WEAKER CDN api answers over HTTP, without TLS",
    ),
    _one("a site is compressed", "Distribution api", "defaultCacheBehavior.compress", False),
    _one(
        "the firewall counts",
        "WebAcl firewall",
        "rules.1.overrideAction",
        {"count": {}},
        "WEAKER web ACL firewall only counts what AWSManagedRulesAmazonIpReputationList kept out",
    ),
    _one(
        "more requests of an address",
        "WebAcl firewall",
        "rules.0.statement.rateBasedStatement.limit",
        5000,
        "WEAKER web ACL firewall lets 5000 requests of an address through, instead of 2000",
    ),
    _one(
        "fewer requests of an address", "WebAcl firewall", "rules.0.statement.rateBasedStatement.limit", 1000
    ),
    # Who may what.
    _one(
        "a role may everything",
        "RolePolicy cluster",
        "policy",
        _ADMIN,
        "ACCESS role cluster may * on everything",
    ),
    _one(
        "a role gets a policy of AWS",
        "RolePolicyAttachment node-AmazonEKSWorkerNodeMinimalPolicy",
        "policyArn",
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "ACCESS role node gets AWS's policy AdministratorAccess",
    ),
    _one(
        "a role has no boundary",
        "Role github",
        "permissionsBoundary",
        GONE,
        "WEAKER role github has no boundary any more",
    ),
    _one(
        "another account takes a role",
        "Role cluster",
        "assumeRolePolicy",
        _document(
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
                "Action": "sts:AssumeRole",
            }
        ),
        "ACCESS role cluster may be taken by arn:aws:iam::999999999999:root",
    ),
    # Watching.
    _one(
        "an alarm begins later",
        "MetricAlarm load-balancer-errors-critical",
        "threshold",
        20,
        "WEAKER metric alarm load-balancer-errors-critical begins above 20, instead of 5",
    ),
    _one("an alarm begins earlier", "MetricAlarm load-balancer-errors-critical", "threshold", 2),
    _one(
        "an alarm is removed",
        "MetricAlarm load-balancer-errors-critical",
        "!gone",
        None,
        "WEAKER metric alarm load-balancer-errors-critical is deleted: nobody is told of it any more",
    ),
    _one(
        "a page is removed",
        "CompositeAlarm queue-sev-1",
        "!gone",
        None,
        "WEAKER composite alarm queue-sev-1 is deleted: nobody is told of it any more",
    ),
    _one("an alarm says more", "MetricAlarm load-balancer-errors-critical", "alarmDescription", "More words"),
    _one(
        "a page tells nobody",
        "CompositeAlarm queue-sev-1",
        "actionsEnabled",
        False,
        "WEAKER composite alarm queue-sev-1 tells nobody any more",
    ),
    _one(
        "nothing is recorded", "Trail trail", "enableLogging", False, "WEAKER trail records nothing any more"
    ),
    _one(
        "the trail is removed",
        "Trail trail",
        "!gone",
        None,
        "WEAKER trail is deleted: nothing is recorded any more",
    ),
    _one(
        "logs are kept a month",
        "LogGroup trail",
        "retentionInDays",
        30,
        "WEAKER log group trail keeps 30 days, instead of 365: the older is deleted",
    ),
    _one("logs are kept longer", "LogGroup trail", "retentionInDays", 730),
    _one(
        "personal data is not masked",
        "LogDataProtectionPolicy api",
        "!gone",
        None,
        "WEAKER log data protection policy api is deleted: personal data stands in the log unmasked",
    ),
    _one(
        "a function is removed",
        "Function remind",
        "!gone",
        None,
        "OUTAGE function remind is removed: nobody does its work",
    ),
    _one("a function gets more memory", "Function remind", "memorySize", 512),
    _one(
        "a health check is removed",
        "HealthCheck api",
        "!gone",
        None,
        "WEAKER health check api is deleted: nobody asks from outside any more whether it answers",
    ),
    _one(
        "a rule of events is off",
        "EventRule threats-high",
        "state",
        "DISABLED",
        "WEAKER event rule threats-high tells of nothing any more",
    ),
)
