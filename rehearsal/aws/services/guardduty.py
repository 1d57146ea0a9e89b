"""Amazon GuardDuty. Nothing is ever found."""

from __future__ import annotations

from rehearsal.aws.mapping import ResourceMapping
from rehearsal.aws.recorded import RecordedType

MAPPINGS: tuple[ResourceMapping, ...] = ()
RECORDED = (
    RecordedType(
        token="aws:guardduty/detector:Detector",
        id="{hash}",
        why="moto has no tags of a detector, and forgets its features",
        outputs={
            "arn": "arn:aws:guardduty:{region}:{account}:detector/{hash}",
            "accountId": "{account}",
        },
        model="guardduty.create_detector",
    ),
    RecordedType(
        token="aws:guardduty/detectorFeature:DetectorFeature",
        id="{detectorId}/{name}",
        why="moto keeps no features of a detector",
        model="guardduty.update_detector",
    ),
)
