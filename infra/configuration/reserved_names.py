"""Names that no system can have, because AWS, PostgreSQL or the cluster has them already.

A system's name becomes the database's and its master user's (with underscores), the cluster's namespace,
and the beginning of most names in AWS.
"""

from __future__ import annotations

import re

# Namespaces that are in the cluster already (Kubernetes documentation, "Namespaces"; the EKS add-ons).
_NAMESPACES = re.compile(r"default|kube-.*|amazon-cloudwatch|aws-observability")

# What a name may not begin with: CreateLoadBalancer, CreateSecurityGroup and, for the third, "Bucket naming
# rules" in the S3 user guide.
_BEGINNINGS = (
    ("internal", "a load balancer's name does not begin with internal-"),
    ("sg", "a security group's name does not begin with sg-"),
    ("sthree", "a bucket's name does not begin with sthree-"),
    ("amzn-s3-demo", "a bucket's name does not begin with amzn-s3-demo-"),
)

# PostgreSQL 17, appendix C: the key words that are reserved, also those that may name a function or type. RDS
# takes none as the name of a database or of its master ("Can't be a reserved word for the chosen database
# engine", CreateDBInstance). A test compares them with a PostgreSQL's own list.
KEY_WORDS = frozenset(
    (
        "all analyse analyze and any array as asc asymmetric authorization binary both case cast check"
        " collate collation column concurrently constraint create cross current_catalog current_date"
        " current_role current_schema current_time current_timestamp current_user default deferrable desc"
        " distinct do else end except false fetch for foreign freeze from full grant group having ilike"
        " in initially inner intersect into is isnull join lateral leading left like limit localtime"
        " localtimestamp natural not notnull null offset on only or order outer overlaps placing primary"
        " references returning right select session_user similar some symmetric system_user table"
        " tablesample then to trailing true union unique user using variadic verbose when where window"
        " with"
    ).split()
)

# Names of roles that PostgreSQL refuses ("CREATE ROLE"), databases that every instance has, and RDS' own.
_IN_POSTGRESQL = re.compile(
    r"none|public|pg_.*|template[01]|admin|rds_.*|rds(admin|repladmin|topmgr|writeforwarduser)"
)

# functions/rotate_database makes these in every database.
APPLICATION_ROLES = ("app", "app_a", "app_b")


def system_name_mistake(name: str) -> str | None:
    """Whose a system's name is already, in words; None when it is free."""
    if _NAMESPACES.fullmatch(name):
        return "a name that no namespace of every cluster has"
    for beginning, why in _BEGINNINGS:
        if name == beginning or name.startswith(f"{beginning}-"):
            return f"another beginning: {why}"
    database = database_name(name)
    if database in APPLICATION_ROLES:
        return f"another name: the services' own role in PostgreSQL is called {database}"
    if database in KEY_WORDS or _IN_POSTGRESQL.fullmatch(database):
        return f"a name that PostgreSQL and RDS do not keep for themselves: {database} is the database's too"
    return None


def database_name(system: str) -> str:
    """The database's and its master's: PostgreSQL's identifiers have no hyphens."""
    return system.replace("-", "_")
