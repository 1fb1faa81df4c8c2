"""The rds-data service: which function answers which operation. Every other operation answers 501 with its name."""

from localstack.services.plugins import Service, ServiceLifecycleHook

from glue_aurora.rds_data import operations
from glue_aurora.rds_data.transactions import transactions
from glue_aurora.service import dispatch
from glue_aurora.service.validation import ModelRules

_HANDLERS: dict[str, dispatch.Handler] = {
    "ExecuteStatement": operations.execute_statement,
    "BatchExecuteStatement": operations.batch_execute_statement,
    "BeginTransaction": operations.begin_transaction,
    "CommitTransaction": operations.commit_transaction,
    "RollbackTransaction": operations.rollback_transaction,
    "ExecuteSql": operations.execute_sql,
}


class DataApiLifecycle(ServiceLifecycleHook):
    """Tells the service when LocalStack stops."""

    def on_before_stop(self) -> None:
        """Rolls all transactions back: no transaction outlives LocalStack."""
        transactions.close()


# The limit of 100 characters for an ARN is the model's, and AWS takes longer ones (soto-project/soto#471).
SERVICE = dispatch.Definition(
    "rds-data", _HANDLERS, model_rules=ModelRules(unchecked_shapes=frozenset({"Arn"})), null_elements=True
)


def create_service() -> Service:
    """Returns the service for the entry point `rds-data:default`."""
    return dispatch.create_service(SERVICE, DataApiLifecycle())
