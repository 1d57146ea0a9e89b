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
    """ARNs of the entries.

    Args:
        services: known when the entry has a value.
        master: likewise.
        empty_services: known as soon as the entry is there, before the database: for rights, and for
            functions that ask for the value when they are called.
        empty_master: likewise.
    """

    services: pulumi.Output[str]
    master: pulumi.Output[str]
    empty_services: pulumi.Output[str]
    empty_master: pulumi.Output[str]


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
    entry, master_entry = declare_secret(services, parent), declare_secret(master, parent)
    value = pulumi.Output.json_dumps(for_services)
    master_value = pulumi.Output.json_dumps(for_master)
    return DatabaseEntries(
        services=declare_value(entry, services.name, value, parent, rotated=True),
        master=declare_value(master_entry, master.name, master_value, parent),
        empty_services=entry.arn,
        empty_master=master_entry.arn,
    )
