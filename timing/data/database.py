"""PostgreSQL: RDS."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from timing.facts import Change, Duration, Form, Inputs, Interruption, Source, Times

_LOGS = date(2026, 11, 29)
_SETTINGS = Source(
    "RDS user guide, Settings for DB instances (USER_ModifyInstance.Settings): when, and whether it is an "
    "outage; how long is estimated",
    _LOGS,
)
# RDS user guide, "Failing over a Multi-AZ DB instance": 60 to 120 seconds.
_RESTART = Interruption(
    "is not reachable while it restarts",
    Times(300, 600),
    redundant=Interruption("connections break once, it fails over to its standby", Times(60, 120)),
)


def _is_replica(inputs: Inputs) -> bool:
    return bool(inputs.get("replicateSourceDb"))


def _is_redundant(inputs: Inputs) -> bool:
    return inputs.get("multiAz") is True


def _becomes_redundant(old: Inputs, new: Inputs) -> bool:
    return not _is_redundant(old) and _is_redundant(new)


def _backups_begin_or_end(old: Inputs, new: Inputs) -> bool:
    return bool(old.get("backupRetentionPeriod")) != bool(new.get("backupRetentionPeriod"))


def _static_parameters_differ(old: Inputs, new: Inputs) -> bool:
    return _static(old) != _static(new)


def _static(inputs: Inputs) -> set[tuple[str, str]]:
    """The parameters that a running instance does not take over."""
    listed = inputs.get("parameters")
    parameters = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    return {
        (str(each.get("name")), str(each.get("value")))
        for each in parameters
        if each.get("applyMethod") == "pending-reboot"
    }


DURATIONS = {
    "aws:rds/instance:Instance": Duration(
        "RDS instance",
        create=Times(400, 600),
        change=Times(60, 180),
        delete=Times(300, 600),
        source=Source(
            "apply logs of aws_db_instance: made in 5:15-8:30 (20), changed in 2:05-2:15, gone in "
            "4:15-6:25; a final snapshot comes on top",
            _LOGS,
        ),
        forms=(
            Form(
                "cross-region replica",
                _is_replica,
                create=Times(1200, 2400),
                delete=Times(300, 600),
                source=Source(
                    "estimated: a snapshot is made, copied to the other region, restored and caught up "
                    "(RDS user guide, USER_ReadRepl.XRgn)",
                    _LOGS,
                ),
            ),
            Form(
                "RDS instance",
                _is_redundant,
                create=Times(840, 1030),
                delete=Times(300, 600),
                source=Source(
                    "apply logs of aws_db_instance that are called prod: 10:12-17:06, a snapshot for the "
                    "standby is part of it",
                    _LOGS,
                ),
            ),
        ),
        changes=(
            Change(
                ("engineVersion",),
                Times(900, 1800),
                _SETTINGS,
                True,
                Interruption("is not reachable while it is upgraded, its standby with it", Times(300, 900)),
            ),
            Change(("instanceClass",), Times(720, 1500), _SETTINGS, True, _RESTART),
            Change(("dbSubnetGroupName",), Times(720, 1500), _SETTINGS, True, _RESTART),
            Change(
                ("multiAz",),
                Times(900, 2400),
                _SETTINGS,
                True,
                Interruption("is slower while its standby is filled", Times(900, 2400)),
                _becomes_redundant,
            ),
            Change(
                ("backupRetentionPeriod",), Times(180, 600), _SETTINGS, True, _RESTART, _backups_begin_or_end
            ),
            Change(("port",), Times(120, 300), _SETTINGS, False, _RESTART),
            Change(
                ("identifier",),
                Times(600, 900),
                Source("RDS user guide, renaming an instance: about ten minutes", date(2026, 11, 28)),
                True,
                Interruption("is not reachable under either name", Times(600, 900)),
            ),
            Change(
                ("parameterGroupName",),
                Times(60, 180),
                _SETTINGS,
                False,
                Interruption("takes its other parameters over", at_restart=True),
            ),
            Change(
                ("allocatedStorage", "storageType", "iops", "storageThroughput"),
                Times(300, 900),
                Source("RDS user guide, storage: no downtime; it is optimized for hours afterwards", _LOGS),
                True,
            ),
        ),
        replaced=Interruption("the new one is empty", Times(400, 1030)),
    ),
    "aws:rds/snapshot:Snapshot": Duration(
        "snapshot",
        create=Times(240, 900),
        change=Times(2, 10),
        delete=Times(10, 60),
        source=Source(
            "estimated: the first of an instance copies all of it, the next ones what has changed; the "
            "provider waits 20 minutes",
            date(2026, 11, 28),
        ),
    ),
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": Duration(
        "replication of backups",
        create=Times(900, 2700),
        change=Times(5, 15),
        delete=Times(120, 600),
        source=Source(
            "estimated: the first backup is copied to the other region; the provider waits 75 minutes",
            _LOGS,
        ),
    ),
    "aws:rds/parameterGroup:ParameterGroup": Duration(
        "parameter group",
        create=Times(3, 10),
        change=Times(3, 10),
        delete=Times(2, 180),
        source=Source(
            "apply logs of aws_db_parameter_group: 2-4 s; the provider waits three minutes for "
            "an instance to let go of it",
            _LOGS,
        ),
        changes=(
            Change(
                ("parameters",),
                Times(3, 10),
                Source(
                    "RDS user guide, parameter groups: a static parameter is taken over by a restart", _LOGS
                ),
                False,
                Interruption("a static parameter is taken over", at_restart=True),
                _static_parameters_differ,
            ),
        ),
    ),
    "aws:rds/eventSubscription:EventSubscription": Duration(
        "event subscription",
        create=Times(15, 60),
        change=Times(15, 60),
        delete=Times(15, 60),
        source=Source("estimated: the provider waits until it is active, 40 minutes at most", _LOGS),
    ),
}
