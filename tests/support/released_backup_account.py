"""The backup account of released_program.py, as small: one thing, kept for as long as the stack file says.

It stands for `backup_account/__main__.py` in a copy of the checkout, and reads the environment's files.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pulumi
import pulumi_aws as aws

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from infra.configuration.file_names import SYSTEM_FILE_KEY  # noqa: E402  # found through it
from infra.configuration.files import read_environment  # noqa: E402  # found through it

system_file = pulumi.Config("groundwork").get(SYSTEM_FILE_KEY)
configuration = read_environment(ROOT, pulumi.get_stack(), today=date.min, system_file=system_file)
naming = configuration.naming.in_home.in_backup_account
assert naming is not None
there = aws.Provider("there", region=naming.region, allowed_account_ids=[naming.account])
# Another value of this key, for whatever reason, and copies are kept for less time: as a preview is to see.
days = 365 if configuration.settings.database.backup_retention == 30 else 30
aws.cloudwatch.LogGroup(
    "copies",
    name=f"/{naming.prefix}/copies",
    retention_in_days=days,
    opts=pulumi.ResourceOptions(provider=there),
)
