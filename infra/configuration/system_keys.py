"""Keys of the system file that no module of their own reads: their declarations."""

from __future__ import annotations

from infra.configuration import maxima, patterns
from infra.configuration.application_check import APPLICATION_CHECK
from infra.configuration.environments import Environment
from infra.configuration.images import SYSTEM_IMAGES
from infra.configuration.jobs import JOBS, MIGRATION, SCHEDULES
from infra.configuration.keys import Fixed, Names, Section
from infra.configuration.kinds import Choice, Day, Mapped, Number, Numbers, Text, Texts, some_of
from infra.configuration.retired_services import RETIRED
from infra.configuration.secrets import SECRETS
from infra.configuration.service_keys import SERVICES
from infra.configuration.source import SOURCE
from infra.configuration.thresholds import POOL, THRESHOLDS
from infra.configuration.validation import LIST_MAXIMUM

# S3 names have 63 characters at most: the system's, the environment's, the bucket's, the account's and
# the region's names share them.
NAME_LENGTH_MAXIMUM = 15

# Runbook 000: 1 minute, 5 minutes, 30 minutes, 2 hours; what fails once more is a dead letter.
RETRY_DELAYS = (60, 300, 1800, 7200)

DELAYS_GROW = "delays that grow from attempt to attempt"

NAME = Text(
    "name",
    meaning="the system; part of most names in AWS, and the database's",
    # RDS takes no two hyphens in a row.
    pattern=rf"(?=.{{1,{NAME_LENGTH_MAXIMUM}}}$)(?!.*--){patterns.NAME}",
    words=f"{patterns.NAME_ALLOWED}, at most {NAME_LENGTH_MAXIMUM} characters, no two hyphens in a row",
    rules=("no word that PostgreSQL, RDS or the cluster reserves (`infra/configuration/reserved_names.py`)",),
    fixed=Fixed("it is part of all names and ARNs"),
    example="triangle",
)
OWNER = Text(
    "owner",
    meaning="who answers for it; a tag of every resource",
    pattern=patterns.TAG_EMAIL,
    words="the e-mail address of who answers for it, of what a tag may have (letters, digits, ._+=/-@)",
    example="platform@example.com",
)
COST_CENTRE = Text(
    "costCentre",
    meaning="who pays for it; a tag of every resource",
    pattern=patterns.TAG,
    words="a cost centre, as a tag may have it (letters, digits, blanks and _.:/=+-@), at most 128"
    " characters",
    example="portal",
)
DATA_CLASS = Choice(
    "dataClass",
    meaning="what may happen when its data gets out; a tag of every resource",
    choices=("public", "internal", "confidential", "restricted"),
    example="confidential",
)
DOMAIN = Text(
    "domain",
    meaning="prod's domain; "
    + ", ".join(f"{each} is at `{each.standard.host}.` of it" for each in Environment if each.standard.host),
    pattern=patterns.DOMAIN,
    words=patterns.DOMAIN_ALLOWED,
    example="portal.example.com",
)
DEBUG = Texts(
    "debug",
    meaning="variables that a stack file may switch on for a while",
    pattern=patterns.VARIABLE,
    words=patterns.VARIABLE_ALLOWED,
    rules=("a variable that no service has already",),
    default=(),
    example=["DEBUG_MODE"],
)
QUEUES = Texts(
    "queues",
    meaning="queues whose depth and dead letters are watched",
    pattern=patterns.PART,
    words=patterns.PART_ALLOWED,
    most=maxima.QUEUES,
    default=(),
    example=["notifications"],
)
FLAGS = Mapped(
    "flags",
    meaning="the environments in which a feature is on; `FEATURE_<NAME>` is `enabled` or `disabled`",
    names=Names(patterns.SECRET, patterns.SECRET_ALLOWED, maxima.FLAGS),
    item=some_of(
        "",
        Environment,
        meaning="",
        default=(),
        example=[next(iter(Environment)).value],
    ),
    default_words="none",
    rules=(", ".join(f"{one} before {following}" for one, following in Environment.steps()),),
    example={"new-dashboard": [next(iter(Environment)).value]},
)


def _role(name: str, meaning: str, example: str) -> Text:
    return Text(name, meaning=meaning, pattern=patterns.ROLE, words=patterns.ROLE_ALLOWED, example=example)


DEPLOY = _role("deploy", "who rolls out", "groundwork-deploy")
ON_CALL = _role("onCall", "who is on call", "groundwork-on-call")
READ_ONLY = _role("readOnly", "who looks on", "groundwork-read-only")
ACCESS = Section(
    "access",
    title="Access",
    intro="IAM roles, outside of this program, that work on the cluster; three different ones.",
    parts=(DEPLOY, ON_CALL, READ_ONLY),
)

FRONTEND_HOST = Text(
    "host",
    meaning="the host of a static site",
    pattern=patterns.HOST,
    words=patterns.HOST_ALLOWED,
    default="",
    example="www",
)
FRONTEND = Section(
    "frontend", title="Frontend", optional=True, absent="there is no site", parts=(FRONTEND_HOST,)
)

DELAYS = Numbers(
    "delays",
    meaning="how long it takes until each further attempt",
    minimum=1,
    maximum=86_400,
    unit="seconds",
    default=RETRY_DELAYS,
    rules=(DELAYS_GROW,),
    example=[30, 300],
)
ATTEMPTS = Number(
    "attempts",
    meaning="after how many it is a dead letter",
    minimum=1,
    maximum=LIST_MAXIMUM + 1,
    unit="attempts",
    within="at most one more than there are `delays`",
    default=None,
    default_words="one more than there are `delays`",
    example=3,
)
RETRIES = Section(
    "retries",
    title="Retries",
    optional=True,
    intro="How a webhook that fails is tried again (runbook 000, contract RED-3).",
    parts=(DELAYS, ATTEMPTS),
)

ENDS = Day(
    "ends",
    meaning="its last day; a reminder comes 30 days before. After it every deployment is refused until it"
    " is renewed",
    advice="Renew it, then write the new date here.",
    example="2027-11-01",
)
EXPIRY_DESCRIPTION = Text(
    "description",
    meaning="of what it is, for whoever is reminded",
    pattern=patterns.line(1, 200),
    words="what it is and how it is renewed, in one line of at most 200 characters",
    rules=(f"{maxima.EXPIRIES_BYTES} bytes with all descriptions",),
    example="APNs key",
)
EXPIRIES = Section(
    "expiries",
    title="Expiries",
    optional=True,
    intro="Credentials that end on a day and are renewed by a person (contract SEC-5).",
    names=Names(patterns.PART, patterns.PART_ALLOWED, maxima.EXPIRIES),
    example_name="apns",
    parts=(ENDS, EXPIRY_DESCRIPTION),
)

PROVIDER = Text(
    "provider",
    meaning="as the alarms on payments call it (contract ALM-9)",
    pattern=r"\w[\w .-]{0,40}",
    words="who takes them",
    example="Stripe",
)
PAYMENTS = Section(
    "payments", title="Payments", optional=True, absent="there are no payments", parts=(PROVIDER,)
)

SYSTEM = Section(
    "",
    title="The system itself",
    parts=(
        NAME,
        OWNER,
        COST_CENTRE,
        DATA_CLASS,
        DOMAIN,
        QUEUES,
        FLAGS,
        DEBUG,
        SOURCE,
        ACCESS,
        SERVICES,
        RETIRED,
        SECRETS,
        MIGRATION,
        SCHEDULES,
        JOBS,
        APPLICATION_CHECK,
        POOL,
        RETRIES,
        PAYMENTS,
        FRONTEND,
        EXPIRIES,
        THRESHOLDS,
        SYSTEM_IMAGES,
    ),
)
