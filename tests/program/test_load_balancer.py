"""NET-2, K8S-5, K8S-8: which requests come to which pods, by what way and with whose certificate."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.configuration.pod_lifecycle import GRACE_SECONDS, LEAVE_SECONDS
from infra.configuration.service_keys import HEARTBEAT_MAXIMUM
from infra.edge.load_balancer import priorities
from tests.support.engine_values import Secret
from tests.support.recorder import Recording, record, stack_file, system_file
from tests.support.recordings import SYSTEMS, routed_services, system_recording

EACH_SYSTEM = pytest.mark.parametrize("system", SYSTEMS)
LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"
LISTENER = "aws:lb/listener:Listener"
RULE = "aws:lb/listenerRule:ListenerRule"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
RECORD = "aws:route53/record:Record"
BINDING = "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def _conditions(rule: Any) -> dict[str, Any]:
    return {name: block for condition in rule.inputs["conditions"] for name, block in condition.items()}


@pytest.mark.contract("NET-2")
def test_only_cloudfront_comes_to_the_load_balancer_and_only_by_https(each: Recording) -> None:
    rules = each.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").values()
    into = [rule.inputs for rule in rules if rule.inputs["securityGroupId"] == "load-balancer-id"]
    assert [(rule["prefixListId"], rule["fromPort"], rule["toPort"]) for rule in into] == [
        ("pl-82a045eb", 443, 443)
    ]
    assert not [rule.urn for rule in rules if rule.inputs.get("cidrIpv4") == "0.0.0.0/0"]
    assert [listener.inputs["port"] for listener in each.of(LISTENER).values()] == [443]


@pytest.mark.contract("NET-2")
def test_the_load_balancer_reaches_pods_by_reference_alone(each: Recording) -> None:
    rules = each.of("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    out = [rule.inputs for rule in rules.values() if rule.inputs["securityGroupId"] == "load-balancer-id"]
    assert [(rule["referencedSecurityGroupId"], rule["fromPort"]) for rule in out] == [("pods-id", 8080)]


@pytest.mark.contract("NET-2")
@EACH_SYSTEM
def test_a_request_that_did_not_come_through_cloudfront_is_refused(system: str) -> None:
    recording = system_recording(system, "prod")
    (refusal,) = recording.one(LISTENER, "https").inputs["defaultActions"]
    assert (refusal["type"], refusal["fixedResponse"]["statusCode"]) == ("fixed-response", "403")
    rules = recording.of(RULE)
    assert rules
    for rule in rules.values():
        header = _conditions(rule)["httpHeader"]
        (value,) = rule.plain("conditions")[-1]["httpHeader"]["values"]
        assert header["httpHeaderName"] == "X-Origin-Verify"
        for site in recording.of(DISTRIBUTION).values():
            sent = [
                one["value"] for origin in site.plain("origins") for one in origin.get("customHeaders", [])
            ]
            assert set(sent) <= {value}


@pytest.mark.contract("NET-2")
def test_the_header_that_lets_in_is_a_secret_everywhere(prod: Recording) -> None:
    for rule in prod.of(RULE).values():
        (header,) = [one["httpHeader"] for one in rule.inputs["conditions"] if "httpHeader" in one]
        values = header["values"]
        assert isinstance(values, Secret) or all(isinstance(value, Secret) for value in values)
    for site in prod.of(DISTRIBUTION).values():
        for origin in site.inputs["origins"]:
            assert all(isinstance(one["value"], Secret) for one in origin["customHeaders"])


@EACH_SYSTEM
def test_a_narrower_path_is_asked_first_and_no_two_rules_have_one_priority(system: str) -> None:
    rules = system_recording(system, "dev").of(RULE).values()
    found = sorted((rule.inputs["priority"], _conditions(rule)["pathPattern"]["values"][0]) for rule in rules)
    assert len({number for number, _ in found}) == len(found)
    assert all(1 <= number <= 50_000 for number, _ in found)
    assert all(len(first) >= len(second) for (_, first), (_, second) in pairwise(found))


def test_priorities_stay_within_what_the_load_balancer_takes() -> None:
    longest, general = ("api", "/" + "a" * 127), ("api", "/*")
    found = priorities([general, longest, ("api", "/api/*")])
    assert all(1 <= place <= 50_000 for place in found.values())
    assert found[longest] < found["api", "/api/*"] < found[general]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/api/me", "/api/me*"),
        ("/api/*/files", "/api/*"),
        ("/api/?", "/api/*"),
        ("/" + "a" * 41, "/" + "a" * 40 + "*"),
        ("/" + "a" * 40 + "*", "/" + "a" * 39),
        ("/" + "a" * 60, "/" + "a" * 60 + "*"),
    ],
)
def test_the_more_specific_of_two_patterns_is_asked_first_whatever_the_host(first: str, second: str) -> None:
    rules = [(f"host-{number}", path) for number in range(20) for path in (second, first)]
    found = priorities(rules)
    assert max(found[host, first] for host, _ in rules) < min(found[host, second] for host, _ in rules)


def test_a_rule_that_comes_or_goes_moves_no_other() -> None:
    hosts = [(name, "/*") for name in ("api", "admin", "app", "portal", "socket", "hooks", "domain", "cdn")]
    found = priorities(hosts)
    assert len(set(found.values())) == len(hosts)
    assert all(priorities([host]) == {host: place} for host, place in found.items())


def test_a_service_with_another_name_keeps_its_rules(tmp_path: Path) -> None:
    def rules(named: str) -> dict[str, int]:
        system = system_file()
        system["services"] = {
            named if name == "admin" else name: each for name, each in system["services"].items()
        }
        file = tmp_path / f"{named}.yaml"
        file.write_text(yaml.safe_dump(system))
        images = {
            named if name == "admin" else name: image for name, image in stack_file("dev")["images"].items()
        }
        found = record("dev", {"systemFile": str(file), "images": images}).of(RULE)
        return {name: rule.inputs["priority"] for name, rule in found.items()}

    assert rules("admin") == rules("back-office") != {}


def test_two_rules_at_one_place_get_two() -> None:
    # More than there are places is not tried: a load balancer takes a hundred rules.
    crowded = [(f"host-{number}", "/" + "a" * 60) for number in range(100)]
    assert len(set(priorities(crowded).values())) == 100


@pytest.mark.contract("K8S-5")
@EACH_SYSTEM
def test_every_service_with_a_route_has_a_target_group_that_its_pods_are_bound_to(system: str) -> None:
    recording = system_recording(system, "prod")
    assert set(recording.of(TARGET_GROUP)) == set(routed_services(system))
    for name, service in routed_services(system).items():
        group = recording.one(TARGET_GROUP, name)
        check = group.inputs["healthCheck"]
        # Pods are registered with the port that they have: another one must not make another group.
        assert (group.inputs["targetType"], group.inputs["port"]) == ("ip", 80)
        assert group.ignore_changes == ("name", "port")
        assert check["path"] == service["health"]["ready"]
        asked = (check["enabled"], check["protocol"], group.inputs["protocol"], check["matcher"])
        assert asked == (True, "HTTP", "HTTP", "200-299")
        assert check["unhealthyThreshold"] == 3
        # As soon as the kubelet would; and twice before the first request, within half a minute.
        assert (check["interval"], check["healthyThreshold"]) == (10, 2)
        # ELB refuses an answer that may take longer than until the next question (CreateTargetGroup).
        assert check["timeout"] < check["interval"]
        assert group.inputs["tags"]["eks:eks-cluster-name"] == f"{system}-prod"
        assert len(group.inputs["name"]) <= 32
        spec = recording.one(BINDING, f"{name}-targets").inputs["spec"]
        assert spec["serviceRef"] == {"name": name, "port": 80}
        assert spec["targetGroupARN"] == f"arn:aws:lb:us-west-2:123456789012:{name}"
        # Pods have addresses of their own; on a node the load balancer would find a closed port.
        assert spec["targetType"] == "ip"


@pytest.mark.contract("K8S-5")
def test_pods_leave_the_load_balancer_before_they_are_killed(each: Recording) -> None:
    for group in each.of(TARGET_GROUP).values():
        assert group.inputs["deregistrationDelay"] + LEAVE_SECONDS <= GRACE_SECONDS


@pytest.mark.contract("S3-4")
def test_a_request_that_is_no_http_does_not_reach_a_pod(each: Recording) -> None:
    balancer = each.one(LOAD_BALANCER, "load-balancer").inputs
    assert (balancer["dropInvalidHeaderFields"], balancer["desyncMitigationMode"]) == (True, "defensive")


@pytest.mark.contract("K8S-5")
def test_a_new_pod_is_ready_only_when_the_load_balancer_says_so(each: Recording) -> None:
    namespace = each.one("kubernetes:core/v1:Namespace", "triangle")
    labels = namespace.inputs["metadata"]["labels"]
    assert labels["eks.amazonaws.com/pod-readiness-gate-inject"] == "enabled"
    # The gate is put into pods that are made after the binding.
    binding = each.one(BINDING, "api-targets")
    assert binding.urn in each.one(DEPLOYMENT, "api").depends_on
    service = each.one("kubernetes:core/v1:Service", "api")
    assert service.urn in binding.depends_on
    assert service.inputs["metadata"]["annotations"]["pulumi.com/skipAwait"] == "true"


@pytest.mark.contract("K8S-8")
@EACH_SYSTEM
def test_idle_connections_outlive_lost_heartbeats(system: str) -> None:
    idle = system_recording(system, "prod").one(LOAD_BALANCER, "load-balancer").inputs["idleTimeout"]
    heartbeats = [s["websockets"]["heartbeat"] for s in routed_services(system).values() if "websockets" in s]
    assert all(idle > 2 * heartbeat for heartbeat in heartbeats)
    assert 60 <= idle <= 600


@pytest.mark.contract("K8S-8")
def test_cloudfront_keeps_the_slowest_heartbeats_connection() -> None:
    assert 2 * HEARTBEAT_MAXIMUM < 600


@pytest.mark.contract("K8S-8")
@EACH_SYSTEM
def test_clients_stick_to_a_pod_where_the_system_file_asks(system: str) -> None:
    groups = system_recording(system, "prod").of(TARGET_GROUP)
    for name, service in routed_services(system).items():
        stickiness = groups[name].inputs["stickiness"]
        assert (stickiness["type"], stickiness["enabled"]) == ("lb_cookie", service.get("sticky", False))


def test_the_zone_and_the_load_balancer_cannot_be_removed_by_mistake(like_prod: Recording) -> None:
    assert like_prod.one("aws:route53/zone:Zone", "zone").protect
    balancer = like_prod.one(LOAD_BALANCER, "load-balancer")
    assert balancer.protect
    assert balancer.inputs["enableDeletionProtection"]


def test_certificates_are_validated_by_a_record_and_only_amazon_issues_them(each: Recording) -> None:
    certificates = each.of("aws:acm/certificate:Certificate")
    assert {name: one.provider for name, one in certificates.items()} == {
        "load-balancer": "aws",
        "edge": "aws-global",
    }
    for one in certificates.values():
        assert one.inputs["subjectAlternativeNames"] == [f"*.{one.inputs['domainName']}"]
        # Renewed without anybody's doing, which an e-mail is not.
        assert one.inputs["validationMethod"] == "DNS"
    for validation in each.of("aws:acm/certificateValidation:CertificateValidation").values():
        assert {each.by_urn(urn).name for urn in validation.references["validationRecordFqdns"]} == {
            "validation"
        }
    listener = each.one(LISTENER, "https")
    assert (listener.inputs["protocol"], listener.inputs["port"]) == ("HTTPS", 443)
    assert each.one(LOAD_BALANCER, "load-balancer").inputs["loadBalancerType"] == "application"
    assert listener.inputs["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    issuers = each.one(RECORD, "authorities").inputs["records"]
    assert '0 issue "amazon.com"' in issuers


def test_access_is_logged_without_what_would_let_in(each: Recording) -> None:
    logs = each.one(LOAD_BALANCER, "load-balancer").inputs["accessLogs"]
    assert logs["enabled"]
    assert logs["bucket"] == each.one("aws:s3/bucket:Bucket", "access-logs").inputs["bucket"]
    policy = json.loads(each.one("aws:s3/bucketPolicy:BucketPolicy", "access-logs").plain("policy"))
    senders = {one["Principal"]["Service"] for one in policy["Statement"] if one["Effect"] == "Allow"}
    assert {"logdelivery.elasticloadbalancing.amazonaws.com", "delivery.logs.amazonaws.com"} <= senders
    deliveries = each.of("aws:cloudwatch/logDelivery:LogDelivery")
    assert set(deliveries) == set(each.of(DISTRIBUTION))
    sources = each.of("aws:cloudwatch/logDeliverySource:LogDeliverySource").values()
    assert {source.inputs["logType"] for source in sources} == {"ACCESS_LOGS"}
    to = each.one("aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination", "access-logs").inputs
    folder = f"arn:aws:s3:::{logs['bucket']}/cdn"
    assert to["deliveryDestinationConfiguration"] == {"destinationResourceArn": folder}
    for delivery in deliveries.values():
        assert delivery.inputs["deliveryDestinationArn"].endswith(":access-logs")
        assert not {"cs(Cookie)", "cs-uri-query"} & set(delivery.inputs["recordFields"])
