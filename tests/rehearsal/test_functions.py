"""What ordinary programs look up is answered from the embedded AWS; what is not says what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.session import Session
from tests.support.small_program import ACCOUNT, REGION, SmallProgram, deployed, refusal, session_of

pytestmark = pytest.mark.engine

PROGRAM = """\
vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", tags={"Name": "main"}, opts=options())
for number, zone in enumerate(["us-west-2a", "us-west-2b"]):
    aws.ec2.Subnet(
        f"subnet-{number}",
        vpc_id=vpc.id,
        availability_zone=zone,
        cidr_block=f"10.0.{number}.0/24",
        tags={"tier": "data"},
        opts=options(),
    )
group = aws.ec2.SecurityGroup("group", name="callers", vpc_id=vpc.id, opts=options())
trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
role = aws.iam.Role(
    "role",
    name="reader",
    assume_role_policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [trust]}),
    opts=options(),
)
bucket = aws.s3.Bucket("bucket", bucket="looked-up-bucket", opts=options())
key = aws.kms.Key("key", description="of data", opts=options())
aws.kms.Alias("alias", name="alias/data", target_key_id=key.id, opts=options())
zone = aws.route53.Zone("zone", name="portal.example", opts=options())
secret = aws.secretsmanager.Secret("secret", name="portal/key", opts=options())
aws.secretsmanager.SecretVersion("secret", secret_id=secret.id, secret_string="hidden", opts=options())
aws.ecr.Repository("repository", name="portal/backend", opts=options())
"""

LOOK_UPS = """
known = pulumi.InvokeOptions(provider=provider)
document = aws.iam.get_policy_document(
    statements=[
        {
            "sid": "Read",
            "actions": ["s3:GetObject", "s3:ListBucket"],
            "resources": ["arn:aws:s3:::portal/&{aws:username}/*"],
            "principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}],
            "conditions": [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["true"]}],
        },
        {"effect": "Deny", "actions": ["*"], "resources": ["*"],
         "principals": [{"type": "*", "identifiers": ["*"]}]},
    ],
    opts=known,
)
found = aws.ec2.get_vpc(tags={"Name": "main"}, opts=known)
pulumi.export("document", document.json)
pulumi.export("account", aws.get_caller_identity(opts=known).account_id)
pulumi.export("region", aws.get_region(opts=known).region)
pulumi.export("partition", aws.get_partition(opts=known).partition)
pulumi.export("zones", aws.get_availability_zones(
    state="available", exclude_names=["us-west-2d"], opts=known).names)
pulumi.export("vpc", [found.id == vpc.id, found.cidr_block, found.default])
pulumi.export("vpcArn", found.arn)
subnets = aws.ec2.get_subnets(filters=[{"name": "vpc-id", "values": [found.id]}], opts=known)
pulumi.export("subnets", len(subnets.ids))
pulumi.export("subnetCidr", aws.ec2.get_subnet(
    vpc_id=found.id, availability_zone="us-west-2b", opts=known).cidr_block)
pulumi.export("group", aws.ec2.get_security_group(name="callers", opts=known).vpc_id)
pulumi.export("role", aws.iam.get_role(name="reader", opts=known).arn)
pulumi.export("managed", aws.iam.get_policy(name="ReadOnlyAccess", opts=known).arn)
pulumi.export("bucket", aws.s3.get_bucket(bucket="looked-up-bucket", opts=known).arn)
pulumi.export("key", aws.kms.get_key(key_id="alias/data", opts=known).description)
pulumi.export("aliased", aws.kms.get_alias(name="alias/data", opts=known).target_key_arn)
pulumi.export("zone", aws.route53.get_zone(name="portal.example", opts=known).zone_id)
pulumi.export("declaredZone", zone.zone_id)
pulumi.export("nameServers", aws.route53.get_zone(name="portal.example.", opts=known).name_servers)
pulumi.export("entry", aws.secretsmanager.get_secret(name="portal/key", opts=known).arn)
pulumi.export("value", pulumi.Output.secret(
    aws.secretsmanager.get_secret_version(secret_id="portal/key", opts=known).secret_string))
pulumi.export("repository", aws.ecr.get_repository(name="portal/backend", opts=known).repository_url)
"""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory, engine: Path) -> Iterator[dict[str, Any]]:
    """The answers, in the outputs of a program that looks up what it has deployed before."""
    program = SmallProgram(tmp_path_factory.mktemp("functions"))
    with deployed(program, PROGRAM, engine, checkpoints=False) as session:
        program.write(PROGRAM + LOOK_UPS)
        session.up()
        assert session.preview().changes == {}
        yield session.outputs(show_secrets=True)


def test_where_and_as_whom_the_program_runs(outputs: dict[str, Any]) -> None:
    assert outputs["account"] == ACCOUNT
    assert outputs["region"] == REGION
    assert outputs["partition"] == "aws"
    assert outputs["zones"] == ["us-west-2a", "us-west-2b", "us-west-2c"]


def test_what_is_in_the_network_is_found(outputs: dict[str, Any]) -> None:
    assert outputs["vpc"][1:] == ["10.0.0.0/16", False]
    assert outputs["subnets"] == 2
    assert outputs["subnetCidr"] == "10.0.1.0/24"
    assert outputs["vpcArn"] == f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/{outputs['group']}"


def test_what_has_a_name_is_found_by_it(outputs: dict[str, Any]) -> None:
    assert outputs["role"] == f"arn:aws:iam::{ACCOUNT}:role/reader"
    assert outputs["managed"] == "arn:aws:iam::aws:policy/ReadOnlyAccess"
    assert outputs["bucket"] == "arn:aws:s3:::looked-up-bucket"
    assert outputs["key"] == "of data"
    assert outputs["aliased"].startswith(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/")
    assert outputs["entry"].startswith(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:portal/key-")
    assert outputs["value"] == "hidden"
    assert outputs["zone"] == outputs["declaredZone"]
    assert len(outputs["nameServers"]) == 4
    assert outputs["repository"] == f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/portal/backend"


def test_a_policy_document_is_written_as_awss_provider_writes_it(outputs: dict[str, Any]) -> None:
    assert json.loads(outputs["document"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Action": ["s3:ListBucket", "s3:GetObject"],
                "Resource": "arn:aws:s3:::portal/${aws:username}/*",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Condition": {"Bool": {"aws:SecureTransport": "true"}},
            },
            {"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"},
        ],
    }


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, engine: Path) -> Iterator[tuple[SmallProgram, Session]]:
    """A session over a program that is exchanged, in which nothing is deployed."""
    program = SmallProgram(tmp_path_factory.mktemp("refused"))
    with session_of(program, engine, checkpoints=False) as session:
        yield program, session


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('aws.ec2.get_vpc(tags={"Name": "nobody"}, opts=known)', "no matching EC2 VPC found"),
        ('aws.ec2.get_ami(most_recent=True, owners=["amazon"], opts=known)', "has no machine images"),
        ('aws.lambda_.get_function(function_name="x", opts=known)', "it answers: getAlias, getAmi"),
        ("aws.get_caller_identity()", "Invalid AWS Region"),
        ('aws.sns.Topic("topic")', "InvokeOptions(provider=…)"),
    ],
)
def test_what_cannot_be_answered_is_told_in_the_preview(
    empty: tuple[SmallProgram, Session], body: str, said: str
) -> None:
    program, session = empty
    assert said in refusal(program, f"known = pulumi.InvokeOptions(provider=provider)\n{body}\n", session)
