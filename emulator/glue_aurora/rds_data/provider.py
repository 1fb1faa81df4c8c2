"""The rds-data service: which function answers which operation."""

from localstack.services.plugins import Service, ServiceLifecycleHook

from glue_aurora.rds_data import operations
from glue_aurora.rds_data.transactions import transactions
from glue_aurora.service import dispatch

_HANDLERS: dict[str, dispatch.Handler] = {
    "ExecuteStatement": operations.execute_statement,
    "BatchExecuteStatement": operations.batch_execute_statement,
    "BeginTransaction": operations.begin_transaction,
    "CommitTransaction": operations.commit_transaction,
    "RollbackTransaction": operations.rollback_transaction,
    "ExecuteSql": operations.execute_sql,
}


class DataApiLifecycle(ServiceLifecycleHook):
    """What the service does when LocalStack stops."""

    def on_before_stop(self) -> None:
        """No transaction outlives LocalStack."""
        transactions.close()


def create_service() -> Service:
    """The service that LocalStack loads at the first request to rds-data."""
    return dispatch.create_service("rds-data", _HANDLERS, DataApiLifecycle())
