"""Transactions between calls: each is a session that waits for its next call.

The server rolls back a transaction that no call has used for three minutes (`idle_in_transaction_session_timeout`). The
next call checks the limit of 24 hours. An error in a statement aborts the transaction for PostgreSQL, which
answers 25P02 until it is rolled back; the id stays known (as seen on Aurora Serverless v2).
"""

import base64
import secrets
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import pq

from glue_aurora.rds_data import faults
from glue_aurora.rds_data.execution import SessionLostError
from glue_aurora.rds_data.sessions import IDLE_SECONDS, Session

_LONGEST_SECONDS = 24 * 3600
_EXPIRED = "Transaction may be expired."
_ENDED = "One previous call resulted in a termination of your transaction."


@dataclass
class Transaction:
    """`database` is the one that the transaction was begun with, None when none was named."""

    identifier: str
    cluster_arn: str
    database: str | None
    session: Session
    began: float = field(default_factory=time.monotonic)
    used: float = field(default_factory=time.monotonic)
    busy: threading.Lock = field(default_factory=threading.Lock)


class Transactions:
    """All transactions that are open."""

    def __init__(self) -> None:
        self._open: dict[str, Transaction] = {}
        self._ended: deque[str] = deque(maxlen=1000)
        self._lock = threading.Lock()

    def begin(self, cluster_arn: str, database: str | None, session: Session) -> str:
        """Begins a transaction, which owns the session from now on, and returns its identifier."""
        self._forget_abandoned()
        session.execute("BEGIN")
        identifier = base64.b64encode(secrets.token_bytes(72)).decode()
        with self._lock:
            self._open[identifier] = Transaction(identifier, cluster_arn, database, session)
        return identifier

    @contextmanager
    def use(self, identifier: str, cluster_arn: str) -> Iterator[Transaction]:
        """Yields the transaction, for this call alone.

        Raises:
            ApiError: the transaction is not found, or busy with another call.
        """
        with self._lock:
            transaction = self._open.get(identifier)
            if transaction is None or transaction.cluster_arn != cluster_arn:
                raise faults.transaction_not_found(identifier, _ENDED if identifier in self._ended else _EXPIRED)
            if not transaction.busy.acquire(blocking=False):
                raise faults.transaction_busy()
        try:
            if time.monotonic() - transaction.began > _LONGEST_SECONDS:
                raise SessionLostError
            yield transaction
            transaction.used = time.monotonic()
            if transaction.session.pgconn.transaction_status == pq.TransactionStatus.IDLE:
                self._close(transaction)
                self._ended.append(identifier)
        except SessionLostError:
            self._close(transaction)
            raise faults.transaction_not_found(identifier, _EXPIRED) from None
        except Exception:
            if transaction.session.pgconn.transaction_status not in (
                pq.TransactionStatus.INTRANS,
                pq.TransactionStatus.INERROR,
            ):
                self._close(transaction)
            raise
        finally:
            transaction.busy.release()

    def end(self, identifier: str, cluster_arn: str, command: str) -> None:
        """Ends the transaction by COMMIT or ROLLBACK.

        PostgreSQL rolls back at the COMMIT of a transaction that an error has aborted. That is an error here, because
        the caller believes in a commit. What AWS answers is not known.

        Raises:
            ApiError: the transaction is not found, or PostgreSQL refuses.
        """
        with self.use(identifier, cluster_arn) as transaction:
            aborted = transaction.session.pgconn.transaction_status == pq.TransactionStatus.INERROR
            try:
                transaction.session.execute(command)
            except psycopg.Error as error:
                if transaction.session.broken:
                    raise SessionLostError from error
                # For example, of a deferred constraint.
                raise faults.database(str(error.diag.message_primary), str(error.sqlstate)) from error
            if aborted and command == "COMMIT":
                raise faults.database(
                    "current transaction is aborted, commands ignored until end of transaction block", "25P02"
                )

    def close(self) -> None:
        """Rolls all of them back."""
        with self._lock:
            everything = list(self._open.values())
            self._open.clear()
        for transaction in everything:
            transaction.session.close()

    def _forget_abandoned(self) -> None:
        """Closes the sessions of transactions that the server has rolled back: our side of the connection is left."""
        long_ago = time.monotonic() - 2 * IDLE_SECONDS
        with self._lock:
            abandoned = [one for one in self._open.values() if one.used < long_ago and not one.busy.locked()]
        for transaction in abandoned:
            self._close(transaction)

    def _close(self, transaction: Transaction) -> None:
        with self._lock:
            self._open.pop(transaction.identifier, None)
        transaction.session.close()


transactions = Transactions()
