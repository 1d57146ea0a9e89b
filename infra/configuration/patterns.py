"""The forms that names have in the configuration files: a regular expression, and what it allows in words.

All are read with ASCII's letters and digits alone (`Reader.text`); where other letters are fine it says so.
"""

from __future__ import annotations

from infra.configuration.environments import Environment

NAME = r"[a-z]([a-z0-9-]*[a-z0-9])?"
NAME_ALLOWED = "lower-case letters, digits and hyphens, beginning with a letter"

# IAM's names have 64 characters at most; a service's role has the system and the environment in it too.
PART = rf"(?=.{{1,30}}$){NAME}"
PART_ALLOWED = f"{NAME_ALLOWED}, at most 30 characters"

# They stand in the policies of who may read them, and those have a size.
SECRET = rf"(?=.{{1,40}}$){NAME}"
SECRET_ALLOWED = f"{NAME_ALLOWED}, at most 40 characters"

VARIABLE = r"[A-Z][A-Z0-9_]{0,99}"
VARIABLE_ALLOWED = "the name of an environment variable (capitals, digits, _)"

# What ends a line, rings a bell or is half of a character (a lone surrogate): neither Kubernetes nor AWS
# takes it in a text, and NUL ends one in every container.
_NOT_PRINTED = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff"
PRINTED = rf"[^{_NOT_PRINTED}]"


def line(least: int, most: int) -> str:
    """A text of one line, `least` to `most` characters long."""
    return rf"{PRINTED}{{{least},{most}}}"


# Route 53's health checks ask `ready`, and take no longer path (CreateHealthCheck, ResourcePath).
PATH = r"/[A-Za-z0-9/_.-]{0,254}"
PATH_ALLOWED = "a path that begins with /, of at most 255 characters"
# A load balancer's path pattern: `*` stands for any characters, `?` for one (ELB user guide).
PATH_PATTERN = r"/[A-Za-z0-9/_.$\"'@:+~?*-]{0,127}"

# A certificate's first name has 64 characters at most (RequestCertificate, DomainName: it is the
# certificate's common name too), and most environments have something in front of the system's domain.
_LONGEST_HOST = max((each.standard.host for each in Environment), key=len)
DOMAIN_MAXIMUM = 64 - len(f"{_LONGEST_HOST}.")
DOMAIN = rf"(?=.{{4,{DOMAIN_MAXIMUM}}}$)([a-z0-9]([a-z0-9-]{{0,61}}[a-z0-9])?\.)+[a-z]{{2,63}}"
DOMAIN_ALLOWED = (
    f"prod's domain alone, at most {DOMAIN_MAXIMUM} characters"
    f" (64 of a certificate's name, less {_LONGEST_HOST}.)"
)
# What delivers a site's access log is called after it, in 60 characters with the system and the environment
# (PutDeliverySource, name).
HOST = r"([a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?)?"
HOST_ALLOWED = (
    "what stands in front of the domain, at most 30 characters without a dot; empty for the domain itself"
)

REGION = r"[a-z]{2,4}(-[a-z]+)+-\d"
CIDR = r"\d{1,3}(\.\d{1,3}){3}/\d{1,2}"

_MAIL_DOMAIN = r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
EMAIL = rf"(?=.{{6,254}}$)[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}{_MAIL_DOMAIN}"

# What a tag's value may have. RDS takes the least ("Tag" in its API reference: letters, digits and blanks of
# any script, _ . : / = + - @, and neither aws: nor rds: in front), and every resource has the same tags.
TAG = r"(?!(?i:aws|rds):)(?u:[\w .:/=+@-]{1,128})"
TAG_EMAIL = rf"(?=.{{6,254}}$)[A-Za-z0-9._+=/-]{{1,64}}{_MAIL_DOMAIN}"

# IAM: names have 64 characters, paths 512 and no empty part (CreateRole).
ROLE = r"(?=.{1,512}$)([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}"
ROLE_ALLOWED = "the name of an IAM role, with its path if it has one (ci/deploy)"
