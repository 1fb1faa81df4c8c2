"""The rds-data service: which function answers which operation."""

import logging
from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext, ServiceException
from localstack.services.plugins import Service, ServiceLifecycleHook

from glue_aurora import dispatch
from glue_aurora.errors import ApiError, EmulatorError
from glue_aurora.rds_data import operations
from glue_aurora.rds_data.transactions import transactions

LOG = logging.getLogger(__name__)

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
    handlers = {operation: _answering(handler) for operation, handler in _HANDLERS.items()}
    return dispatch.create_service("rds-data", handlers, DataApiLifecycle())


def _answering(handler: dispatch.Handler) -> dispatch.Handler:
    def handle(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            return handler(context, request or {})
        except ServiceException:
            raise
        # Never a 500: clients would repeat a statement that may have run.
        except EmulatorError as error:
            raise ApiError("EmulatorFailure", str(error), status_code=501) from error
        except Exception as error:
            LOG.exception("rds-data:%s failed", context.operation.name if context.operation else "")
            message = f"The emulator failed: {type(error).__name__}: {error}. Its log has the details."
            raise ApiError("EmulatorFailure", message, status_code=501) from error

    return handle
