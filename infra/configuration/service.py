"""One deployed service, as the system file describes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from infra.configuration import maxima, patterns, platform_names
from infra.configuration.buckets import for_services
from infra.configuration.images import REPOSITORY, REPOSITORY_ALLOWED
from infra.configuration.validation import Described, Problems, Reader

# CloudFront closes a connection after ten quiet minutes, for everybody (its quotas, "idle timeout"). Two
# heartbeats may be lost on the way before a connection counts as quiet.
EDGE_IDLE_SECONDS = 600
HEARTBEATS_UNTIL_IDLE = 3
HEARTBEAT_MAXIMUM = EDGE_IDLE_SECONDS // HEARTBEATS_UNTIL_IDLE

# Each one is a rule of the load balancer and a behavior of CloudFront.
PATHS_MAXIMUM = 10


@dataclass(frozen=True)
class Health:
    """The paths that the probes ask (contract K8S-4)."""

    live: str
    ready: str


@dataclass(frozen=True)
class Resources:
    """What a pod gets: CPU in thousandths of a core, memory in MiB."""

    cpu: int
    memory: int


@dataclass(frozen=True)
class Route:
    """Where the internet reaches a service.

    Args:
        host: in front of the environment's domain (`api`); empty for the domain itself.
        paths: the load balancer's path patterns (`/*`).
    """

    host: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class WebSockets:
    """Connections that stay open (contract K8S-8): their path, and the seconds between heartbeats."""

    path: str
    heartbeat: int


@dataclass(frozen=True)
class Service:
    """One deployed service.

    Args:
        repository: its image's repository, without tag or digest: those are the stack file's. A name is one
            of the environment's own registry; with a host it is somebody else's.
        port: where it serves requests and health checks.
        exposed: whether other pods call it; a worker is not called.
        route: where the internet reaches it; None for a service of the inside.
        websockets: connections that stay open, if it has any.
        sticky: one client's requests go to one pod.
        worker: works through jobs, and says how far behind it is (contract ALM-6).
        database: whether it connects to PostgreSQL.
        redis: whether it connects to the two Redis, where the environment has them.
        variables: environment variables that are the same in every environment.
        secrets: the names of secrets by the environment variables that they go into.
        buckets: the buckets that it reads and writes.
        egress: ports on the internet that it connects to, beside 443.
    """

    name: str
    repository: str
    command: tuple[str, ...]
    port: int
    exposed: bool
    route: Route | None
    websockets: WebSockets | None
    sticky: bool
    worker: bool
    health: Health
    resources: Resources
    database: bool
    redis: bool
    variables: Mapping[str, str]
    secrets: Mapping[str, str]
    buckets: tuple[str, ...]
    egress: tuple[int, ...]


def read_services(
    problems: Problems, root: Reader, file: str, secrets: Collection[str]
) -> Mapping[str, Service]:
    """The section `services`, by name."""
    readers = root.entries(
        "services", pattern=patterns.PART, allowed=patterns.PART_ALLOWED, most=maxima.SERVICES
    )
    if not readers and not problems.concern(file, "services"):
        root.problem("services", {}, "at least one service")
    for name in readers:
        if other := platform_names.pod_name_mistake(name, readers):
            root.section("services").problem(name, name, f"another name: this one is {other}")
    services = {name: _service(name, reader, secrets) for name, reader in readers.items()}
    _check_routes(root, services)
    return MappingProxyType(services)


def _service(name: str, reader: Reader, secrets: Collection[str]) -> Service:
    health = reader.section("health")
    resources = reader.section("resources")
    route = _route(reader)
    service = Service(
        name=name,
        repository=reader.text(
            "repository",
            pattern=REPOSITORY,
            allowed=REPOSITORY_ALLOWED,
            example="backend",
        ),
        command=reader.texts(
            "command",
            pattern=patterns.line(1, 1000),
            allowed="a word",
            example="node",
            default=(),
            repeated=True,
        ),
        port=reader.integer("port", minimum=1024, maximum=65535),  # below 1024 needs root
        exposed=reader.switch("exposed", default=True),
        route=route,
        websockets=_websockets(reader),
        sticky=reader.switch("sticky", default=False),
        worker=reader.switch("worker", default=False),
        health=Health(
            health.text("live", pattern=patterns.PATH, allowed=patterns.PATH_ALLOWED, example="/health/live"),
            health.text(
                "ready", pattern=patterns.PATH, allowed=patterns.PATH_ALLOWED, example="/health/ready"
            ),
        ),
        resources=Resources(
            resources.integer("cpu", minimum=50, maximum=64_000, unit="thousandths of a core"),
            resources.integer("memory", minimum=64, maximum=262_144, unit="MiB"),
        ),
        database=reader.switch("database", default=False),
        redis=reader.switch("redis", default=False),
        variables=MappingProxyType(_variables(reader)),
        secrets=MappingProxyType(_named_secrets(reader, secrets)),
        buckets=_buckets(reader),
        egress=reader.integers(
            "egress", minimum=1, maximum=65535, unit="(ports)", default=(), most=maxima.EGRESS_PORTS
        ),
    )
    for key, wanted in (("websockets", service.websockets), ("sticky", service.sticky)):
        if wanted and route is None and not reader.has("route"):
            reader.problem(key, wanted is True, "a service with a `route`: nobody else reaches this one")
    if route is not None and reader.has("exposed") and not service.exposed:
        reader.problem("exposed", False, "true for a service with a `route`")
    for section in (health, resources, reader):
        section.finish()
    return service


def _route(reader: Reader) -> Route | None:
    section = reader.section_if_there("route")
    if section is None:
        return None
    route = Route(
        section.text(
            "host",
            pattern=patterns.HOST,
            allowed=patterns.HOST_ALLOWED,
            example="api",
        ),
        section.texts(
            "paths",
            pattern=patterns.PATH_PATTERN,
            allowed="a path pattern of a load balancer",
            example="/api/*",
            default=("/*",),
        ),
    )
    section.finish()
    return route


def _websockets(reader: Reader) -> WebSockets | None:
    section = reader.section_if_there("websockets")
    if section is None:
        return None
    websockets = WebSockets(
        section.text("path", pattern=patterns.PATH, allowed=patterns.PATH_ALLOWED, example="/ws"),
        section.integer("heartbeat", minimum=1, maximum=HEARTBEAT_MAXIMUM, unit="seconds"),
    )
    section.finish()
    return websockets


def _check_routes(root: Reader, services: Mapping[str, Service]) -> None:
    taken: dict[tuple[str, str], str] = {}
    section = root.section("services")
    for name, service in services.items():
        if service.route and service.route.host in platform_names.HOSTS:
            whose = platform_names.HOSTS[service.route.host]
            section.problem(f"{name}.route.host", service.route.host, f"another host: this one is {whose}")
        if service.route and len(service.route.paths) > PATHS_MAXIMUM:
            section.problem(f"{name}.route.paths", len(service.route.paths), f"at most {PATHS_MAXIMUM} paths")
        for path in service.route.paths if service.route else ():
            assert service.route is not None
            if path.count("*") + path.count("?") > maxima.WILDCARDS_OF_A_PATH:
                allowed = f"at most {maxima.WILDCARDS_OF_A_PATH} of * and ?: a load balancer takes no more"
                section.problem(f"{name}.route.paths", path, allowed)
            other = taken.setdefault((service.route.host, path), name)
            if other != name:
                section.problem(f"{name}.route.paths", path, f"paths that {other} does not have on this host")
    hosts = Counter(host for host, _ in taken)
    if len(taken) > maxima.PATHS:
        found = Described(f"{len(taken)} paths of all services together")
        root.problem("services", found, f"at most {maxima.PATHS}: the load balancer has no more rules")
    if len(hosts) > maxima.HOSTS:
        found = Described(f"{len(hosts)} hosts")
        root.problem("services", found, f"at most {maxima.HOSTS}: each one has a distribution")
    for host, count in hosts.items():
        if count > maxima.PATHS_OF_A_HOST:
            found = Described(f"{count} paths on the host {host or 'of the domain itself'}")
            root.problem("services", found, f"at most {maxima.PATHS_OF_A_HOST}: CloudFront takes no more")


def _variables(reader: Reader) -> dict[str, str]:
    return reader.words(
        "variables",
        key_pattern=patterns.VARIABLE,
        key_allowed=patterns.VARIABLE_ALLOWED,
        pattern=patterns.line(0, 1000),
        allowed="a text in one line, at most 1000 characters",
        example='"3600"',
        most=maxima.VARIABLES,
    )


def _named_secrets(reader: Reader, secrets: Collection[str]) -> dict[str, str]:
    named = reader.words(
        "secrets",
        key_pattern=patterns.VARIABLE,
        key_allowed=patterns.VARIABLE_ALLOWED,
        pattern=patterns.SECRET,
        allowed="the name of a secret",
        example="stripe-key",
        most=maxima.SECRETS_OF_A_SERVICE,
    )
    for variable, secret in named.items():
        if secret and secret not in secrets:
            reader.section("secrets").problem(
                variable, secret, f"the entries of `secrets`: {', '.join(secrets) or 'there are none'}"
            )
    return named


def _buckets(reader: Reader) -> tuple[str, ...]:
    allowed = for_services()
    return reader.texts(
        "buckets",
        pattern="|".join(allowed),
        allowed=f"one of {', '.join(allowed)}",
        example=allowed[0],
        default=(),
    )
