"""What AWS, PostgreSQL or Kubernetes would refuse half-way is told before any resource."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from infra.configuration import maxima
from infra.configuration.regions import REGIONS, USABLE
from infra.configuration.reserved_names import APPLICATION_ROLES, system_name_mistake
from tests.support.configuration_problems import changed, problems
from tests.support.recorder import record, stack_file, system_file


def _lines_of_system(path: str, value: Any) -> list[str]:
    return problems(system=changed(system_file(), path, value))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("user", "PostgreSQL and RDS"),  # CreateDBInstance: a reserved word as MasterUsername
        ("current-user", "current_user is the database's too"),
        ("pg-portal", "PostgreSQL and RDS"),
        ("rds-portal", "PostgreSQL and RDS"),
        ("internal", "a load balancer's name does not begin with internal-"),
        ("internal-tools", "a load balancer's name does not begin with internal-"),
        ("sg", "a security group's name does not begin with sg-"),
        ("sthree", "a bucket's name does not begin with sthree-"),
        ("app", "the services' own role in PostgreSQL is called app"),
        ("app-a", "the services' own role in PostgreSQL is called app_a"),
        ("default", "a name that no namespace of every cluster has"),
    ],
)
def test_a_system_has_no_name_that_is_taken(name: str, expected: str) -> None:
    (line,) = _lines_of_system("name", name)
    assert line.startswith(f'system.yaml: name: found "{name}"; allowed: ')
    assert expected in line


@pytest.mark.parametrize("name", ["users", "intern", "application", "sgs", "portal", "rdsportal"])
def test_names_that_only_resemble_them_are_free(name: str) -> None:
    assert system_name_mistake(name) is None


def test_the_roles_in_every_database_are_those_that_the_function_makes() -> None:
    from functions.shared.users import OWNER, USERS

    assert (OWNER, *USERS) == APPLICATION_ROLES


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("owner", "o'neil@x.example", "of what a tag may have"),
        ("costCentre", "aws:portal", "as a tag may have it"),
        ("domain", f"{'a' * 50}.example", "at most 56 characters (64 of a certificate's name"),
        ("access.onCall", "groundwork-deploy", "another role than access.deploy"),
        ("access.readOnly", "Groundwork-On-Call", "another role than access.onCall"),
        ("access.deploy", "ci//deploy", "the name of an IAM role"),
        ("access.deploy", "bereitschäft", "the name of an IAM role"),
        ("access.deploy", "x" * 65, "the name of an IAM role"),
        (
            "services.api.health.ready",
            "/" + "x" * 255,
            "a path that begins with /, of at most 255 characters",
        ),
        ("services.api.health.live", "/" + "x" * 255, "a path that begins with /, of at most 255 characters"),
        ("services.api.variables", {"X": "a\0b"}, "a text in one line"),
        ("services.api.variables", {"X": "a\x07b"}, "a text in one line"),
        ("services.api.command", ["npm", "a\0b"], "a word"),
        ("services.api.repository", "back//end", "an image's repository"),
        ("services.api.repository", "back..end", "an image's repository"),
        ("migration.command", ["npm", "\ud800"], "a word of the command"),
        ("secrets.sentry-dsn.description", "a\0b", "in one line"),
        ("expiries.apns.description", "a\0b", "in one line"),
        ("payments", {"provider": "Zähler"}, "who takes them"),
        (
            "thresholds",
            {"cpuWarning": 99},
            "thresholds.cpuWarning: found 99; allowed: a whole number from 1 to 98",
        ),
        ("thresholds", {"memoryWarning": 99}, "a whole number from 1 to 98 percent"),
        ("thresholds", {"errorsNotice": 98}, "a whole number from 1 to 97 percent"),
        ("thresholds", {"latencyCritical": 60_000}, "a whole number from 501 to 59999 milliseconds"),
        ("schedules.remove-expired-uploads.schedule", "² * * * *", "0 to 59"),
        ("schedules.remove-expired-uploads.schedule", "٣ * * * *", "0 to 59"),
        ("schedules.remove-expired-uploads.schedule", "0 0 31 2 *", "this one never comes"),
        ("schedules.remove-expired-uploads.schedule", "0 0 31 feb,apr,jun *", "this one never comes"),
        ("secrets.stripe-secret-key.live", "(a+)+$", "(a+)+ is a+"),
        ("secrets.stripe-secret-key.live", "x{99999999999999999999}", "a regular expression"),
    ],
)
def test_a_value_that_is_refused_later_is_refused_at_once(path: str, value: Any, expected: str) -> None:
    found = _lines_of_system(path, value)
    assert [line for line in found if line.startswith("system.yaml: ") and expected in line], found


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("owner", "o.neil+ops@x.example"),
        ("costCentre", "Übersee 7"),
        ("domain", f"{'a' * 48}.example"),
        ("access.deploy", "ci/groundwork-deploy"),
        ("services.api.repository", "ghcr.io:443/triangle/back_end"),
        ("services.api.command", ["app", "-v", "-v"]),
        ("schedules.remove-expired-uploads.schedule", "0 0 29 2 *"),
        ("schedules.remove-expired-uploads.schedule", "0 0 31 2 mon"),  # or a Monday, so it comes
        ("schedules.remove-expired-uploads.schedule", "5/10 0-6/2 1,15 jan-mar MON"),
        ("secrets.stripe-secret-key.live", "^(sk|rk)_live_[a-z]+$"),
    ],
)
def test_what_is_only_unusual_is_taken(path: str, value: Any) -> None:
    assert _lines_of_system(path, value) == []


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize(
    "network", ["10.0.0.0/8", "172.16.4.0/24", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.1/32"]
)
def test_nobody_comes_to_the_public_endpoint_from_a_private_network(environment: str, network: str) -> None:
    (line,) = problems(environment, changed(stack_file(environment), "cluster.apiAccess", [network]))
    assert f'cluster.apiAccess: found "{network}"; allowed: networks of the internet' in line


def test_the_public_endpoint_has_no_more_networks_than_eks_takes() -> None:
    networks = [f"203.0.113.{number}/32" for number in range(41)]
    (line,) = problems(stack=changed(stack_file("prod"), "cluster.apiAccess", networks))
    assert "found 41 entries; allowed: at most 40" in line
    assert problems(stack=changed(stack_file("prod"), "cluster.apiAccess", networks[:40])) == []


def test_the_registry_has_no_more_exceptions_than_ecr_takes() -> None:
    system = system_file()
    services = {f"api-{number}": system["services"]["admin"] for number in range(6)}
    paths = {name: {**one, "route": {"host": name}} for name, one in services.items()}
    system["services"] |= paths
    images = {**stack_file("dev")["images"], **{name: f"branch-{name}" for name in paths}}
    (line,) = problems("dev", {**stack_file("dev"), "images": images}, system)
    assert "images: found 7 different tags; allowed: at most 5" in line


@pytest.mark.contract("NET-2")
@pytest.mark.parametrize("key", ["region", "recoveryRegion"])
@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("us-esat-2", "Did you mean us-east-2?"),
        ("eu-nowhere-9", "allowed: one of ap-northeast-1"),
        ("cn-north-1", "a region of AWS's public cloud (partition `aws`)"),
        ("us-gov-west-1", "a region of AWS's public cloud (partition `aws`)"),
        ("eusc-de-east-1", "a region of AWS's public cloud (partition `aws`)"),
        # Without the prefix list the load balancer would take calls from everybody.
        (
            "ap-northeast-3",
            "Add it to infra/configuration/regions.py: `aws ec2 describe-managed-prefix-lists",
        ),
        ("me-central-1", "`aws account enable-region`), then add it"),
    ],
)
def test_a_region_is_one_that_everything_can_be_in(key: str, region: str, expected: str) -> None:
    found = problems(stack=changed(stack_file("prod"), key, region))
    assert len(found) == 1, found
    assert found[0].startswith(f'Pulumi.prod.yaml: {key}: found "{region}"; allowed: ')
    assert expected in found[0]


def test_a_zone_is_one_that_its_region_has() -> None:
    zones = ["us-west-2a", "us-west-2b", "us-west-2z"]
    (line,) = problems(stack=changed(stack_file("prod"), "network.availabilityZones", zones))
    assert (
        'found "us-west-2z"; allowed: the zones of us-west-2: us-west-2a, us-west-2b, us-west-2c, us-west-2d'
        in line
    )


def test_the_table_of_regions_is_aws_own() -> None:
    from botocore.session import get_session
    from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

    assert set(REGIONS) == set(get_session().get_available_regions("ec2"))
    for name, region in REGIONS.items():
        letters = {zone.name[-1] for zone in RegionsAndZonesBackend.zones[name]}
        assert letters <= set(region.zones)
    assert len({REGIONS[name].cloudfront for name in USABLE}) == len(USABLE)


@pytest.mark.parametrize("key", ["aws:region", "kubernetes:context", "random:seed"])
def test_a_setting_of_a_provider_that_nobody_makes_is_refused(key: str) -> None:
    with pytest.raises(
        pulumi.RunError, match=f"{key}: found a setting of a provider that the program does not use"
    ):
        record("dev", {key: "x"})


def test_an_address_with_an_apostrophe_is_fine_where_it_is_no_tag() -> None:
    assert problems(stack=changed(stack_file("prod"), "alarms.email", "o'neil@x.example")) == []


def _entries(key: str, count: int) -> list[str]:
    """What is said when a list or mapping of the system file has so many entries like the one there."""
    system = system_file()
    *parents, last = key.split(".")
    holder = system
    for parent in parents:
        holder = holder[parent]
    if isinstance(holder[last], dict):
        one = next(iter(holder[last].values()))
        holder[last] = {f"{last[:1]}-{number}": one for number in range(count)}
    else:
        holder[last] = [f"{last}-{number}" for number in range(count)]
    return [line for line in problems(system=system) if f": {key}: found {count} entries" in line]


@pytest.mark.parametrize(
    ("key", "most"),
    [
        ("services", maxima.SERVICES),
        ("schedules", maxima.SCHEDULES),
        ("secrets", maxima.SECRETS),
        ("expiries", maxima.EXPIRIES),
        ("flags", maxima.FLAGS),
        ("queues", maxima.QUEUES),
        ("services.api.secrets", maxima.SECRETS_OF_A_SERVICE),
    ],
)
def test_a_system_has_no_more_of_anything_than_aws_takes(key: str, most: int) -> None:
    assert _entries(key, most) == []
    (line,) = _entries(key, most + 1)
    assert line.endswith(f"allowed: at most {most}.")


def test_an_environment_of_a_function_has_room_for_all_expiries() -> None:
    one = {"ends": "2027-11-01", "description": "x" * 200}
    (line,) = _lines_of_system("expiries", {f"expiry-{number}": one for number in range(8)})
    assert "expiries: found 2040 bytes with all descriptions; allowed: at most 2000" in line
    assert _lines_of_system("expiries", {f"expiry-{number}": one for number in range(7)}) == []


def _routed(count: int, paths: int, hosts: int) -> list[str]:
    system = system_file()
    for number in range(count):
        routes = [f"/{number}/{path}/*" for path in range(paths)]
        system["services"][f"more-{number}"] = {
            **system["services"]["admin"],
            "health": {"live": "/live", "ready": f"/{number}/0/ready"},
            "route": {"host": f"host-{number % hosts}", "paths": routes},
        }
    return [line for line in problems(system=system) if ": services: " in line]


def test_paths_fit_into_the_rules_of_a_load_balancer_and_the_behaviors_of_cloudfront() -> None:
    assert _routed(6, 10, 1) == []
    assert _routed(9, 10, 9) == []
    (line,) = _routed(7, 10, 1)
    assert "found 70 paths on the host host-0; allowed: at most 60: CloudFront takes no more" in line
    (line,) = _routed(10, 10, 10)
    assert "found 102 paths of all services together; allowed: at most 100" in line


def test_a_path_has_no_more_wildcards_than_a_rule_takes() -> None:
    (line,) = _lines_of_system("services.api.route.paths", ["/*", "/*/*/*/*/*/*"])
    assert 'found "/*/*/*/*/*/*"; allowed: at most 5 of * and ?' in line
