"""Keys of a service in the system file: their declarations."""

from __future__ import annotations

from infra.configuration import maxima, patterns
from infra.configuration.buckets import for_services
from infra.configuration.images import repository_key
from infra.configuration.keys import Names, Section
from infra.configuration.kinds import Mapped, Number, Numbers, Switch, Text, Texts, some_of

# CloudFront closes a connection after ten quiet minutes, for everybody (its quotas, "idle timeout"). Two
# heartbeats may be lost on the way before a connection counts as quiet.
EDGE_IDLE_SECONDS = 600
HEARTBEATS_UNTIL_IDLE = 3
HEARTBEAT_MAXIMUM = EDGE_IDLE_SECONDS // HEARTBEATS_UNTIL_IDLE

# Each one is a rule of the load balancer and a behavior of CloudFront.
PATHS_MAXIMUM = 10


ROUTED = "a service with a `route`: nobody else reaches this one"
MUST_BE_EXPOSED = "true for a service with a `route`"
LEADS = "a path that leads to this service from outside"


def _path(name: str, meaning: str, example: str, *rules: str) -> Text:
    return Text(
        name,
        meaning=meaning,
        pattern=patterns.PATH,
        words=patterns.PATH_ALLOWED,
        rules=rules,
        example=example,
    )


LIVE = _path("live", "what the probe asks that restarts a pod (contract K8S-4)", "/health/live")
READY = _path(
    "ready",
    "what the probe asks before a pod gets requests; with a `route` it is asked from the internet too",
    "/health/ready",
    LEADS,
)
HEALTH = Section("health", parts=(LIVE, READY))

CPU = Number(
    "cpu",
    meaning="what a pod gets",
    minimum=50,
    maximum=64_000,
    unit="thousandths of a core",
    example=250,
)
MEMORY = Number("memory", meaning="what a pod gets", minimum=64, maximum=262_144, unit="MiB", example=256)
RESOURCES = Section("resources", parts=(CPU, MEMORY))

ROUTE_HOST = Text(
    "host",
    meaning="where the internet reaches it",
    pattern=patterns.HOST,
    words=patterns.HOST_ALLOWED,
    example="chat",
)
PATHS = Texts(
    "paths",
    meaning="which paths of the host are this service's; the load balancer takes the most specific one",
    pattern=patterns.PATH_PATTERN,
    words="a path pattern of a load balancer",
    most=PATHS_MAXIMUM,
    noun="paths",
    default=("/*",),
    rules=(
        f"at most {maxima.WILDCARDS_OF_A_PATH} of * and ?",
        f"{maxima.PATHS_OF_A_HOST} on a host, {maxima.PATHS} together on {maxima.HOSTS} hosts",
    ),
    example=["/*"],
)
ROUTE = Section("route", optional=True, absent="a service of the inside", parts=(ROUTE_HOST, PATHS))

WEBSOCKETS_PATH = _path("path", "of connections that stay open (contract K8S-8)", "/ws", LEADS)
HEARTBEAT = Number(
    "heartbeat",
    meaning="between heartbeats (`WS_HEARTBEAT_INTERVAL`)",
    minimum=1,
    maximum=HEARTBEAT_MAXIMUM,
    unit="seconds",
    example=30,
)
WEBSOCKETS = Section("websockets", optional=True, absent="none", parts=(WEBSOCKETS_PATH, HEARTBEAT))


def _switch(name: str, meaning: str, *rules: str, default: bool = False) -> Switch:
    return Switch(name, meaning=meaning, default=default, rules=rules, example=True)


IMAGE = repository_key(
    "the image's repository, without tag or digest: a name of the environment's own registry (ECR,"
    " `<system>/<name>`), or with a host somebody else's"
)
COMMAND = Texts(
    "command",
    meaning="what runs in it",
    pattern=patterns.line(1, 1000),
    words="a word",
    repeated=True,
    default=(),
    default_words="the image's own",
    example=["npm", "run", "chat"],
)
PORT = Number(
    "port",
    meaning="where it serves requests and health checks",
    minimum=1024,  # below it needs root
    maximum=65535,
    example=8080,
)
EXPOSED = _switch("exposed", "whether other pods call it", MUST_BE_EXPOSED, default=True)
STICKY = _switch("sticky", "one client's requests go to one pod", ROUTED)
WORKER = _switch(
    "worker", "it works through jobs, and there are alarms on its lag and heartbeat (contract ALM-6)"
)
DATABASE = _switch("database", "whether it connects to PostgreSQL")
REDIS = _switch("redis", "whether it connects to both Redis, where the environment has them")
VARIABLES = Mapped(
    "variables",
    meaning="environment variables, the same everywhere",
    names=Names(patterns.VARIABLE, patterns.VARIABLE_ALLOWED, maxima.VARIABLES),
    item=Text(
        "",
        meaning="",
        pattern=patterns.line(0, 1000),
        words="a text in one line, at most 1000 characters",
        example="3600",
    ),
    entry="<VARIABLE>",
    default_words="none",
    rules=("a variable that the platform does not set itself",),
    example={"SESSION_SECONDS": "3600"},
)
NAMED_SECRETS = Mapped(
    "secrets",
    meaning="the secret that a variable holds",
    names=Names(patterns.VARIABLE, patterns.VARIABLE_ALLOWED, maxima.SECRETS_OF_A_SERVICE),
    item=Text(
        "", meaning="", pattern=patterns.SECRET, words="the name of a secret", example="stripe-secret-key"
    ),
    entry="<VARIABLE>",
    default_words="none",
    rules=("the entries of `secrets`",),
    example={"STRIPE_SECRET_KEY": "stripe-secret-key"},
)


def buckets_key() -> Texts:
    """The declaration of the buckets of a service: those of the catalogue as it is."""
    allowed = for_services()
    return some_of(
        "buckets",
        allowed,
        meaning="which it reads and writes",
        default=(),
        example=list(allowed[:1]),
    )


EGRESS = Numbers(
    "egress",
    meaning="ports on the internet that it connects to, beside 443",
    minimum=1,
    maximum=65535,
    unit="(ports)",
    most=maxima.EGRESS_PORTS,
    default=(),
    example=[587],
)
SERVICES = Section(
    "services",
    title="Services",
    intro="""How many there may be of each thing is in `infra/configuration/maxima.py`: a system with
all of it still fits into AWS's quotas for a new account. Variables that the platform sets itself are in
[application.md](application.md).""",
    names=Names(patterns.PART, patterns.PART_ALLOWED, maxima.SERVICES),
    example_name="chat",
    parts=(
        IMAGE,
        COMMAND,
        PORT,
        HEALTH,
        RESOURCES,
        EXPOSED,
        ROUTE,
        WEBSOCKETS,
        STICKY,
        WORKER,
        DATABASE,
        REDIS,
        buckets_key(),
        VARIABLES,
        NAMED_SECRETS,
        EGRESS,
    ),
)
