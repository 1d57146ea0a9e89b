"""PostgreSQL's parameters as RDS knows them, and moto does not."""

from __future__ import annotations

# What can only be set when the server starts: `context` is "postmaster" in pg_settings (PostgreSQL 16 to 18),
# and RDS's own (RDS user guide, "Working with parameters on your RDS for PostgreSQL DB instance").
STATIC = frozenset(
    """
    archive_mode autovacuum_freeze_max_age autovacuum_max_workers autovacuum_multixact_freeze_max_age
    autovacuum_worker_slots cluster_name commit_timestamp_buffers config_file data_directory data_sync_retry
    dynamic_shared_memory_type event_source external_pid_file hba_file hot_standby huge_page_size huge_pages
    ident_file ignore_invalid_pages io_max_combine_limit io_max_concurrency io_method jit_provider
    listen_addresses logging_collector max_active_replication_origins max_connections max_files_per_process
    max_locks_per_transaction max_logical_replication_workers max_notify_queue_pages
    max_pred_locks_per_transaction max_prepared_transactions max_replication_slots max_wal_senders
    max_worker_processes min_dynamic_shared_memory multixact_member_buffers multixact_offset_buffers
    notify_buffers port rds.logical_replication reserved_connections serializable_buffers shared_buffers
    shared_memory_type shared_preload_libraries subtransaction_buffers superuser_reserved_connections
    track_activity_query_size track_commit_timestamp transaction_buffers unix_socket_directories
    unix_socket_group unix_socket_permissions wal_buffers wal_decode_buffer_size wal_level wal_log_hints
    """.split()
)

# Values that a group has before anybody sets them. Setting one to the value that it has is no setting to RDS:
# DescribeDBParameters tells its source as "system" and its method as "pending-reboot".
# "Requiring an SSL connection to a PostgreSQL DB instance": on by default since version 15.
_DEFAULTS = {"rds.force_ssl": ("1", 15), "shared_preload_libraries": ("pg_stat_statements", 11)}


def is_default(family: str, name: str, value: str) -> bool:
    """Whether a parameter of a family (`postgres17`) is set to what it is anyway."""
    default, since = _DEFAULTS.get(name, ("", 0))
    version = family.removeprefix("postgres")
    return since > 0 and version.isdigit() and int(version) >= since and value == default
