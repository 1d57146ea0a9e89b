"""IAM Access Analyzer. Nothing is ever found."""

from __future__ import annotations

from rehearsal.aws.mapping import ResourceMapping
from rehearsal.aws.recorded import RecordedType

MAPPINGS: tuple[ResourceMapping, ...] = ()
RECORDED = (
    RecordedType(
        token="aws:accessanalyzer/analyzer:Analyzer",
        id="{analyzerName}",
        why="moto has no Access Analyzer",
        outputs={"arn": "arn:aws:access-analyzer:{region}:{account}:analyzer/{analyzerName}"},
        model="accessanalyzer.create_analyzer",
    ),
    RecordedType(
        token="aws:accessanalyzer/archiveRule:ArchiveRule",
        id="{analyzerName}/{ruleName}",
        why="moto has no Access Analyzer",
        model="accessanalyzer.create_archive_rule",
    ),
)
