"""A record of what almost every component is given, so that it is said, documented and wired once."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.naming import Naming


@dataclass(frozen=True)
class CommonArgs:
    """What components of one place have in common, without its keys.

    An `…Args` that needs two or more of these facts has them as one field, `common`; one that needs a single
    fact has that and no more (`naming: Naming`). Both records are made once for each place
    (infra/wiring/foundations.py).

    Without the keys it is for what is declared before them, for what encrypts nothing with them, and for what
    is in another region, where they encrypt nothing.

    Args:
        naming: names and ARNs, of the place.
        protect: what holds data cannot be removed by mistake.
        log_retention: days that logs are kept.
    """

    naming: Naming
    protect: bool
    log_retention: int


@dataclass(frozen=True)
class CommonArgsWithDataKey(CommonArgs):
    """The same with the key of the place's data, for what the backup account has, too.

    Args:
        data_key: encrypts data at rest: database, Redis, buckets, images.
    """

    data_key: pulumi.Output[str]


@dataclass(frozen=True)
class CommonArgsWithKeys(CommonArgsWithDataKey):
    """The same with all of the place's keys, for components that encrypt with them.

    They are those that several components use. The cluster's, the topics' and those of copies in the other
    place are arguments of the few that use them. To know a key's ARN is no right to use it.

    Args:
        log_key: encrypts log groups.
        secrets_key: encrypts entries in Secrets Manager.
    """

    log_key: pulumi.Output[str]
    secrets_key: pulumi.Output[str]
