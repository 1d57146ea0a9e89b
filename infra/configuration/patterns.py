"""The forms that names have in the configuration files: a regular expression, and what it allows in words."""

from __future__ import annotations

NAME = r"[a-z]([a-z0-9-]*[a-z0-9])?"
NAME_ALLOWED = "lower-case letters, digits and hyphens, beginning with a letter"

# IAM's names have 64 characters at most; a service's role has the system and the environment in it too.
PART = rf"(?=.{{1,30}}$){NAME}"
PART_ALLOWED = f"{NAME_ALLOWED}, at most 30 characters"

VARIABLE = r"[A-Z][A-Z0-9_]*"
VARIABLE_ALLOWED = "the name of an environment variable (capitals, digits, _)"

PATH = r"/[A-Za-z0-9/_.-]*"
# A load balancer's path pattern: `*` stands for any characters, `?` for one (ELB user guide).
PATH_PATTERN = r"/[A-Za-z0-9/_.$\"'@:+~?*-]{0,127}"

DOMAIN = r"(?=.{4,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
HOST = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?"

REGION = r"[a-z]{2}(-[a-z]+)+-\d"
CIDR = r"\d{1,3}(\.\d{1,3}){3}/\d{1,2}"

EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
# What AWS allows in a tag's value.
TAG = r"[\w .:/=+@-]{1,128}"
