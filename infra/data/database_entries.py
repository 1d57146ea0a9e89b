"""PostgreSQL's entries in Secrets Manager: the services' and the master's."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import rds

from infra.data.secret_entry import SecretEntryArgs, declare_secret, declare_value, generate_password

# The first of the two users that take turns; functions/rotate_database makes both.
FIRST_USER = "app_a"


@dataclass(frozen=True)
class DatabaseEntries:
    """ARNs of the entries; each has a value when its ARN is known."""

    services: pulumi.Output[str]
    master: pulumi.Output[str]


def declare_entries(
    instance: rds.Instance,
    master_password: pulumi.Output[str],
    services: SecretEntryArgs,
    master: SecretEntryArgs,
    parent: pulumi.Resource,
) -> DatabaseEntries:
    """Both entries, in the form that AWS's own rotation functions have.

    Args:
        instance: the database.
        master_password: what it was made with.
        services: the entry that pods read; the function that rotates fills it from the second value on.
        master: the entry that only this function reads. No pod ever has the master's password.
        parent: the component that they belong to.
    """
    password = generate_password("application-password", parent)
    url = pulumi.Output.concat(
        f"postgresql://{FIRST_USER}:",
        password,
        "@",
        instance.endpoint,
        "/",
        instance.db_name,
        "?sslmode=verify-full",
    )
    address = {
        "engine": "postgres",
        "host": instance.address,
        "port": instance.port,
        "dbname": instance.db_name,
    }
    # The address in one piece is what pods connect with.
    for_services = {**address, "username": FIRST_USER, "password": password, "url": url}
    for_master = {**address, "username": instance.username, "password": master_password}
    return DatabaseEntries(
        declare_value(
            declare_secret(services, parent),
            services.name,
            pulumi.Output.json_dumps(for_services),
            parent,
            rotated=True,
        ),
        declare_value(
            declare_secret(master, parent), master.name, pulumi.Output.json_dumps(for_master), parent
        ),
    )
