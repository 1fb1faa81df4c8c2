"""Parameters of the family aurora-postgresql16 that this emulator knows: what may be set, and when a change applies.

They are a subset of what `aws rds describe-engine-default-cluster-parameters` lists: the ones that people set. A
default of None means that RDS sets none, and PostgreSQL's own is in force. Source: Aurora User Guide, "Aurora
PostgreSQL parameters".
"""

from glue_aurora.rds.parameter import Parameter

_ON_OFF = "0,1"
_INT = "0-2147483647"
_ANY_INT = "-1-2147483647"


def _switches(*names: str) -> list[Parameter]:
    return [Parameter(name, "boolean", _ON_OFF) for name in names]


def _numbers(*names: str, allowed: str = _INT, apply_type: str = "dynamic") -> list[Parameter]:
    return [Parameter(name, "integer", allowed, apply_type=apply_type) for name in names]


_RDS = [
    Parameter("rds.force_ssl", "boolean", _ON_OFF, "0", description="Force SSL connections."),
    Parameter("rds.logical_replication", "boolean", _ON_OFF, "0", "static"),
    Parameter("rds.log_retention_period", "integer", "1440-10080", "4320"),
    Parameter(
        "rds.force_admin_logging_level",
        "string",
        "disabled,debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic",
    ),
    Parameter(
        "rds.force_autovacuum_logging_level",
        "string",
        "disabled,debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic",
        "warning",
    ),
    Parameter("rds.restrict_password_commands", "boolean", _ON_OFF, apply_type="static"),
    Parameter("rds.accepted_password_auth_method", "string", "md5+scram,scram", "md5+scram"),
    Parameter("rds.adaptive_autovacuum", "boolean", _ON_OFF, "1"),
    Parameter("rds.allowed_extensions", "string", None),
    Parameter("rds.enable_plan_management", "boolean", _ON_OFF, "0", "static"),
    Parameter("rds.rds_superuser_reserved_connections", "integer", "0-8388607", "2", "static"),
    Parameter("rds.superuser_variables", "string", None, "session_replication_role", "static", modifiable=False),
    Parameter("rds.extensions", "string", None, apply_type="static", modifiable=False),
]

_LOGGING = [
    Parameter("log_statement", "string", "none,ddl,mod,all"),
    Parameter(
        "log_min_messages", "string", "debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic"
    ),
    Parameter(
        "log_min_error_statement",
        "string",
        "debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic",
    ),
    Parameter("log_error_verbosity", "string", "terse,default,verbose"),
    Parameter("log_destination", "list", "stderr,csvlog", "stderr"),
    Parameter("log_line_prefix", "string", None, "%t:%r:%u@%d:[%p]:"),
    Parameter("log_rotation_age", "integer", "1-1440", "60"),
    Parameter("log_rotation_size", "integer", "50000-1000000", "100000"),
    Parameter("log_statement_sample_rate", "float", "0-1"),
    Parameter("log_transaction_sample_rate", "float", "0-1"),
    *_numbers(
        "log_min_duration_statement",
        "log_min_duration_sample",
        "log_autovacuum_min_duration",
        "log_temp_files",
        "log_parameter_max_length",
        "log_parameter_max_length_on_error",
        allowed=_ANY_INT,
    ),
    *_switches(
        "log_connections",
        "log_disconnections",
        "log_duration",
        "log_lock_waits",
        "log_executor_stats",
        "log_parser_stats",
        "log_planner_stats",
        "log_statement_stats",
        "log_replication_commands",
    ),
]

_MEMORY_AND_CONNECTIONS = [
    Parameter("max_connections", "integer", "6-262143", "LEAST({DBInstanceClassMemory/9531392},5000)", "static"),
    Parameter("shared_buffers", "integer", "16-1073741823", "SUM({DBInstanceClassMemory/12038},-50003)", "static"),
    Parameter("effective_cache_size", "integer", "1-2147483647", "SUM({DBInstanceClassMemory/12038},-50003)"),
    Parameter("work_mem", "integer", "64-2147483647"),
    Parameter(
        "maintenance_work_mem", "integer", "1024-2147483647", "GREATEST({DBInstanceClassMemory/63963136*1024},65536)"
    ),
    Parameter("autovacuum_work_mem", "integer", _ANY_INT, "GREATEST({DBInstanceClassMemory/32768},65536)"),
    Parameter("logical_decoding_work_mem", "integer", "64-2147483647"),
    Parameter("temp_buffers", "integer", "100-1073741823"),
    Parameter("huge_pages", "string", "on,off,try", "on", "static", modifiable=False),
    Parameter("max_locks_per_transaction", "integer", "10-2147483647", "64", "static"),
    Parameter("max_prepared_transactions", "integer", "0-262143", "0", "static"),
    Parameter("max_worker_processes", "integer", "0-262143", "GREATEST({DBInstanceVCPU*2},8)", "static"),
    Parameter("max_wal_senders", "integer", "5-262143", "10", "static"),
    Parameter("max_replication_slots", "integer", "5-262143", "20", "static"),
    Parameter("max_logical_replication_workers", "integer", "0-262143", None, "static"),
    *_numbers(
        "max_parallel_workers", "max_parallel_workers_per_gather", "max_parallel_maintenance_workers", allowed="0-1024"
    ),
    *_numbers(
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
        "idle_session_timeout",
        "deadlock_timeout",
        "tcp_keepalives_count",
        "tcp_keepalives_idle",
        "tcp_keepalives_interval",
        "tcp_user_timeout",
        "wal_sender_timeout",
        "wal_receiver_timeout",
        "client_connection_check_interval",
    ),
    Parameter(
        "shared_preload_libraries",
        "list",
        "auto_explain,orafce,pgaudit,pglogical,pg_bigm,pg_cron,pg_hint_plan,"
        "pg_prewarm,pg_similarity,pg_stat_statements,pg_tle,pg_transport,plprofiler,plrust,"
        "apg_plan_mgmt,aurora_stat_utils",
        "pg_stat_statements",
        "static",
    ),
    Parameter("session_preload_libraries", "list", None),
    Parameter("ssl_min_protocol_version", "string", "TLSv1,TLSv1.1,TLSv1.2,TLSv1.3", "TLSv1.2"),
    Parameter("ssl_max_protocol_version", "string", "TLSv1,TLSv1.1,TLSv1.2,TLSv1.3"),
    Parameter("ssl_ciphers", "list", None),
    Parameter("password_encryption", "string", "md5,scram-sha-256", "scram-sha-256"),
]

_PLANNER = [
    *[
        Parameter(name, "float", "0-1.79769e+308")
        for name in (
            "random_page_cost",
            "seq_page_cost",
            "cpu_tuple_cost",
            "cpu_index_tuple_cost",
            "cpu_operator_cost",
            "jit_above_cost",
            "parallel_setup_cost",
            "parallel_tuple_cost",
        )
    ],
    Parameter("default_statistics_target", "integer", "1-10000"),
    Parameter("effective_io_concurrency", "integer", "0-1000"),
    Parameter("from_collapse_limit", "integer", "1-2147483647"),
    Parameter("join_collapse_limit", "integer", "1-2147483647"),
    Parameter("plan_cache_mode", "string", "auto,force_generic_plan,force_custom_plan"),
    *_switches(
        "jit",
        "enable_hashjoin",
        "enable_mergejoin",
        "enable_nestloop",
        "enable_seqscan",
        "enable_indexscan",
        "enable_indexonlyscan",
        "enable_bitmapscan",
        "enable_hashagg",
        "enable_sort",
        "enable_material",
        "enable_memoize",
        "enable_partition_pruning",
        "enable_partitionwise_join",
        "enable_partitionwise_aggregate",
        "enable_parallel_append",
        "enable_parallel_hash",
    ),
]

_VACUUM = [
    Parameter(
        "autovacuum_max_workers", "integer", "1-262143", "GREATEST({DBInstanceClassMemory/64371566592},3)", "static"
    ),
    Parameter("autovacuum_vacuum_scale_factor", "float", "0-100", "0.1"),
    Parameter("autovacuum_analyze_scale_factor", "float", "0-100", "0.05"),
    Parameter("autovacuum_vacuum_insert_scale_factor", "float", "0-100"),
    Parameter("autovacuum_vacuum_cost_delay", "float", "-1-100", "5"),
    Parameter("vacuum_cost_delay", "float", "0-100"),
    Parameter("autovacuum_freeze_max_age", "integer", "100000-2000000000", None, "static"),
    *_numbers(
        "autovacuum_naptime",
        "autovacuum_vacuum_threshold",
        "autovacuum_analyze_threshold",
        "vacuum_cost_limit",
        "vacuum_cost_page_hit",
        "vacuum_cost_page_miss",
        "vacuum_cost_page_dirty",
        "vacuum_freeze_min_age",
        "vacuum_freeze_table_age",
    ),
    *_numbers("autovacuum_vacuum_cost_limit", "autovacuum_vacuum_insert_threshold", allowed=_ANY_INT),
    *_switches("autovacuum"),
]

_SESSIONS = [
    Parameter("timezone", "string", None, "UTC"),
    Parameter("datestyle", "string", None),
    Parameter("intervalstyle", "string", "postgres,postgres_verbose,sql_standard,iso_8601"),
    Parameter("search_path", "string", None),
    Parameter("client_encoding", "string", None, "UTF8"),
    Parameter("bytea_output", "string", "escape,hex"),
    Parameter(
        "default_transaction_isolation", "string", "serializable,repeatable read,read committed,read uncommitted"
    ),
    Parameter("synchronous_commit", "string", "on,off,local,remote_write,remote_apply"),
    Parameter("session_replication_role", "string", "origin,replica,local"),
    Parameter("track_functions", "string", "none,pl,all"),
    Parameter("track_activity_query_size", "integer", "100-1048576", "4096", "static"),
    Parameter("extra_float_digits", "integer", "-15-3"),
    *_switches(
        "track_activities",
        "track_counts",
        "track_io_timing",
        "track_wal_io_timing",
        "default_transaction_deferrable",
        "default_transaction_read_only",
        "array_nulls",
        "row_security",
    ),
    Parameter("pg_stat_statements.max", "integer", "100-2147483647", None, "static"),
    Parameter("pg_stat_statements.track", "string", "none,top,all", "top"),
    Parameter("pg_stat_statements.track_utility", "boolean", _ON_OFF),
    Parameter("pg_stat_statements.save", "boolean", _ON_OFF),
    Parameter("auto_explain.log_min_duration", "integer", _ANY_INT),
    *_switches(
        "auto_explain.log_analyze",
        "auto_explain.log_buffers",
        "auto_explain.log_timing",
        "auto_explain.log_triggers",
        "auto_explain.log_verbose",
        "auto_explain.log_nested_statements",
    ),
    Parameter("auto_explain.log_format", "string", "text,xml,json,yaml"),
    Parameter(
        "pgaudit.log", "list", "ddl,function,misc,read,role,write,none,all,-ddl,-function,-misc,-read,-role,-write"
    ),
    Parameter("pgaudit.role", "string", "rds_pgaudit"),
    *_switches("pgaudit.log_catalog", "pgaudit.log_parameter", "pgaudit.log_relation", "pgaudit.log_statement_once"),
]

CATALOGUE: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in sorted(
        _RDS + _LOGGING + _MEMORY_AND_CONNECTIONS + _PLANNER + _VACUUM + _SESSIONS, key=lambda one: one.name
    )
}

# Parameters of clusters that instances do not have. AWS's page (Aurora User Guide,
# AuroraPostgreSQL.Reference.ParameterGroups.html) has both lists for version 14, from the answers of RDS. A parameter
# that neither list has is taken for both.
_ONLY_OF_CLUSTERS = frozenset(
    {
        "array_nulls",
        "autovacuum",
        "autovacuum_analyze_scale_factor",
        "autovacuum_analyze_threshold",
        "autovacuum_freeze_max_age",
        "autovacuum_max_workers",
        "autovacuum_naptime",
        "autovacuum_vacuum_cost_delay",
        "autovacuum_vacuum_cost_limit",
        "autovacuum_vacuum_insert_scale_factor",
        "autovacuum_vacuum_insert_threshold",
        "autovacuum_vacuum_scale_factor",
        "autovacuum_vacuum_threshold",
        "autovacuum_work_mem",
        "client_encoding",
        "datestyle",
        "extra_float_digits",
        "huge_pages",
        "intervalstyle",
        "log_autovacuum_min_duration",
        "log_transaction_sample_rate",
        "max_logical_replication_workers",
        "max_prepared_transactions",
        "max_replication_slots",
        "max_wal_senders",
        "password_encryption",
        "plan_cache_mode",
        "rds.accepted_password_auth_method",
        "rds.adaptive_autovacuum",
        "rds.enable_plan_management",
        "rds.extensions",
        "rds.force_autovacuum_logging_level",
        "rds.force_ssl",
        "rds.logical_replication",
        "rds.restrict_password_commands",
        "ssl_ciphers",
        "ssl_max_protocol_version",
        "ssl_min_protocol_version",
        "synchronous_commit",
        "timezone",
        "track_wal_io_timing",
        "vacuum_cost_delay",
        "vacuum_cost_limit",
        "vacuum_cost_page_dirty",
        "vacuum_cost_page_hit",
        "vacuum_cost_page_miss",
        "vacuum_freeze_min_age",
        "vacuum_freeze_table_age",
        "wal_receiver_timeout",
        "wal_sender_timeout",
    }
)
CATALOGUE_OF_INSTANCES: dict[str, Parameter] = {
    name: parameter for name, parameter in CATALOGUE.items() if name not in _ONLY_OF_CLUSTERS
}
