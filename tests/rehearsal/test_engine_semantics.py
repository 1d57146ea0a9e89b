"""The engine's own promises hold over the embedded providers: Pulumi documents each of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rehearsal.outcome import EngineError
from tests.support.small_program import ACCOUNT, REGION, SmallProgram, resources, session_of

pytestmark = pytest.mark.engine

VPC_TYPE = "aws:ec2/vpc:Vpc"


def vpc_program(cidr: str = "10.0.0.0/16", more: str = "", options: str = "") -> str:
    return f'vpc = aws.ec2.Vpc("main", cidr_block="{cidr}"{more}, opts=options({options}))\n'


def test_a_deployment_is_really_there_and_a_second_preview_is_empty(
    program: SmallProgram, engine: Path
) -> None:
    program.write(vpc_program(more=', tags={"Name": "main"}'))
    with session_of(program, engine) as session:
        session.up()
        identifier = resources(session, VPC_TYPE)["main"]["id"]
        found = session.cloud.call("ec2", REGION, "describe_vpcs", VpcIds=[identifier])["Vpcs"][0]
        assert (found["CidrBlock"], found["OwnerId"]) == ("10.0.0.0/16", ACCOUNT)
        assert session.preview().changes == {}


def test_a_preview_creates_nothing(program: SmallProgram, engine: Path) -> None:
    program.write(vpc_program())
    with session_of(program, engine) as session:
        result = session.preview()
        vpcs = session.cloud.call("ec2", REGION, "describe_vpcs")["Vpcs"]
    assert result.changes == {"create": 3}  # the stack, the provider, the VPC
    assert [vpc["CidrBlock"] for vpc in vpcs] == ["172.31.0.0/16"]  # the account's default VPC alone


def test_a_change_in_place_keeps_the_identity(program: SmallProgram, engine: Path) -> None:
    program.write(vpc_program())
    with session_of(program, engine) as session:
        session.up()
        before = resources(session, VPC_TYPE)["main"]["id"]
        program.write(vpc_program(more=", enable_dns_hostnames=True"))
        assert session.up().changes == {"update": 1}
        after = resources(session, VPC_TYPE)["main"]["id"]
        attribute = session.cloud.call(
            "ec2", REGION, "describe_vpc_attribute", VpcId=after, Attribute="enableDnsHostnames"
        )
    assert before == after
    assert attribute["EnableDnsHostnames"] == {"Value": True}


def test_a_resource_that_names_what_it_was_called_stays_the_same(program: SmallProgram, engine: Path) -> None:
    program.write(vpc_program())
    with session_of(program, engine) as session:
        session.up()
        before = resources(session, VPC_TYPE)["main"]["id"]
        renamed = 'aliases=[pulumi.Alias(name="main", parent=pulumi.ROOT_STACK_RESOURCE)], parent=network'
        program.write(
            'network = pulumi.ComponentResource("test:index:Network", "network")\n'
            f'aws.ec2.Vpc("renamed", cidr_block="10.0.0.0/16", opts=options({renamed}))\n'
        )
        assert session.up().changes == {"create": 1}  # the component
        assert {name: vpc["id"] for name, vpc in resources(session, VPC_TYPE).items()} == {"renamed": before}
        # A parent's other name is its children's too.
        renamed = 'aliases=[pulumi.Alias(name="network")]'
        program.write(
            f'net = pulumi.ComponentResource("test:index:Network", "net", None, options({renamed}))\n'
            'aws.ec2.Vpc("renamed", cidr_block="10.0.0.0/16", opts=options(parent=net))\n'
        )
        assert session.up().changes == {}
        assert resources(session, VPC_TYPE)["renamed"]["id"] == before


def test_a_preview_says_replace_where_aws_would(program: SmallProgram, engine: Path) -> None:
    program.write(vpc_program())
    with session_of(program, engine) as session:
        session.up()
        program.write(vpc_program(cidr="10.9.0.0/16"))
        result = session.preview(options=["--diff"])
    assert result.changes == {"replace": 1}
    assert '~ cidrBlock: "10.0.0.0/16" => "10.9.0.0/16"' in result.output


def test_a_protected_resource_is_not_replaced(program: SmallProgram, engine: Path) -> None:
    program.write(vpc_program(options="protect=True"))
    with session_of(program, engine) as session:
        session.up()
        program.write(vpc_program(cidr="10.9.0.0/16", options="protect=True"))
        with pytest.raises(EngineError, match="currently marked for protection"):
            session.up()


def test_destroy_leaves_nothing_behind(program: SmallProgram, engine: Path) -> None:
    program.write(vpc_program())
    with session_of(program, engine) as session:
        session.up()
        session.destroy()
        vpcs = session.cloud.call("ec2", REGION, "describe_vpcs")["Vpcs"]
        left = session.export()["deployment"].get("resources", [])
    assert [vpc["IsDefault"] for vpc in vpcs] == [True]
    assert left == []


def test_refresh_finds_a_change_made_by_hand_and_up_puts_it_back(program: SmallProgram, engine: Path) -> None:
    program.write(vpc_program(more=', tags={"owner": "platform"}'))
    with session_of(program, engine) as session:
        session.up()
        identifier = resources(session, VPC_TYPE)["main"]["id"]
        tags = [{"Key": "owner", "Value": "somebody"}]
        session.cloud.call("ec2", REGION, "create_tags", Resources=[identifier], Tags=tags)
        assert session.refresh().changes == {"update": 1}
        assert session.preview().changes == {"update": 1}
        session.up()
        found = session.cloud.call("ec2", REGION, "describe_vpcs", VpcIds=[identifier])["Vpcs"][0]
    assert found["Tags"] == [{"Key": "owner", "Value": "platform"}]


def test_a_resource_deleted_by_hand_is_made_again_after_a_refresh(
    program: SmallProgram, engine: Path
) -> None:
    program.write(vpc_program())
    with session_of(program, engine) as session:
        session.up()
        identifier = resources(session, VPC_TYPE)["main"]["id"]
        session.cloud.call("ec2", REGION, "delete_vpc", VpcId=identifier)
        assert session.refresh().changes == {"delete": 1}
        assert session.up().changes == {"create": 1}


def test_the_engine_goes_without_logs_that_nobody_reads(program: SmallProgram, engine: Path) -> None:
    program.write(vpc_program())
    with session_of(program, engine) as session:
        assert session.up().output.count("logs") == 0
        left = session.workspace.home / "logs"
        assert left.is_file()
        assert left.stat().st_size == 0


def test_an_existing_resource_is_imported_by_its_id(program: SmallProgram, engine: Path) -> None:
    program.write("")
    with session_of(program, engine) as session:
        session.up()
        made = session.cloud.call("ec2", REGION, "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        program.write(vpc_program(options=f'import_="{made}"'))
        assert session.up().changes["import"] == 1
        assert resources(session, VPC_TYPE)["main"]["id"] == made
        assert session.preview().changes == {}


def test_a_targeted_update_touches_its_target_alone(program: SmallProgram, engine: Path) -> None:
    two = """\
        for name in ("one", "two"):
            aws.ec2.Vpc(name, cidr_block="10.0.0.0/16", tags={tags}, opts=options())
        """
    program.write(two.replace("{tags}", '{"v": "1"}'))
    with session_of(program, engine) as session:
        session.up()
        urn = resources(session, VPC_TYPE)["one"]["urn"]
        program.write(two.replace("{tags}", '{"v": "2"}'))
        assert session.up(options=["--target", urn]).changes == {"update": 1}
        assert session.preview().changes == {"update": 1}


def test_secrets_stay_secret_in_state_outputs_and_preview(program: SmallProgram, engine: Path) -> None:
    program.write(
        """\
        secret = aws.secretsmanager.Secret("entry", name="entry", opts=options())
        aws.secretsmanager.SecretVersion(
            "value", secret_id=secret.id, secret_string=pulumi.Output.secret("planted-value"), opts=options()
        )
        pulumi.export("value", pulumi.Output.secret("planted-value"))
        """
    )
    with session_of(program, engine) as session:
        preview = session.preview(options=["--diff"])
        result = session.up()
        state = json.dumps(session.export())
        outputs = session.outputs()
    assert outputs == {"value": "[secret]"}
    assert "planted-value" not in preview.output + result.output + state


def test_a_rotated_value_is_not_put_back_when_its_first_version_is_old(
    program: SmallProgram, engine: Path
) -> None:
    program.write("""
        from infra.data.secret_entry import declare_value
        secret = aws.secretsmanager.Secret("entry", name="entry", opts=options())
        declare_value(secret, "entry", "first", secret, rotated=True)
    """)
    with session_of(program, engine) as session:
        session.up()
        client = session.cloud.client("secretsmanager", REGION)
        for value in ("second", "third", "fourth"):
            client.put_secret_value(SecretId="entry", SecretString=value)
        session.refresh()
        assert session.up().changes == {}
        assert client.get_secret_value(SecretId="entry")["SecretString"] == "fourth"


def test_a_stack_file_with_secrets_of_another_key_comes_up_with_stand_ins(
    program: SmallProgram, engine: Path
) -> None:
    program.write(
        """\
        paging = pulumi.Config("groundwork").require_secret_object("paging")
        pulumi.export("paging", paging["pagerduty"])
        """
    )
    stack_file = program.root / "Pulumi.dev.yaml"
    text = stack_file.read_text(encoding="utf-8")
    secret = (
        "  groundwork:paging: {pagerduty: {secure: AQICAHgnotOurs}}\nsecretsprovider: awskms://alias/state\n"
    )
    stack_file.write_text(text + secret, encoding="utf-8")
    with session_of(program, engine) as session:
        session.up()
        assert session.outputs() == {"paging": "[secret]"}
        stand_in = session.outputs(show_secrets=True)["paging"]
        session.use_program(program.root)
        assert session.preview().changes == {}
        copied = (session.workspace.project / "Pulumi.dev.yaml").read_text(encoding="utf-8")
        assert stand_in not in copied + json.dumps(session.export())


def test_two_providers_make_resources_in_their_own_regions(program: SmallProgram, engine: Path) -> None:
    program.write(
        """\
        second = aws.Provider("second", region="us-east-2", default_tags={"tags": {"owner": "second"}})
        aws.ec2.Vpc("west", cidr_block="10.1.0.0/16", opts=options())
        aws.ec2.Vpc("east", cidr_block="10.2.0.0/16", opts=pulumi.ResourceOptions(provider=second))
        """
    )
    with session_of(program, engine) as session:
        session.up()
        east = session.cloud.call("ec2", "us-east-2", "describe_vpcs")["Vpcs"]
        west = session.cloud.call("ec2", REGION, "describe_vpcs")["Vpcs"]
    made = [(vpc["CidrBlock"], vpc["Tags"]) for vpc in east if not vpc["IsDefault"]]
    assert made == [("10.2.0.0/16", [{"Key": "owner", "Value": "second"}])]
    assert [vpc["CidrBlock"] for vpc in west if not vpc["IsDefault"]] == ["10.1.0.0/16"]


WRONG_TYPE = """
    aws.ec2.Subnet("s", vpc_id="vpc-1", map_public_ip_on_launch="perhaps", opts=options())
"""
WRONG_VALUE = """
    aws.ec2.Vpc("v", cidr_block="10.0.0.0/16", instance_tenancy="shared", opts=options())
"""
UNKNOWN_PROPERTY = """
    rule = {"protocol": "tcp", "fromPort": 1, "toPort": 1, "cidrBlock": "10.0.0.0/16"}
    aws.ec2.SecurityGroup("g", ingress=[rule], opts=options())
"""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (WRONG_TYPE, "'mapPublicIpOnLaunch' must be a boolean, not a string 'perhaps'"),
        (WRONG_VALUE, "'instanceTenancy' is 'shared'; allowed: default, dedicated, host"),
        (UNKNOWN_PROPERTY, "there is no property 'ingress[0].cidrBlock'; did you mean 'cidrBlocks'?"),
    ],
)
def test_a_wrong_property_is_an_error_that_names_resource_and_property(
    program: SmallProgram, engine: Path, body: str, said: str
) -> None:
    program.write(body)
    with session_of(program, engine) as session, pytest.raises(EngineError) as refused:
        session.preview()
    assert said in str(refused.value)
    assert "aws:ec2/" in str(refused.value)


def test_a_stack_of_another_account_is_refused(program: SmallProgram, engine: Path) -> None:
    program.write(
        """\
        other = aws.Provider("other", region="us-west-2", allowed_account_ids=["999999999999"])
        aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=pulumi.ResourceOptions(provider=other))
        """
    )
    with session_of(program, engine) as session, pytest.raises(EngineError) as refused:
        session.up()
    assert f"AWS account ID not allowed: {ACCOUNT} (allowedAccountIds: 999999999999)" in str(refused.value)
