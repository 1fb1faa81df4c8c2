"""Errors that the RDS Data API answers for Aurora PostgreSQL, provisioned and Serverless v2.

Codes and HTTP statuses are those of botocore's model of the service. ValidationException is not in the model, but the
service answers it. Wordings marked [AWS] are the service's: from the Aurora User Guide ("Comparing Amazon RDS Data API
behaviors", "Troubleshooting Amazon RDS Data API") or seen by its users, whose place is then named. The others are ours.
"""

from glue_aurora.service.errors import ApiError


def validation(message: str) -> ApiError:
    return ApiError("ValidationException", message)


def multistatement() -> ApiError:
    """[AWS] User Guide."""
    return validation("Multistatements aren't supported.")


def schema_parameter() -> ApiError:
    """[AWS] User Guide."""
    return validation("The schema parameter isn't supported")


def parameter_name(name: str) -> ApiError:
    """[AWS] Quoted in the source of kysely-data-api."""
    return validation(f"Named parameter syntax is invalid, input: {name}")


def endpoint_not_enabled(arn: str) -> ApiError:
    """[AWS] Also the answer for an ARN that is no cluster's, to the letter (User Guide)."""
    return ApiError("HttpEndpointNotEnabledException", f"HttpEndpoint is not enabled for resource {arn}")


def no_instance(arn: str) -> ApiError:
    return ApiError("DatabaseNotFoundException", f"The DB cluster {arn} doesn't have a DB instance.", 404)


def secret_not_retrieved(secret: str, reason: str) -> ApiError:
    return ApiError("SecretsErrorException", f"The secret {secret} can't be retrieved from Secrets Manager: {reason}")


def secret_invalid(secret: str) -> ApiError:
    return ApiError(
        "InvalidSecretException", f"The secret {secret} must be JSON with the text members username and password."
    )


def database(message: str, sqlstate: str, hint: str | None = None, position: str | None = None) -> ApiError:
    """[AWS] `ERROR: message; Hint: …; Position: …; SQLState: …`, always ERROR, without PostgreSQL's detail.

    So seen on Aurora Serverless v2: cloud-utils/aurora-data-api#53, aws/aws-cli#8577, drizzle-team/drizzle-orm#2232.
    """
    parts = [f"ERROR: {message}"]
    parts += [f"Hint: {hint}"] if hint else []
    parts += [f"Position: {position}"] if position else []
    return ApiError("DatabaseErrorException", "; ".join([*parts, f"SQLState: {sqlstate}"]))


def copy_refused(direction: str) -> ApiError:
    return ApiError("DatabaseErrorException", f"unexpected message: Copy{direction}Response")


def transaction_busy() -> ApiError:
    """[AWS] User Guide."""
    return ApiError("DatabaseErrorException", "Transaction is still running a query")


def transaction_not_found(transaction_id: str, cause: str) -> ApiError:
    """[AWS] The two parts; how they are joined is ours."""
    return ApiError("TransactionNotFoundException", f"Transaction {transaction_id} is not found. {cause}", 404)


def timeout(message: str) -> ApiError:
    return ApiError("StatementTimeoutException", message)


def unsupported_type(name: str) -> ApiError:
    """[AWS] User Guide."""
    return _unsupported_result(f"The result contains the unsupported data type {name}.")


def multidimensional_array() -> ApiError:
    """[AWS] Botocore's model names the case; the wording is quoted by users."""
    return _unsupported_result("The result contains a multidimensional array.")


def result_too_large() -> ApiError:
    """[AWS] Wording of v2 as users quote it; v1 says "Database returned more than the allowed response size limit"."""
    return _unsupported_result("The result exceeds the size limit 1 MB.")


def row_too_large() -> ApiError:
    return _unsupported_result("The result contains a row of more than 64 KB.")


def not_representable(value: str) -> ApiError:
    return _unsupported_result(f"The result contains the value {value}, which JSON can't carry. Cast it to text.")


def infinite_time(value: str) -> ApiError:
    """[AWS] The code; the service gives no message at all."""
    return ApiError(
        "InternalFailure",
        f"The result contains the time {value}, which AWS's Data API can't return either. Cast it to text.",
        500,
    )


def duplicate_column(name: str) -> ApiError:
    return _unsupported_result(f"The result has more than one column {name}, and formatRecordsAs is JSON.")


def execute_sql() -> ApiError:
    """[AWS] aws/aws-cli#4086."""
    return ApiError("BadRequestException", "This API is deprecated and not available. Use ExecuteStatement API instead")


def _unsupported_result(message: str) -> ApiError:
    return ApiError("UnsupportedResultException", message)
