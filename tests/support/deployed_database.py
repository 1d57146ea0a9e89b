"""An environment with a database, a cluster and an entry, as far as `recover database` sees of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from infra.configuration import Configuration
from operations import checkout
from operations.cli import app
from operations.recovery.instances import RECOVERY_TAG
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.requests import INVOCATION, Answer, Request
from rehearsal.aws.services.eks import endpoint_of
from rehearsal.kubernetes.cluster import Cluster, Clusters
from rehearsal.kubernetes.kinds import Kind

ENVIRONMENT = "dev"
REGION = "us-west-2"
DEPLOYMENT = Kind("apps", "v1", "Deployment")


class Function:
    """The function that rotates, in place of one with a real database behind it."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.called: list[dict[str, Any]] = []
        self.found: dict[str, Any] = {
            "version": "17.4",
            "schema": "abc",
            "tables": {"public.orders": 7},
            "rows": 7,
            "sequencesBehind": [],
        }

    def __call__(self, event: dict[str, Any]) -> Any:
        self.called.append(event)
        if "examine" in event:
            return self.found
        value = json.dumps({**event["address"], "username": "app_a"})
        self._cloud.call(
            "secretsmanager", REGION, "put_secret_value", SecretId=event["secret"], SecretString=value
        )
        return None


class World:
    """A deployed environment, as far as the command sees of it."""

    def __init__(self, cloud: Cloud, configuration: Configuration, root: Path) -> None:
        self.cloud, self.root, self.url = cloud, root, ""
        self.naming = configuration.naming
        self.function = Function(cloud)
        self.clusters = Clusters()
        self.cluster = self._make(configuration)

    def call(self, service: str, operation: str, **parameters: Any) -> Any:
        return self.cloud.call(service, REGION, operation, **parameters)

    def _make(self, configuration: Configuration) -> Cluster:
        naming, settings = self.naming, configuration.settings
        subnets = [each["SubnetId"] for each in self.call("ec2", "describe_subnets")["Subnets"]]
        vpc = self.call("ec2", "describe_vpcs")["Vpcs"][0]["VpcId"]
        name = naming.named("database")
        group = self.call("ec2", "create_security_group", GroupName=name, Description="PostgreSQL", VpcId=vpc)
        self.call(
            "rds",
            "create_db_subnet_group",
            DBSubnetGroupName=name,
            DBSubnetGroupDescription="Isolated",
            SubnetIds=subnets,
        )
        parameters = naming.named(f"postgres{settings.database.version}")
        self.call(
            "rds",
            "create_db_parameter_group",
            DBParameterGroupName=parameters,
            DBParameterGroupFamily="postgres17",
            Description="Ours",
        )
        self.call(
            "rds",
            "create_db_instance",
            DBInstanceIdentifier=naming.prefix,
            Engine="postgres",
            EngineVersion="17",
            DBInstanceClass="db.t4g.small",
            AllocatedStorage=20,
            DBName="triangle",
            MasterUsername="triangle",
            MasterUserPassword="not-a-secret",
            BackupRetentionPeriod=1,
            DBSubnetGroupName=name,
            VpcSecurityGroupIds=[group["GroupId"]],
            DBParameterGroupName=parameters,
        )
        self._entry_and_bucket()
        return self._cluster_with_pods(subnets)

    def _entry_and_bucket(self) -> None:
        naming = self.naming
        host = json.dumps({"host": self.instance(1)["Endpoint"]["Address"]})
        self.call("secretsmanager", "create_secret", Name=naming.secret("database"), SecretString=host)
        bucket = naming.bucket("backups")
        self.call(
            "s3", "create_bucket", Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )

    def _cluster_with_pods(self, subnets: list[str]) -> Cluster:
        naming = self.naming
        role = f"arn:aws:iam::{naming.account}:role/cluster"
        made = self.call(
            "eks",
            "create_cluster",
            name=naming.prefix,
            roleArn=role,
            resourcesVpcConfig={"subnetIds": subnets},
        )
        cluster = self.clusters.cluster(endpoint_of(made["cluster"], REGION))
        cluster.provide(["triangle"])
        for service in ("api", "worker", "admin"):
            cluster.create(
                {
                    "apiVersion": "apps/v1",
                    "kind": "Deployment",
                    "metadata": {"name": service, "namespace": "triangle"},
                    "spec": {"replicas": 2},
                }
            )
        job = {"name": "remove-expired-uploads", "namespace": "triangle"}
        cluster.create({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": job, "spec": {}})
        return cluster

    def instance(self, generation: int) -> dict[str, Any]:
        name = self.naming.database(generation)
        found = self.call("rds", "describe_db_instances", DBInstanceIdentifier=name)
        instance: dict[str, Any] = found["DBInstances"][0]
        return instance

    def instances(self) -> list[str]:
        found = self.call("rds", "describe_db_instances")["DBInstances"]
        return sorted(each["DBInstanceIdentifier"] for each in found)

    def pods(self) -> dict[str, int]:
        found = {name: self.cluster.get(DEPLOYMENT, "triangle", name) for name in ("api", "worker", "admin")}
        return {name: each["spec"]["replicas"] for name, each in found.items() if each}

    def sent_to(self) -> str:
        name = self.naming.secret("database")
        value = self.call("secretsmanager", "get_secret_value", SecretId=name)["SecretString"]
        return str(json.loads(value)["host"]).partition(".")[0]

    def answer(self, request: Request) -> Answer:
        if INVOCATION.fullmatch(request.variables.get("PATH_INFO", "")):
            body = json.dumps(self.function(json.loads(request.body))).encode()
            return Answer("200 OK", [("Content-Length", str(len(body)))], body)
        return self.cloud.answer(request)

    def adopt(self) -> None:
        """What the engine does about tags."""
        arn = self.instance(2)["DBInstanceArn"]
        self.call("rds", "remove_tags_from_resource", ResourceName=arn, TagKeys=[RECOVERY_TAG])

    def recover(self, *words: str) -> Result:
        command = ["recover", *words, "--env", ENVIRONMENT, "--endpoint-url", self.url]
        return CliRunner().invoke(app, command)

    def database_section(self) -> dict[str, Any]:
        return checkout.declared(ENVIRONMENT).settings.database.generations.__dict__
