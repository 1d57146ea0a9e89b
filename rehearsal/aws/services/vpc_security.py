"""vpc_security."""

from __future__ import annotations

from rehearsal.aws.mapping import ResourceMapping
from rehearsal.aws.recorded import RecordedType

MAPPINGS: tuple[ResourceMapping, ...] = ()
RECORDED: tuple[RecordedType, ...] = ()
