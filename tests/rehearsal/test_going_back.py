"""What cannot be changed is refused before anything happens, and a deployment that failed is left again."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.configuration.tiers import DATABASE_TIERS
from rehearsal.outcome import EngineError
from rehearsal.session import Session
from tests.support.small_program import REGION, SmallProgram, deployed, refusal, session_of

pytestmark = pytest.mark.engine

STASH = "urn:pulumi:dev::groundwork::pulumi:index:Stash::first-day"


def fixed_program(cidr: str) -> str:
    """A network that waits for what is fixed, as the platform's providers do."""
    return f"""
        from infra.configuration.first_day import FirstDay
        from infra.foundations.first_day import unchanged_since

        waiting = unchanged_since(FirstDay("dev", {{"network.cidr": "{cidr}"}}))
        late = aws.Provider("late", region="{REGION}", opts=pulumi.ResourceOptions(depends_on=waiting))
        aws.ec2.Vpc("vpc", cidr_block="{cidr}", opts=pulumi.ResourceOptions(provider=late))
    """


def networks(session: Session) -> list[str]:
    found = session.cloud.call("ec2", REGION, "describe_vpcs")["Vpcs"]
    return [vpc["CidrBlock"] for vpc in found if not vpc["IsDefault"]]


def test_a_value_of_the_first_day_is_refused_by_preview_and_up_unless_it_is_said_twice(
    program: SmallProgram, engine: Path
) -> None:
    with deployed(program, fixed_program("10.0.0.0/16"), engine) as session:
        program.write(fixed_program("10.9.0.0/16"))
        for operation in (session.preview, session.up):
            with pytest.raises(EngineError, match=r'network\.cidr: found "10\.9\.0\.0/16"; allowed: "10\.0'):
                operation()
        assert networks(session) == ["10.0.0.0/16"]

        # What the refusal says to somebody with nothing made of the old value.
        session.up(options=["--replace", STASH])
        assert networks(session) == ["10.9.0.0/16"]
        assert 'allowed: "10.9' in refusal(program, fixed_program("10.0.0.0/16"), session)


def network_program(vpc: str) -> str:
    """A network as the platform has it, with something that stays in its subnets."""
    return f"""
        from infra.foundations.replacement import delete_before_replace

        vpc = aws.ec2.Vpc("{vpc}", cidr_block="10.0.0.0/16", opts=options()).id
        gateway = aws.ec2.InternetGateway("internet", vpc_id=vpc, opts=options())
        inside = pulumi.ResourceOptions(providers=[provider])
        root = pulumi.ComponentResource("test:index:Root", "root", opts=inside)
        subnets = [
            aws.ec2.Subnet(
                zone,
                vpc_id=vpc,
                availability_zone="{REGION}" + zone,
                cidr_block=addresses,
                opts=delete_before_replace(root),
            )
            for zone, addresses in (("a", "10.0.0.0/24"), ("b", "10.0.1.0/24"))
        ]
        address = aws.ec2.Eip("nat", domain="vpc", opts=options(depends_on=[gateway]))
        aws.ec2.NatGateway(
            "nat", subnet_id=subnets[0].id, allocation_id=address.id, opts=options(depends_on=[gateway])
        )
        role = "arn:aws:iam::111122223333:role/cluster"
        network = aws.eks.ClusterVpcConfigArgs(subnet_ids=[subnet.id for subnet in subnets])
        aws.eks.Cluster("cluster", name="cluster", role_arn=role, vpc_config=network, opts=options())
    """


def test_a_network_that_moves_is_refused_as_by_aws_and_taken_back(
    program: SmallProgram, engine: Path
) -> None:
    with deployed(program, network_program("vpc"), engine) as session:
        program.write(network_program("moved"))
        with pytest.raises(EngineError, match="DependencyViolation"):
            session.up()
        program.write(network_program("vpc"))
        session.up()
        assert session.preview().changes == {}
        assert networks(session) == ["10.0.0.0/16"]


def cluster_program(version: str) -> str:
    """A cluster with an add-on and an object in it."""
    return f"""
        vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=options())
        subnet = aws.ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.0.0/24", opts=options())
        cluster = aws.eks.Cluster(
            "cluster",
            name="cluster",
            version="{version}",
            role_arn="arn:aws:iam::111122223333:role/cluster",
            vpc_config=aws.eks.ClusterVpcConfigArgs(subnet_ids=[subnet.id]),
            opts=options(),
        )
        addon = aws.eks.Addon(
            "metrics-server", cluster_name=cluster.name, addon_name="metrics-server", opts=options()
        )
    """


def test_a_cluster_is_updated_one_version_at_a_time_and_never_back(
    program: SmallProgram, engine: Path
) -> None:
    program.write(cluster_program("1.34"))
    with session_of(program, engine) as session:
        session.up()
        program.write(cluster_program("1.36"))
        with pytest.raises(
            EngineError, match=r"minor version update from 1\.34 to 1\.36; allowed: 1\.34 or 1\.35"
        ):
            session.preview()
        for version in ("1.35", "1.36"):
            program.write(cluster_program(version))
            assert session.up().changes == {
                "update": 1
            }  # the control plane; add-ons have versions of their own
        assert session.preview().changes == {}
        program.write(cluster_program("1.35"))
        with pytest.raises(
            EngineError, match=r"from 1\.36 to 1\.35; allowed: 1\.36 or later\. Within seven days"
        ):
            session.preview()


def add_on_program(kubernetes: str, version: str) -> str:
    add_on = 'addon_name="metrics-server", opts'
    given = f'addon_name="amazon-cloudwatch-observability", addon_version="{version}", opts'
    return cluster_program(kubernetes).replace(add_on, given)


def test_an_add_on_that_aws_does_not_take_for_the_new_version_is_refused_with_one_that_it_takes(
    program: SmallProgram, engine: Path
) -> None:
    program.write(add_on_program("1.35", "v6.3.0-eksbuild.1"))
    with session_of(program, engine) as session:
        session.up()
        program.write(add_on_program("1.36", "v6.3.0-eksbuild.1"))
        refusal = (
            r"Addon version specified is not supported \(Kubernetes 1\.36\); allowed: v6\.6\.0-eksbuild\.1, "
        )
        with pytest.raises(EngineError, match=refusal):
            session.preview()
        program.write(add_on_program("1.36", "v6.4.0-eksbuild.1"))
        assert session.up().changes == {"update": 2}


def database_program(tier: str, previous: str) -> str:
    return f"""
        from infra.configuration.tiers import DATABASE_TIERS
        from infra.data.tier_change import TierChange

        change = TierChange(DATABASE_TIERS["{tier}"], DATABASE_TIERS["{previous}"], "Pulumi.dev.yaml")
        instance = aws.rds.Instance(
            "database",
            identifier="shop",
            engine="postgres",
            instance_class=DATABASE_TIERS["{tier}"].instance_class,
            allocated_storage=20,
            username="shop",
            password="not-a-secret",
            skip_final_snapshot=True,
            opts=options(hooks=change.watched()),
        )
        change.tell_when_over(instance.instance_class)
    """


def test_another_tier_is_refused_while_no_alarm_counts_with_the_present_one(
    program: SmallProgram, engine: Path
) -> None:
    program.write(database_program("standard", "standard"))
    with session_of(program, engine) as session:
        session.up()
        program.write(database_program("high", "high"))
        with pytest.raises(EngineError, match=r"Set groundwork:database\.previousTier: standard with it"):
            session.preview()
        program.write(database_program("high", "standard"))
        assert session.up().changes == {"update": 1}
        # When Sunday has passed.
        program.write(database_program("high", "high"))
        assert session.preview().changes == {}


OVER = (
    "Pulumi.dev.yaml: groundwork:database.previousTier can be removed: the database is high by now, and "
    "alarms need not hold for the other size any more."
)


def test_the_previous_tier_is_asked_for_no_more_once_the_instance_has_the_other(
    program: SmallProgram, engine: Path
) -> None:
    def found_by_the_provider(tier: str) -> None:
        """What RDS tells of the class: the old one until the maintenance window."""
        of_aws = DATABASE_TIERS[tier].instance_class
        session.cloud.call(
            "rds", REGION, "modify_db_instance", DBInstanceIdentifier="shop", DBInstanceClass=of_aws
        )
        session.refresh()

    program.write(database_program("standard", "standard"))
    with session_of(program, engine) as session:
        session.up()
        program.write(database_program("high", "standard"))
        assert session.preview().log.warnings == session.up().log.warnings == []
        found_by_the_provider("standard")
        assert session.preview().log.warnings == []
        found_by_the_provider("high")
        assert session.preview().log.warnings == session.up().log.warnings == [OVER]
        program.write(database_program("high", "high"))
        assert session.preview().log.warnings == []
