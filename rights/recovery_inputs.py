"""Inputs of recoveries beside AWS, and where they live; what is called in AWS is in the tables of rights.

Recorded while the disasters are rehearsed (tests/recovery): a new input fails a test until somebody has seen
that it is not lost with what is recovered, and has written it down here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Lives(StrEnum):
    """Where an input lives."""

    SOURCE = "source control"
    PROGRAMS = "programs of the machine"
    STATE = "where the engine's state is"
    NETWORK = "the network"
    # Of nothing: whoever has another machine could not recover.
    MACHINE = "files of one machine"


STACK_FILE = "Pulumi.<environment>.yaml"
LOCKS = "the locks of the engine's state"
# An embedded AWS is reached there; on the day it is AWS's endpoints and the cluster's.
AWS = "127.0.0.1"

_FILES = (STACK_FILE, "infra/configuration/rds-ca-rsa2048-g1.pem", "system.yaml")
_WITHIN_AWS: Mapping[Lives, tuple[str, ...]] = MappingProxyType({Lives.SOURCE: _FILES, Lives.NETWORK: (AWS,)})
# `pulumi` finds the state by itself, and what decrypts it.
_WITH_ENGINE: Mapping[Lives, tuple[str, ...]] = MappingProxyType({**_WITHIN_AWS, Lives.PROGRAMS: ("pulumi",)})

# By the function in `operations/` that is the command.
INPUTS: Mapping[str, Mapping[Lives, tuple[str, ...]]] = MappingProxyType(
    {
        "region": _WITH_ENGINE,
        "region_back": _WITH_ENGINE,
        "account": _WITH_ENGINE,
        "database": _WITHIN_AWS,
        "finish": _WITHIN_AWS,
        "files": _WITHIN_AWS,
        "deployment": MappingProxyType(
            {
                # The releases before are in the history of the stack file.
                **_WITH_ENGINE,
                Lives.SOURCE: ("Pulumi.yaml", *_FILES),
                Lives.PROGRAMS: ("git", "pulumi"),
                Lives.STATE: (LOCKS,),
            }
        ),
    }
)
