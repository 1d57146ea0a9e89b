"""The load balancer: the only way to the pods, and CloudFront's alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_random as random
from pulumi_aws import ec2, lb, vpc

from infra.common import CommonArgs
from infra.configuration.platform_names import DOMAIN_SITE, ORIGIN_LABEL
from infra.configuration.pod_lifecycle import (
    FAILURE_THRESHOLD,
    GRACE_SECONDS,
    HEALTHY_CHECKS,
    LEAVE_SECONDS,
    PROBE_PERIOD_SECONDS,
    PROBE_TIMEOUT_SECONDS,
)
from infra.configuration.reachability import specificity
from infra.configuration.regions import REGIONS
from infra.configuration.service import Service
from infra.configuration.service_keys import HEARTBEATS_UNTIL_IDLE
from infra.edge.dns_records import declare_alias
from infra.edge.sites import ORIGIN_HEADER, Site
from infra.foundations import ports
from infra.foundations.security_rules import grant_connection
from infra.naming import Naming

# TLS 1.2 with forward secrecy, and 1.3 (ELB user guide, "Security policies").
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"

# AWS's default; more only where heartbeats come more slowly.
IDLE_TIMEOUT_SECONDS = 60
# What is under way when a pod leaves is answered before it is killed (infra/configuration/pod_lifecycle.py).
DEREGISTRATION_SECONDS = GRACE_SECONDS - LEAVE_SECONDS
STICKY_SECONDS = 86_400
# Of a target that says none. Pods are registered with their own, so that a service that moves to another
# port keeps its group: a binding of pods to a group cannot be moved to another one (EKS's controller refuses
# it), and no target of a new group would be healthy yet.
ANY_PORT = 80
ACCESS_LOGS_PREFIX = "load-balancer"

# A rule's priority is between 1 and 50,000. The more specific a path pattern, the sooner it is asked; short
# ones, which are many, have more places for each length than long ones. Of each length's places the first
# ones are for patterns that do not only end with a wildcard.
_PATTERN_LENGTH_MAXIMUM = 128
_SHORT = 40
_PLACES_SHORT, _PLACES_LONG = (200, 600), (100, 100)


@dataclass(frozen=True)
class LoadBalancerArgs:
    """What a load balancer is made of.

    Args:
        common: names and rules of its place; with `protect` it refuses to be deleted.
        sites: what it serves.
        vpc_id: where it is.
        subnet_ids: the public ones.
        pods_security_group_id: of those that it calls.
        cluster_name: whose controller registers the pods.
        certificate_arn: of the domain, issued.
        zone_id: of the domain.
        domain: of the environment.
        access_logs_bucket: where its access logs go.
        access_logs_ready: the bucket's policy, without which it may not write there.
    """

    common: CommonArgs
    sites: Sequence[Site]
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    pods_security_group_id: pulumi.Input[str]
    cluster_name: str
    certificate_arn: pulumi.Input[str]
    zone_id: pulumi.Input[str]
    domain: str
    access_logs_bucket: str
    access_logs_ready: pulumi.Resource

    @property
    def services(self) -> list[Service]:
        """All that have a route."""
        return [service for site in self.sites for service in site.services]

    @property
    def origin_host(self) -> str:
        """The load balancer's own name."""
        return f"{ORIGIN_LABEL}.{self.domain}"


class LoadBalancer(pulumi.ComponentResource):
    """An Application Load Balancer for every service with a route. Keeps NET-2, K8S-5 and K8S-8.

    Produces the load balancer in the public subnets, a target group of pods for each service, an HTTPS
    listener that refuses whatever does not come through CloudFront, its rules, its security group, and
    the name under which CloudFront finds it. Port 80 is closed.
    """

    origin_host: str
    origin_secret: pulumi.Output[str]
    arn_suffix: pulumi.Output[str]
    target_groups: dict[str, pulumi.Output[str]]
    routes: dict[str, list[lb.ListenerRule]]

    def __init__(self, name: str, args: LoadBalancerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:loadbalancer:LoadBalancer", name, None, opts)
        self._args = args
        self._here = pulumi.ResourceOptions(parent=self)
        self.origin_host = args.origin_host
        # A header's value has no place for other characters.
        self.origin_secret = random.RandomPassword(
            "origin-verify", length=64, special=False, opts=self._here
        ).result
        balancer = self._load_balancer(self._security_group())
        self.arn_suffix = balancer.arn_suffix
        groups = {service.name: self._target_group(service) for service in args.services}
        self.target_groups = {service: group.arn for service, group in groups.items()}
        self.routes = self._rules(self._listener(balancer), groups)
        declare_alias(
            "origin",
            kind="A",
            zone_id=args.zone_id,
            host=args.origin_host,
            target=balancer.dns_name,
            target_zone_id=balancer.zone_id,
            parent=self,
        )
        self.register_outputs({})

    def _security_group(self) -> pulumi.Output[str]:
        args, named = self._args, self._args.common.naming.named("load-balancer")
        group = ec2.SecurityGroup(
            "load-balancer",
            name=named,
            description="CloudFront calls the load balancer, and that calls pods",
            vpc_id=args.vpc_id,
            tags={"Name": named},
            opts=self._here,
        )
        vpc.SecurityGroupIngressRule(
            "cloudfront",
            description="HTTPS",
            security_group_id=group.id,
            # It counts as 55 of a group's 60 rules.
            prefix_list_id=REGIONS[args.common.naming.region].cloudfront,
            ip_protocol="tcp",
            from_port=ports.HTTPS,
            to_port=ports.HTTPS,
            opts=self._here,
        )
        for port in sorted({service.port for service in args.services}):
            name, pods_group = f"pods-{port}", args.pods_security_group_id
            grant_connection(
                name,
                leaving="To pods",
                arriving="From the load balancer",
                source=group.id,
                destination=pods_group,
                port=port,
                parent=self,
            )
        return group.id

    def _load_balancer(self, security_group_id: pulumi.Output[str]) -> lb.LoadBalancer:
        args = self._args
        return lb.LoadBalancer(
            "load-balancer",
            name=args.common.naming.prefix,
            load_balancer_type="application",
            internal=False,
            subnets=list(args.subnet_ids),
            security_groups=[security_group_id],
            idle_timeout=idle_timeout(args.services),
            # What HTTP does not allow is how requests are smuggled past a firewall.
            drop_invalid_header_fields=True,
            desync_mitigation_mode="defensive",
            enable_deletion_protection=args.common.protect,
            access_logs=lb.LoadBalancerAccessLogsArgs(
                enabled=True, bucket=args.access_logs_bucket, prefix=ACCESS_LOGS_PREFIX
            ),
            opts=pulumi.ResourceOptions(
                parent=self, protect=args.common.protect, depends_on=[args.access_logs_ready]
            ),
        )

    def _target_group(self, service: Service) -> lb.TargetGroup:
        args = self._args
        return lb.TargetGroup(
            service.name,
            name=target_group_name(args.common.naming, service),
            target_type="ip",
            protocol="HTTP",
            port=ANY_PORT,
            vpc_id=args.vpc_id,
            deregistration_delay=DEREGISTRATION_SECONDS,
            health_check=lb.TargetGroupHealthCheckArgs(
                enabled=True,
                protocol="HTTP",
                path=service.health.ready,
                matcher="200-299",
                interval=PROBE_PERIOD_SECONDS,
                timeout=PROBE_TIMEOUT_SECONDS,
                healthy_threshold=HEALTHY_CHECKS,
                unhealthy_threshold=FAILURE_THRESHOLD,
            ),
            stickiness=lb.TargetGroupStickinessArgs(
                enabled=service.sticky, type="lb_cookie", cookie_duration=STICKY_SECONDS
            ),
            # EKS Auto Mode registers pods in target groups of its own cluster alone
            # (AmazonEKSLoadBalancingPolicy).
            tags={"Name": args.common.naming.named(service.name), "eks:eks-cluster-name": args.cluster_name},
            # Never replaced: pods are bound to it for good. Groups of 0.1.0 have the port of their service.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["name", "port"]),
        )

    def _listener(self, balancer: lb.LoadBalancer) -> lb.Listener:
        refusal = lb.ListenerDefaultActionFixedResponseArgs(
            content_type="text/plain", message_body="Forbidden", status_code="403"
        )
        return lb.Listener(
            "https",
            load_balancer_arn=balancer.arn,
            port=ports.HTTPS,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=self._args.certificate_arn,
            default_actions=[lb.ListenerDefaultActionArgs(type="fixed-response", fixed_response=refusal)],
            opts=self._here,
        )

    def _rules(
        self, listener: lb.Listener, groups: dict[str, lb.TargetGroup]
    ) -> dict[str, list[lb.ListenerRule]]:
        """One for each host and path, called by them: a service that is renamed keeps its rules.

        Gives them by service.
        """
        made: dict[str, list[lb.ListenerRule]] = {service: [] for service in groups}
        hosts = {service.name: site.host for site in self._args.sites for service in site.services}
        rules = {rule: service.name for service in self._args.services for rule in rules_of(service)}
        for (label, path), place in priorities(rules).items():
            service = rules[label, path]
            rule = lb.ListenerRule(
                f"{label}{path}",
                listener_arn=listener.arn,
                priority=place,
                actions=[lb.ListenerRuleActionArgs(type="forward", target_group_arn=groups[service].arn)],
                conditions=[
                    *_conditions(hosts[service], path),
                    lb.ListenerRuleConditionArgs(
                        http_header=lb.ListenerRuleConditionHttpHeaderArgs(
                            http_header_name=ORIGIN_HEADER, values=[self.origin_secret]
                        )
                    ),
                ],
                opts=self._here,
            )
            made[service].append(rule)
        return made


def idle_timeout(services: Sequence[Service]) -> int:
    """Seconds without a byte after which a connection is closed: heartbeats keep it open (K8S-8)."""
    heartbeats = [service.websockets.heartbeat for service in services if service.websockets]
    return max([IDLE_TIMEOUT_SECONDS, *(HEARTBEATS_UNTIL_IDLE * heartbeat for heartbeat in heartbeats)])


def target_group_name(naming: Naming, service: Service) -> str:
    """At most 32 characters."""
    digest = hashlib.sha256(naming.named(service.name).encode()).hexdigest()[:8]
    return f"{service.name[:23].rstrip('-')}-{digest}"


def rules_of(service: Service) -> list[tuple[str, str]]:
    """What stands in front of the domain, and path, of each rule of a service."""
    assert service.route is not None
    return [(service.route.host or DOMAIN_SITE, path) for path in service.route.paths]


def priorities(rules: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Of each rule: exact before general.

    A place follows from host and path alone: AWS refuses one that is taken, also by a rule that is about to
    move or to go, so that what comes and goes must move no other. Only where two fall on one place (of some
    hundreds) does one of them take the next.
    """
    taken: dict[int, tuple[str, str]] = {}
    for rule in sorted(rules):
        first, places = _band(rule[1])
        start = int.from_bytes(hashlib.sha256("".join(rule).encode()).digest()[:8])
        order = (first + (start + step) % places for step in range(places))
        taken[next(place for place in order if place not in taken)] = rule
    return {rule: place for place, rule in taken.items()}


def _band(path: str) -> tuple[int, int]:
    """The first place of all patterns as specific as this one, and how many there are."""
    length, sooner = specificity(path)
    of_length = _PLACES_LONG if length > _SHORT else _PLACES_SHORT
    longer = (_PATTERN_LENGTH_MAXIMUM - max(length, _SHORT)) * sum(_PLACES_LONG)
    shorter = max(_SHORT - length, 0) * sum(_PLACES_SHORT)
    first = 1 + longer + shorter
    return (first, of_length[0]) if sooner else (first + of_length[0], of_length[1])


def _conditions(host: str, path: str) -> list[lb.ListenerRuleConditionArgs]:
    return [
        lb.ListenerRuleConditionArgs(host_header=lb.ListenerRuleConditionHostHeaderArgs(values=[host])),
        lb.ListenerRuleConditionArgs(path_pattern=lb.ListenerRuleConditionPathPatternArgs(values=[path])),
    ]
