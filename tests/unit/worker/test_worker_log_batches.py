"""Lines of a growing file become batches within PutLogEvents' limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from glue_worker.logs import BATCH_BYTES, BATCH_EVENTS, EVENT_BYTES, EVENT_OVERHEAD_BYTES, Tail

pytestmark = pytest.mark.unit


def read_all(path: Path) -> list[list[str]]:
    tail = Tail(path)
    batches: list[list[str]] = []
    while True:
        messages, tail.offset = tail.batch(final=True)
        if not messages:
            return batches
        batches.append(messages)


def test_an_unfinished_line_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    tail = Tail(path)
    path.write_bytes(b"um\nno")
    messages, tail.offset = tail.batch(final=False)
    assert messages == ["um"]
    assert tail.batch(final=False) == ([], tail.offset)
    path.write_bytes(b"um\nnota")
    assert tail.batch(final=True)[0] == ["nota"]


@pytest.mark.parametrize(
    "content",
    [
        "ç".encode() * 700_000,
        b"\n" * 25_000,
        b"x" * (EVENT_BYTES + 1) + b"\n" + b"y\n",
        b"\xff" * 600_000,
        ("linha €\n" * 150_000).encode(),
        b"\x80" * (EVENT_BYTES + 5),
    ],
    ids=["one-long-line", "many-empty-lines", "just-too-long", "not-utf8", "more-than-a-batch", "continuation-bytes"],
)
def test_batches_keep_the_limits_and_lose_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(content)
    batches = read_all(path)
    for batch in batches:
        sizes = [len(message.encode()) for message in batch]
        assert min(sizes) > 0 and max(sizes) <= EVENT_BYTES
        assert len(sizes) <= BATCH_EVENTS and sum(sizes) + EVENT_OVERHEAD_BYTES * len(sizes) <= BATCH_BYTES
    text = content.decode("utf-8", "replace").replace("\ufffd", "?").replace("\n", "")
    assert "".join(message for batch in batches for message in batch).replace(" ", "") == text.replace(" ", "")


def test_windows_line_ends_are_dropped_and_empty_lines_kept(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a\r\n\nb")
    assert read_all(path) == [["a", " ", "b"]]
