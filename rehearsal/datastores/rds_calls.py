"""RDS's calls, carried out on the servers behind the instances too.

moto answers them, and refuses what RDS refuses; what it has agreed to is done to rows before the caller has
its answer. What a server cannot do is refused as well, and moto forgets it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from moto.rds.exceptions import RDSClientError
from moto.rds.models import RDSBackend

from rehearsal.aws import moto_backup_snapshots
from rehearsal.aws.moto_rds_backups import backup_to_restore, wanted_time
from rehearsal.datastores import copied_rows
from rehearsal.datastores.processes import NoServer
from rehearsal.datastores.rds import Databases, is_followed

# By account.
_FOLLOWERS: dict[str, Databases] = {}


@contextmanager
def _as_refusal(undo: Callable[[], object] = lambda: None) -> Iterator[None]:
    """What a server could not do, as RDS's refusal; what it was to do is undone."""
    try:
        yield
    except NoServer as error:
        undo()
        # RDS's word for that there is no machine to be had.
        raise RDSClientError("InsufficientDBInstanceCapacity", str(error)) from error


def _take_out(backend: Any, follower: Databases, instance: Any) -> Callable[[], None]:
    def undo() -> None:
        backend.databases.pop(instance.db_instance_identifier, None)
        follower.undo(instance)

    return undo


@contextmanager
def following(account: str, databases: Databases) -> Iterator[None]:
    """Inside, every call of RDS in an account is carried out on its servers too."""
    _follow_moto()
    _FOLLOWERS[account] = databases
    try:
        yield
    finally:
        del _FOLLOWERS[account]


def _follow_moto() -> None:
    """Replaces the methods in question, once in a process."""
    if hasattr(RDSBackend.create_db_instance, "followed"):
        return
    moto_backup_snapshots.ROWS.append(_CopiedRows())
    for name, method in (
        ("create_db_instance", _create),
        ("create_db_instance_read_replica", _replicate),
        ("restore_db_instance_from_db_snapshot", _restore),
        ("restore_db_instance_to_point_in_time", _recover),
        ("create_db_snapshot", _snapshot),
        ("copy_db_snapshot", _copy_snapshot),
        ("delete_db_snapshot", _delete_snapshot),
        ("promote_read_replica", _promote),
        ("modify_db_instance", _modify),
        ("reboot_db_instance", _reboot),
        ("stop_db_instance", _stop),
        ("start_db_instance", _start),
        ("delete_db_instance", _delete),
    ):
        _wrap(name, method)


class _CopiedRows:
    """Follows AWS Backup's copies, also into accounts without servers."""

    def copy(self, source: Any, snapshot: Any) -> None:
        """A copy has what its source has, with or without servers behind that account now."""
        follower, arn = _FOLLOWERS.get(source.account_id), source.db_snapshot_arn
        kept = follower.kept_of(arn) if follower is not None else copied_rows.copied_folder(arn)
        copied_rows.keep(snapshot.db_snapshot_arn, kept)

    def forget(self, snapshot: Any) -> None:
        """A deleted recovery point has nothing any more."""
        copied_rows.keep(snapshot.db_snapshot_arn, None)


def _wrap(name: str, follow: Callable[..., Any]) -> None:
    original = getattr(RDSBackend, name)

    def followed(self: Any, *arguments: Any, **named: Any) -> Any:
        follower = _FOLLOWERS.get(self.account_id)
        if follower is None:
            return original(self, *arguments, **named)
        return follow(follower, self, lambda *a, **n: original(self, *a, **n), *arguments, **named)

    followed.followed = True  # type: ignore[attr-defined]
    setattr(RDSBackend, name, followed)


def _create(follower: Databases, backend: Any, call: Any, db_kwargs: dict[str, Any]) -> Any:
    instance = call(db_kwargs)
    if is_followed(instance):
        with _as_refusal(_take_out(backend, follower, instance)):
            follower.create(instance)
    return instance


def _replicate(follower: Databases, backend: Any, call: Any, db_kwargs: dict[str, Any]) -> Any:
    instance = call(db_kwargs)
    if is_followed(instance):
        with _as_refusal(_take_out(backend, follower, instance)):
            follower.replicate(instance)
    return instance


def _restore(
    follower: Databases, backend: Any, call: Any, from_snapshot_id: str, overrides: dict[str, Any]
) -> Any:
    name = from_snapshot_id.rpartition(":snapshot:")[2] or from_snapshot_id
    (snapshot,) = backend.describe_db_snapshots(None, name)
    if not is_followed(snapshot.database):
        return call(from_snapshot_id, overrides)
    folder = follower.snapshot_folder(snapshot)
    with follower.restoring():
        instance = call(from_snapshot_id, overrides)
    with _as_refusal(_take_out(backend, follower, instance)):
        follower.restore(instance, folder)
    return instance


def _recover(
    follower: Databases,
    backend: Any,
    call: Any,
    source_db_identifier: str | None,
    target_db_identifier: str,
    overrides: dict[str, Any],
) -> Any:
    backup = backup_to_restore(backend, source_db_identifier, overrides)
    if not is_followed(backup.instance):
        return call(source_db_identifier, target_db_identifier, overrides)
    until, source = wanted_time(backup, overrides), backup.instance.dbi_resource_id
    with follower.restoring():
        instance = call(source_db_identifier, target_db_identifier, overrides)
    with _as_refusal(_take_out(backend, follower, instance)):
        follower.recover(instance, source, until)
    return instance


def _snapshot(
    follower: Databases, backend: Any, call: Any, db_instance_identifier: str, *others: Any, **named: Any
) -> Any:
    snapshot = call(db_instance_identifier, *others, **named)
    instance = backend.databases[db_instance_identifier]
    with _as_refusal(lambda: backend.database_snapshots.pop(snapshot.db_snapshot_identifier)):
        follower.snapshot(snapshot, instance)
    return snapshot


def _copy_snapshot(follower: Databases, backend: Any, call: Any, *arguments: Any, **named: Any) -> Any:
    snapshot = call(*arguments, **named)
    source = backend.get_db_snapshot(named["source_db_snapshot_identifier"])
    if is_followed(source.database):
        with _as_refusal(lambda: backend.database_snapshots.pop(snapshot.db_snapshot_identifier)):
            follower.copy_snapshot(source, snapshot)
    return snapshot


def _delete_snapshot(follower: Databases, _: Any, call: Any, db_snapshot_identifier: str) -> Any:
    snapshot = call(db_snapshot_identifier)
    follower.delete_snapshot(snapshot)
    return snapshot


def _promote(follower: Databases, _: Any, call: Any, db_kwargs: dict[str, Any]) -> Any:
    instance = call(db_kwargs)
    with _as_refusal():
        follower.promote(instance)
    return instance


def _modify(
    follower: Databases, _: Any, call: Any, db_instance_identifier: str, db_kwargs: dict[str, Any]
) -> Any:
    password = db_kwargs.get("master_user_password")
    instance = call(db_instance_identifier, db_kwargs)
    with _as_refusal():
        follower.modify(instance, password)
    return instance


def _reboot(follower: Databases, _: Any, call: Any, db_instance_identifier: str) -> Any:
    instance = call(db_instance_identifier)
    with _as_refusal():
        follower.reboot(instance)
    return instance


def _stop(follower: Databases, _: Any, call: Any, *arguments: Any, **named: Any) -> Any:
    instance = call(*arguments, **named)
    with _as_refusal():
        follower.stop_instance(instance)
    return instance


def _start(follower: Databases, _: Any, call: Any, *arguments: Any, **named: Any) -> Any:
    instance = call(*arguments, **named)
    with _as_refusal():
        follower.reboot(instance)
    return instance


def _delete(follower: Databases, _: Any, call: Any, *arguments: Any, **named: Any) -> Any:
    instance = call(*arguments, **named)
    with _as_refusal():
        follower.delete(instance)
    return instance
