"""The weekly restore test (contract DR-4, DR-5): called every five minutes, each time for its next step.

`{"begin": true}` begins a test now, for the first time and after one that has failed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import boto3

from functions.restore_test.application import Application
from functions.restore_test.instances import Instances
from functions.restore_test.reconcile import RestoreTest
from functions.restore_test.settings import Settings
from functions.restore_test.sides import Databases
from functions.shared import postgresql
from functions.shared.kubernetes import KubernetesApi
from functions.shared.restore_records import Records


def handle(event: Mapping[str, Any], _: object) -> None:
    """Called by the clock, and by a person who wants a test now."""
    settings = Settings.of(os.environ)
    test = RestoreTest(
        settings,
        Instances(boto3.client("rds"), settings),
        Records(boto3.client("s3"), settings.bucket, settings.ledger),
        Databases(boto3.client("secretsmanager"), settings.secret, _opened),
        application=_application(settings),
    )
    test.call(begin=event.get("begin") is True)


def _application(settings: Settings) -> Application | None:
    asked = settings.application
    if asked is None:
        return None
    return Application(KubernetesApi.of(os.environ), asked.namespace, asked.longest, asked.checks)


def _opened(value: Mapping[str, Any], seconds: float) -> AbstractContextManager[Any]:
    return postgresql.connected(value, "restore-test", seconds)
