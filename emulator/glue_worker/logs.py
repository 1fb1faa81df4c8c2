"""Sends a run's output to CloudWatch Logs while the run is alive.

The script and Spark write to files, so a slow or failing log service never delays them. The shipper sends again what
the service did not take. Limits: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

log = logging.getLogger(__name__)

# The logs of a run, and the seconds after which each is sent again. A log is a file `<name>.log`, and a member of the
# request's `log_groups`. A user waits for what the script says, which is little. Spark says much, and nobody waits.
LOGS = {"output": 0.25, "error": 1.0}
EVENT_OVERHEAD_BYTES = 26
EVENT_BYTES = 256 * 1024 - EVENT_OVERHEAD_BYTES
BATCH_BYTES = 1024 * 1024
BATCH_EVENTS = 10_000


@dataclass
class Tail:
    """Reads a growing file of lines in batches that PutLogEvents takes."""

    path: Path
    offset: int = 0

    def batch(self, *, final: bool) -> tuple[list[str], int]:
        """Returns the next messages and the offset behind them. An unfinished line waits, unless `final`."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            data = file.read(BATCH_BYTES)
        whole = final and len(data) < BATCH_BYTES
        messages: list[str] = []
        size = used = 0
        while used < len(data) and len(messages) < BATCH_EVENTS:
            piece, behind = _piece(data, used, whole=whole)
            if piece is None:
                break
            message = _message(piece)
            size += len(message.encode()) + EVENT_OVERHEAD_BYTES
            if size > BATCH_BYTES:
                break
            messages.append(message)
            used = behind
        return messages, self.offset + used


def _piece(data: bytes, start: int, *, whole: bool) -> tuple[bytes | None, int]:
    """Returns one line without its end, or as much of it as an event holds. None: the line is unfinished."""
    end = data.find(b"\n", start)
    length = (end if end >= 0 else len(data)) - start
    if length > EVENT_BYTES:
        cut = start + EVENT_BYTES
        # A cut must not split a UTF-8 sequence, which has three continuation bytes at most.
        cut -= next((back for back in range(4) if data[cut - back] & 0xC0 != 0x80), 0)
        return data[start:cut], cut
    if end >= 0:
        return data[start:end], end + 1
    return (data[start:], len(data)) if whole else (None, start)


def _message(line: bytes) -> str:
    # A replacement character can have more bytes than the text that it replaces. CloudWatch takes no empty message.
    return line.rstrip(b"\r").decode("utf-8", "replace").replace("\ufffd", "?") or " "


class LogShipper:
    """Sends the lines of each group's file to `stream`, every so many seconds.

    It creates the group and the stream where they are missing.

    The agent's own log gets each kind of failure once. The run does not fail: on AWS, too, a role without the
    permission only loses its logs.
    """

    def __init__(self, make_client: Callable[[], Any], files: dict[str, tuple[Path, float]], stream: str) -> None:
        self._make_client = make_client
        self._client: Any = None
        self._tails = {group: Tail(path) for group, (path, _) in files.items()}
        self._every = {group: seconds for group, (_, seconds) in files.items()}
        self._due = dict.fromkeys(files, 0.0)
        self._stream = stream
        self._ready: set[str] = set()
        self._noted: set[str] = set()
        self._finish = threading.Event()
        self._last_timestamp = 0
        self._thread = threading.Thread(target=self._run, name=f"logs-{stream}", daemon=True)

    def start(self) -> None:
        for tail in self._tails.values():
            tail.path.touch()
        self._thread.start()

    def finish(self, seconds: float) -> None:
        """Sends the rest of the files, for `seconds` at most."""
        self._finish.set()
        self._thread.join(seconds)
        for group, tail in self._tails.items():
            if (size := tail.path.stat().st_size - tail.offset) > 0:
                log.warning("%s: %d bytes of the log did not reach %s", self._stream, size, group)

    def _run(self) -> None:
        while True:
            final = self._finish.wait(min(self._every.values()))
            for group, tail in self._tails.items():
                if not final and self._due[group] > time.monotonic():
                    continue
                self._due[group] = time.monotonic() + self._every[group]
                try:
                    self._ship(group, tail, final=final)
                except (ClientError, BotoCoreError, OSError) as error:
                    self._ready.discard(group)
                    self._note(f"{group}: {error}")
            if final:
                return

    def _ship(self, group: str, tail: Tail, *, final: bool) -> None:
        if group not in self._ready:
            self._make_stream(group)
            self._ready.add(group)
        while True:
            messages, offset = tail.batch(final=final)
            if not messages:
                return
            # The machine's clock may go back; the time within a stream may not.
            self._last_timestamp = max(self._last_timestamp, int(time.time() * 1000))
            self._client.put_log_events(
                logGroupName=group,
                logStreamName=self._stream,
                logEvents=[{"timestamp": self._last_timestamp, "message": message} for message in messages],
            )
            tail.offset = offset

    def _make_stream(self, group: str) -> None:
        if self._client is None:
            self._client = self._make_client()
        try:
            self._create(self._client.create_log_stream, logGroupName=group, logStreamName=self._stream)
        except self._client.exceptions.ResourceNotFoundException:
            self._create(self._client.create_log_group, logGroupName=group)
            self._create(self._client.create_log_stream, logGroupName=group, logStreamName=self._stream)

    def _create(self, call: Callable[..., Any], **names: str) -> None:
        with suppress(self._client.exceptions.ResourceAlreadyExistsException):
            call(**names)

    def _note(self, reason: str) -> None:
        if reason not in self._noted:
            self._noted.add(reason)
            log.warning("%s: the log can't be written to %s", self._stream, reason)
