"""The operations of the service. What a call does to the database is in `execution`, what lasts in `transactions`."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora import config
from glue_aurora.rds_data import (
    column_metadata,
    execution,
    faults,
    named_parameters,
    parameters,
    records,
    sessions,
    target,
)
from glue_aurora.rds_data.execution import LeftRunningError, Result, SessionLostError
from glue_aurora.rds_data.sessions import Session
from glue_aurora.rds_data.transactions import transactions
from glue_aurora.service.errors import ApiError

_LARGEST_REQUEST = 4 * 1024 * 1024


def execute_statement(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Runs one statement. All members work but `schema` and array parameters, which AWS refuses too."""
    _check(context, request)
    statement = named_parameters.parse(request["sql"])
    values = parameters.values(request.get("parameters"), statement.names)
    leave_after = None
    if request.get("continueAfterTimeout"):
        if request.get("transactionId"):
            raise faults.validation("continueAfterTimeout isn't supported in a transaction.")
        leave_after = config.rds_data_timeout_seconds()
    with _session(context, request) as session:
        result = execution.run(session, statement.sql, values, leave_after=leave_after)
        return _answer(session, request, result)


def batch_execute_statement(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Runs one statement for each parameter set. Outside a transaction each set is committed by itself.

    AWS does not document whether it commits each set by itself.
    """
    _check(context, request)
    statement = named_parameters.parse(request["sql"])
    if not request.get("parameterSets"):
        raise faults.validation(
            "parameterSets is empty. Without parameters send one empty set, or use ExecuteStatement."
        )
    sets = [parameters.values(one, statement.names) for one in request["parameterSets"]]
    deadline = time.monotonic() + config.rds_data_timeout_seconds()
    with _session(context, request) as session:
        for values in sets:
            if time.monotonic() > deadline:
                raise faults.timeout("The call timed out between two parameter sets.")
            execution.run(session, statement.sql, values)
    # Generated fields are MySQL's: always empty here (User Guide, "BatchExecuteStatement behavior").
    return {"updateResults": [{"generatedFields": []} for _ in sets]}


def begin_transaction(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Begins a transaction. PostgreSQL rolls it back after 3 minutes without a call.

    A transaction of more than 24 hours ends at its next call.
    """
    _check(context, request)
    login = target.login(context, request["resourceArn"], request["secretArn"])
    database = request.get("database") or None
    session = sessions.connect(login, database, config.rds_data_timeout_seconds())
    return {"transactionId": transactions.begin(login.cluster_arn, database, session)}


def commit_transaction(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Commits a transaction."""
    _end(context, request, "COMMIT")
    return {"transactionStatus": "Transaction Committed"}


def rollback_transaction(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Rolls a transaction back."""
    _end(context, request, "ROLLBACK")
    return {"transactionStatus": "Rollback Complete"}


def execute_sql(context: RequestContext, request: Mapping[str, Any]) -> None:
    """Refuses in AWS's words: the operation belongs to Serverless v1."""
    raise faults.execute_sql()


def _check(context: RequestContext, request: Mapping[str, Any]) -> None:
    if request.get("schema"):
        raise faults.schema_parameter()
    if (context.request.content_length or 0) > _LARGEST_REQUEST:
        raise faults.validation("The request is larger than 4 MiB.")


@contextmanager
def _session(context: RequestContext, request: Mapping[str, Any]) -> Iterator[Session]:
    """Yields the transaction's session, or one for this call alone.

    Raises:
        ApiError: the target, the transaction or the log-in is refused.
    """
    login = target.login(context, request["resourceArn"], request["secretArn"])
    database, identifier = request.get("database") or None, request.get("transactionId")
    if identifier:
        with transactions.use(identifier, login.cluster_arn) as transaction:
            if database and database != transaction.database:
                raise faults.validation("The database is not the one that the transaction was begun with.")
            yield transaction.session
        return
    timeout = None if request.get("continueAfterTimeout") else config.rds_data_timeout_seconds()
    session = sessions.connect(login, database, timeout)
    left_running = False
    try:
        yield session
    except SessionLostError as error:
        raise ApiError("DatabaseErrorException", f"The database ended the session: {error}") from error
    except LeftRunningError:
        left_running = True
        raise
    finally:
        if not left_running:
            session.close()


def _end(context: RequestContext, request: Mapping[str, Any], command: str) -> None:
    login = target.login(context, request["resourceArn"], request["secretArn"])
    transactions.end(request["transactionId"], login.cluster_arn, command)


def _answer(session: Session, request: Mapping[str, Any], result: Result) -> dict[str, Any]:
    """Returns the answer: `records` or `formattedRecords` where there are rows, else empty `generatedFields`."""
    if result.columns is None:
        return {"numberOfRecordsUpdated": result.updated, "generatedFields": []}
    types = records.column_types(session, result)
    rows = records.python_rows(session, result, types)
    if request.get("formatRecordsAs") == "JSON":
        text = records.as_json(rows, types, column_metadata.names(result))
        return {"numberOfRecordsUpdated": 0, "formattedRecords": text}
    answer: dict[str, Any] = {
        "numberOfRecordsUpdated": 0,
        "records": records.fields(rows, types, request.get("resultSetOptions") or {}),
    }
    if request.get("includeResultMetadata"):
        answer["columnMetadata"] = column_metadata.describe(session, result, types)
    return answer
