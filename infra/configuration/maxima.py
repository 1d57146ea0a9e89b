"""Limits on how many of each thing a system has, so that the largest one fits into AWS's quotas.

A test holds the largest system against all quotas (`rehearsal/aws/quota_table.py`); the comments say which
one would break first.
"""

from __future__ import annotations

from typing import Final

SERVICES: Final = 30  # with the schedules: 100 alarms in the rule of a composite one
SCHEDULES: Final = 20
JOBS: Final = 20
PATHS: Final = 100  # rules of a load balancer
PATHS_OF_A_HOST: Final = 60  # 75 cache behaviors of a distribution
WILDCARDS_OF_A_PATH: Final = 5  # in the conditions of a load balancer's rule
HOSTS: Final = 15  # with the secrets: 6,144 characters of the policy of people on call
SECRETS: Final = 25
SECRETS_OF_A_SERVICE: Final = 25
QUEUES: Final = 20
EXPIRIES: Final = 20
FLAGS: Final = 50
EGRESS_PORTS: Final = 20
VARIABLES: Final = 100

# A function's environment has 4 KB (Lambda developer guide, "Lambda quotas"). So much of it is for the list
# of expiries; the rest is for the rotated secrets and for addresses.
EXPIRIES_BYTES: Final = 2000
