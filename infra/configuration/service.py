"""One deployed service, as the system file describes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from infra.configuration import maxima, platform_names
from infra.configuration import service_keys as keys
from infra.configuration.validation import Described, Problems, Reader, did_you_mean


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
    readers = keys.SERVICES.entries(root)
    if not readers and not problems.concern(file, "services"):
        root.problem("services", {}, "at least one service")
    for name in readers:
        if other := platform_names.pod_name_mistake(name, readers):
            root.section("services").problem(name, name, f"another name: this one is {other}")
    services = {name: _service(name, reader, secrets) for name, reader in readers.items()}
    _check_routes(root, services)
    return MappingProxyType(services)


def _service(name: str, reader: Reader, secrets: Collection[str]) -> Service:
    health, resources = keys.HEALTH.read(reader), keys.RESOURCES.read(reader)
    service = Service(
        name=name,
        route=_route(reader),
        repository=keys.IMAGE.read(reader),
        command=keys.COMMAND.read(reader),
        port=keys.PORT.read(reader),
        exposed=keys.EXPOSED.read(reader),
        websockets=_websockets(reader),
        sticky=keys.STICKY.read(reader),
        worker=keys.WORKER.read(reader),
        health=Health(keys.LIVE.read(health), keys.READY.read(health)),
        resources=Resources(keys.CPU.read(resources), keys.MEMORY.read(resources)),
        database=keys.DATABASE.read(reader),
        redis=keys.REDIS.read(reader),
        variables=MappingProxyType(keys.VARIABLES.read(reader)),
        secrets=MappingProxyType(_named_secrets(reader, secrets)),
        buckets=keys.buckets_key().read(reader),
        egress=keys.EGRESS.read(reader),
    )
    for key, wanted in ((keys.WEBSOCKETS, service.websockets), (keys.STICKY, service.sticky)):
        if wanted and service.route is None and not reader.has(keys.ROUTE.name):
            reader.problem(key.name, wanted is True, keys.ROUTED)
    if service.route is not None and reader.has(keys.EXPOSED.name) and not service.exposed:
        reader.problem(keys.EXPOSED.name, False, keys.MUST_BE_EXPOSED)
    for section in (health, resources, reader):
        section.finish()
    return service


def _route(reader: Reader) -> Route | None:
    section = keys.ROUTE.if_there(reader)
    if section is None:
        return None
    route = Route(keys.ROUTE_HOST.read(section), keys.PATHS.read(section))
    section.finish()
    return route


def _websockets(reader: Reader) -> WebSockets | None:
    section = keys.WEBSOCKETS.if_there(reader)
    if section is None:
        return None
    websockets = WebSockets(keys.WEBSOCKETS_PATH.read(section), keys.HEARTBEAT.read(section))
    section.finish()
    return websockets


def _check_routes(root: Reader, services: Mapping[str, Service]) -> None:
    taken: dict[tuple[str, str], str] = {}
    section = root.section("services")
    for name, service in services.items():
        if service.route and service.route.host in platform_names.HOSTS:
            whose = platform_names.HOSTS[service.route.host]
            section.problem(f"{name}.route.host", service.route.host, f"another host: this one is {whose}")
        for path in service.route.paths if service.route else ():
            assert service.route is not None
            if path.count("*") + path.count("?") > maxima.WILDCARDS_OF_A_PATH:
                allowed = f"at most {maxima.WILDCARDS_OF_A_PATH} of * and ?: a load balancer takes no more"
                section.problem(f"{name}.route.paths", path, allowed)
            other = taken.setdefault((service.route.host, path), name)
            if other != name:
                allowed = f"paths that {other} does not have on this host"
                advice = "Give one of the two another `host`, or `paths` of its own."
                section.problem(f"{name}.route.paths", path, allowed, advice)
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


def _named_secrets(reader: Reader, secrets: Collection[str]) -> dict[str, str]:
    named = keys.NAMED_SECRETS.read(reader)
    for variable, secret in named.items():
        if secret and secret not in secrets:
            allowed = f"the entries of `secrets`: {', '.join(secrets) or 'there are none'}"
            advice = did_you_mean(secret, secrets) or "Declare it there first."
            reader.section("secrets").problem(variable, secret, allowed, advice)
    return named
