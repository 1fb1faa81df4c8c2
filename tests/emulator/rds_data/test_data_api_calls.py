"""The RDS Data API's access rules, errors, transactions and timeouts, and the project's own SQL."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.base.paths import TOP
from scripts.case.analyses import named
from scripts.case.statements import statements
from tests.kit.aws import refused, unique
from tests.kit.data_api import WITH_DATA_API, DataApi, data_api, parameter, until

pytestmark = pytest.mark.emulator
SQL = TOP / "sql"


@pytest.fixture(scope="module")
def api(environment: Any) -> Iterator[DataApi]:
    with data_api(environment) as api:
        yield api


def create_user(api: DataApi) -> tuple[str, str]:
    """Returns the name of a new database user and the ARN of its secret."""
    user = unique("leitor").replace("-", "_")
    api.execute(f"CREATE ROLE {user} LOGIN PASSWORD 'leitor-password'")
    secret = json.dumps({"username": user, "password": "leitor-password"})
    return user, api.kit.secrets.create_secret(Name=unique("secret"), SecretString=secret)["ARN"]


def test_the_projects_own_sql(api: DataApi) -> None:
    for _ in range(2):  # A second run must succeed, too.
        for statement in statements((SQL / "01_create_tables.sql").read_text(encoding="utf-8")):
            api.execute(statement.sql)
    columns = "aluno_id, nome_aluno, idade, genero, escola_id, nome_escola, rede, regiao, disciplina, nota"
    row = "1, 'Ana', 15, 'F', 7, 'Escola', 'publica', 'Norte'"
    api.execute(f"INSERT INTO performance_academica ({columns}) VALUES ({row}, 'Artes', 9.5), ({row}, 'Física', 7)")
    queries = named((SQL / "02_analysis_queries.sql").read_text(encoding="utf-8"))
    answers = {
        name: json.loads(api.execute(sql, formatRecordsAs="JSON")["formattedRecords"]) for name, sql in queries.items()
    }
    means = {"media_por_regiao_e_escola": 8.25, "desempenho_por_rede": 8.25, "estatisticas_por_disciplina": 9.5}
    assert {name: answers[name][0]["media_nota"] for name in means} == means
    assert all(api.execute(one, includeResultMetadata=True)["columnMetadata"] for one in queries.values())


def test_the_endpoint_is_switched_by_its_own_operations(api: DataApi) -> None:
    rds, arn, name = api.kit.rds, api.cluster["DBClusterArn"], api.cluster["DBClusterIdentifier"]
    assert api.kit.describe(name)["HttpEndpointEnabled"] is True
    assert rds.disable_http_endpoint(ResourceArn=arn)["HttpEndpointEnabled"] is False
    try:
        assert api.kit.describe(name)["HttpEndpointEnabled"] is False
        with refused("HttpEndpointNotEnabledException", f"HttpEndpoint is not enabled for resource {arn}"):
            api.execute("SELECT 1")
        with refused("NotSupportedByEmulator", "use the operation EnableHttpEndpoint"):
            rds.modify_db_cluster(DBClusterIdentifier=name, EnableHttpEndpoint=True)
    finally:
        assert rds.enable_http_endpoint(ResourceArn=arn)["HttpEndpointEnabled"] is True
    assert api.value("SELECT 1") == {"longValue": 1}
    with refused("ResourceNotFoundFault"):
        rds.enable_http_endpoint(ResourceArn=arn + "x")


def test_a_cluster_that_is_not_there_or_spelled_otherwise(api: DataApi) -> None:
    for arn in (api.cluster["DBClusterArn"].upper(), api.cluster["DBClusterArn"] + "x"):
        with refused("HttpEndpointNotEnabledException", arn):
            api.execute("SELECT 1", resourceArn=arn)


def test_a_cluster_without_an_instance(api: DataApi) -> None:
    no_instance = refused("DatabaseNotFoundException", "doesn't have a DB instance")
    with api.kit.cluster(instances=0, **WITH_DATA_API) as cluster, no_instance:
        DataApi(api.kit, cluster).execute("SELECT 1")


def test_a_cluster_is_made_without_the_endpoint_unless_asked(api: DataApi) -> None:
    with api.kit.cluster() as cluster:
        assert cluster["HttpEndpointEnabled"] is False


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (None, "SecretsErrorException", "can't be retrieved"),
        ("no JSON", "InvalidSecretException", "username and password"),
        ('{"username": "x"}', "InvalidSecretException", "username and password"),
        ('{"username": "USER", "password": "wrong"}', "DatabaseErrorException", "SQLState: 28P01"),
    ],
)
def test_a_secret_that_does_not_open(api: DataApi, content: str | None, code: str, message: str) -> None:
    name = unique("secret")
    if content:
        content = content.replace("USER", api.cluster["MasterUsername"])
        api.kit.secrets.create_secret(Name=name, SecretString=content)
    with refused(code, message):
        api.execute("SELECT 1", secretArn=name)


def test_another_user_logs_in_as_itself(api: DataApi) -> None:
    user, arn = create_user(api)
    assert api.value("SELECT current_user::text", secretArn=arn) == {"stringValue": user}
    assert api.value("SELECT current_user::text") == {"stringValue": api.cluster["MasterUsername"]}


def test_a_rotated_password_goes_on_working(api: DataApi) -> None:
    api.kit.secrets.rotate_secret(SecretId=api.target["secretArn"])
    assert api.value("SELECT 1") == {"longValue": 1}


def test_the_session_is_over_tls_and_in_utc(api: DataApi) -> None:
    assert api.value("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == {"booleanValue": True}
    assert api.value("SHOW TimeZone") == {"stringValue": "UTC"}


def test_without_a_database_it_is_the_users(api: DataApi) -> None:
    user = api.cluster["MasterUsername"]
    with refused("DatabaseErrorException", f'ERROR: database "{user}" does not exist; SQLState: 3D000'):
        api.client.execute_statement(**api.target, sql="SELECT 1")


@pytest.mark.parametrize(
    ("sql", "options", "code", "message"),
    [
        ("SELECT 1; SELECT 2", {}, "ValidationException", "Multistatements aren't supported."),
        ("SELECT 1", {"schema": "public"}, "ValidationException", "The schema parameter isn't supported"),
        (
            "SELECT * FROM nada",
            {},
            "DatabaseErrorException",
            'ERROR: relation "nada" does not exist; Position: 15; SQLState: 42P01',
        ),
        ("-- nothing", {}, "ValidationException", "empty"),
        ("COPY (SELECT 1) TO STDOUT", {}, "DatabaseErrorException", "CopyOutResponse"),
        ("BEGIN", {}, "NotSupportedByEmulator", "BeginTransaction"),
        (f"SELECT '{'x' * 65536}'", {}, "ValidationException", "65536"),
    ],
)
def test_statements_that_are_refused(api: DataApi, sql: str, options: dict[str, Any], code: str, message: str) -> None:
    with refused(code, message):
        api.execute(sql, **options)


def test_one_statement_may_end_in_a_semicolon(api: DataApi) -> None:
    assert api.value("SELECT 1; -- done\n") == {"longValue": 1}


def test_an_infinite_time_fails_as_on_aws(api: DataApi) -> None:
    with pytest.raises(ClientError) as caught:
        api.execute("SELECT 'infinity'::timestamptz")
    assert caught.value.response["Error"]["Code"] == "InternalFailure"


def test_execute_sql_is_gone(api: DataApi) -> None:
    target = {"dbClusterOrInstanceArn": api.target["resourceArn"], "awsSecretStoreArn": api.target["secretArn"]}
    with refused("BadRequestException", "Use ExecuteStatement API instead"):
        api.client.execute_sql(**target, sqlStatements="SELECT 1")


def test_a_transaction_commits_and_rolls_back(api: DataApi) -> None:
    with api.table("movimentos"):
        first, second = api.begin(), api.begin()
        api.execute("INSERT INTO movimentos VALUES (1)", transactionId=first)
        api.batch("INSERT INTO movimentos VALUES (:n)", [parameter("n", "long", 2)], transactionId=second)
        assert api.value("SELECT count(*) FROM movimentos") == {"longValue": 0}
        assert api.commit(first) == "Transaction Committed"
        assert api.rollback(second) == "Rollback Complete"
        assert api.value("SELECT array_agg(n) FROM movimentos") == {"arrayValue": {"longValues": [1]}}
        for ended in (first, second):
            with refused("TransactionNotFoundException", "resulted in a termination of your transaction"):
                api.execute("SELECT 1", transactionId=ended)


def test_ddl_is_part_of_a_transaction(api: DataApi) -> None:
    transaction = api.begin()
    api.execute("CREATE TABLE efemera (n int)", transactionId=transaction)
    api.rollback(transaction)
    with refused("DatabaseErrorException", "42P01"):
        api.execute("SELECT * FROM efemera")


def test_an_error_aborts_the_transaction_until_it_is_rolled_back(api: DataApi) -> None:
    with api.table("abortada"):
        transaction = api.begin()
        api.execute("INSERT INTO abortada VALUES (1)", transactionId=transaction)
        with refused("DatabaseErrorException", "SQLState: 23505"):
            api.execute("INSERT INTO abortada VALUES (1)", transactionId=transaction)
        with refused("DatabaseErrorException", "SQLState: 25P02"):
            api.execute("SELECT 1", transactionId=transaction)
        with refused("DatabaseErrorException", "SQLState: 25P02"):
            api.commit(transaction)
        assert api.value("SELECT count(*) FROM abortada") == {"longValue": 0}
        assert api.rollback(api.begin()) == "Rollback Complete"


def test_a_transaction_belongs_to_its_cluster_and_database(api: DataApi) -> None:
    transaction = api.begin()
    with api.kit.cluster(**WITH_DATA_API) as other, refused("TransactionNotFoundException"):
        DataApi(api.kit, other).execute("SELECT 1", transactionId=transaction)
    with refused("ValidationException", "begun with"):
        api.execute("SELECT 1", transactionId=transaction, database="postgres")
    api.rollback(transaction)


def test_unknown_and_ended_from_within(api: DataApi) -> None:
    with refused("TransactionNotFoundException", "Transaction nada is not found. Transaction may be expired."):
        api.execute("SELECT 1", transactionId="nada")
    transaction = api.begin()
    with refused("NotSupportedByEmulator", "CommitTransaction"):
        api.execute("COMMIT", transactionId=transaction)
    with refused("TransactionNotFoundException"):
        api.commit(transaction)


def test_a_transaction_that_nobody_uses_is_rolled_back(api: DataApi) -> None:
    """The server rolls the transaction back after three minutes. The test shortens that in the session."""
    with api.table("esquecida"):
        transaction = api.begin()
        limit = "SHOW idle_in_transaction_session_timeout"
        assert api.value(limit, transactionId=transaction) == {"stringValue": "3min"}
        session = api.value("SELECT pg_backend_pid()", transactionId=transaction)["longValue"]
        api.execute("INSERT INTO esquecida VALUES (1)", transactionId=transaction)
        api.execute("SET idle_in_transaction_session_timeout = '100ms'", transactionId=transaction)
        with api.kit.environment.admin() as connection:
            alive = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
            connection.autocommit = True  # In a transaction the view would never change.
            until(lambda: not connection.execute(alive, (session,)).fetchone()[0])
        for _ in range(2):
            with refused("TransactionNotFoundException", "Transaction may be expired."):
                api.execute("SELECT 1", transactionId=transaction)
        assert api.value("SELECT count(*) FROM esquecida") == {"longValue": 0}


def test_one_call_at_a_time_in_a_transaction(api: DataApi) -> None:
    transaction = api.begin()
    session = api.value("SELECT pg_backend_pid()", transactionId=transaction)["longValue"]
    with api.kit.environment.admin(api.database) as connection:
        connection.execute("SELECT pg_advisory_lock(4610)")
        waits = threading.Thread(
            target=api.execute,
            args=("SELECT pg_advisory_xact_lock(4610)::text",),
            kwargs={"transactionId": transaction},
        )
        waits.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE pid = %s AND NOT granted"
        until(lambda: connection.execute(waiting, (session,)).fetchone()[0])
        with refused("DatabaseErrorException", "Transaction is still running a query"):
            api.execute("SELECT 1", transactionId=transaction)
        assert api.value("SELECT 1") == {"longValue": 1}
        connection.execute("SELECT pg_advisory_unlock(4610)")
        waits.join()
    assert api.rollback(transaction) == "Rollback Complete"


def test_a_statement_that_takes_too_long_is_stopped(api: DataApi) -> None:
    assert api.value("SHOW statement_timeout") == {"stringValue": "5s"}  # 45s unless shortened for these tests
    transaction = api.begin()
    api.execute("SET LOCAL statement_timeout = '100ms'", transactionId=transaction)
    with refused("StatementTimeoutException", "statement timeout"):
        api.execute("SELECT pg_sleep(60)::text", transactionId=transaction)
    api.rollback(transaction)


def test_a_statement_may_go_on_after_the_timeout(api: DataApi) -> None:
    with api.table("demorada"):
        with api.kit.environment.admin(api.database) as connection:
            connection.execute("SELECT pg_advisory_lock(4611)")
            sql = "INSERT INTO demorada SELECT 1 FROM (SELECT pg_advisory_xact_lock(4611)) AS waited"
            with refused("StatementTimeoutException", "continues to run"):
                api.execute(sql, continueAfterTimeout=True)
            assert api.value("SELECT count(*) FROM demorada") == {"longValue": 0}
            connection.execute("SELECT pg_advisory_unlock(4611)")
        until(lambda: api.value("SELECT count(*) FROM demorada") == {"longValue": 1})
        with refused("ValidationException", "continueAfterTimeout"):
            api.execute("SELECT 1", continueAfterTimeout=True, transactionId="x")


def test_a_limit_of_the_database_holds_after_the_timeout_too_and_leaves_no_session(api: DataApi) -> None:
    user, secret = create_user(api)
    api.execute(f"ALTER ROLE {user} SET statement_timeout = '100ms'")
    with refused("StatementTimeoutException", "canceling statement due to statement timeout"):
        api.execute("SELECT pg_sleep(600)::text", continueAfterTimeout=True, secretArn=secret)
    with api.kit.environment.admin() as connection:
        connection.autocommit = True  # In a transaction the view would never change.
        sessions = "SELECT count(*) FROM pg_stat_activity WHERE usename = %s"
        until(lambda: connection.execute(sessions, (user,)).fetchone() == (0,))
