"""Each fault strikes a run at each phase. The table is as before or as after the run, and a retry repairs the rest.

FAULTS=n is the number of faults, 4 by default. FAULTS_SEED draws them, so that a few are not always the first. Every
other one strikes a run in the JVM that waited for it, and two of four strike a run that has several tasks.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from glue_scripts.table import NAME as TABLE
from scripts.base.waiting import NotReady
from scripts.case.job import ENDED
from scripts.environment import warm
from tests.faults.conftest import Scene
from tests.kit.faults.phases import HOLD_MERGE, PHASES, Watch
from tests.kit.faults.strikes import STRIKES, full_disk, possible
from tests.kit.faults.tally import STRUCK

pytestmark = pytest.mark.faults
SEED = int(os.environ.get("FAULTS_SEED", "20261124"))
LONGEST_PAUSE_SECONDS = 0.4


def drawn(count: int) -> list[tuple[str, str, int, bool, bool]]:
    """Returns `count` times fault, phase, seed, whether a JVM waits for the run, and whether its files are large.

    It draws the whole list again when the list is used up.
    """
    draw = random.Random(SEED)  # noqa: S311
    pairs: list[tuple[str, str]] = []
    while len(pairs) < count:
        everything = [(fault, phase) for fault in STRIKES for phase in PHASES if possible(fault, phase)]
        pairs += draw.sample(everything, len(everything))
    return [
        (*pair, draw.randrange(2**32), number % 2 == 1, number % 4 > 1) for number, pair in enumerate(pairs[:count])
    ]


@pytest.mark.parametrize(("fault", "phase", "seed", "waits", "large"), drawn(int(os.environ.get("FAULTS") or "4")))
def test_struck_run(
    scene: Scene,
    fault: str,
    phase: str,
    seed: int,
    waits: bool,
    large: bool,
    record_property: Callable[[str, object], None],
) -> None:
    site = scene.site
    folder = scene.large if large else scene.folder
    longest_pauses = (LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS / 4, 0)
    run_id = next(
        filter(None, (strike(scene, folder, fault, phase, seed, waits, pause) for pause in longest_pauses)), None
    )
    record_property(STRUCK, run_id is not None)
    if run_id is None:
        pytest.skip(f"nothing to strike, three times: {phase} was over")
    assert warm.served(site.instance, run_id) == waits
    forgot = fault == "SIGKILL of LocalStack"
    site.recover(forgot=forgot)
    state = "forgotten" if forgot else site.finish(run_id)["JobRunState"]
    # Nothing stops the run, and its timeout is far: any other end would be a fault of the platform.
    assert state in ("SUCCEEDED", "FAILED", "forgotten")
    site.quiet()
    rows = site.rows()
    assert rows in (scene.before, scene.after), "the table is between two states"
    if state == "SUCCEEDED":
        assert rows == scene.after, "SUCCEEDED, and the table says otherwise"
    retry(scene, forgot)


def strike(
    scene: Scene, folder: Path, fault: str, phase: str, seed: int, waits: bool, longest_pause: float
) -> str | None:
    """Returns the id of a run that was struck in the phase. None: the phase was over too soon; the run has ended."""
    site = scene.site
    prepare(scene, folder)
    site.choose_jvm(waits)
    reached, struck = False, False
    # The sessions of the test die with the server, too.
    with (
        suppress(psycopg.OperationalError),
        site.superuser() as holder,
        holder.transaction(),
        site.superuser() as watching,
    ):
        if phase == "waiting for the lock":
            holder.execute(f"LOCK TABLE {TABLE} IN SHARE MODE")
        if phase == "merging":
            watching.execute(f"{HOLD_MERGE}{scene.changed[0]})")
            holder.execute("SELECT pg_advisory_xact_lock(1)")
        run_id = site.start()
        reached = reach(Watch(site, watching, run_id, scene.changed), phase)
        if reached:
            pause(seed, longest_pause)
            struck = STRIKES[fault](site, scene.proxy)
    if struck:
        return run_id
    site.finish(run_id)
    return None


def test_full_disk(scene: Scene) -> None:
    prepare(scene, scene.large)
    try:
        with full_disk(scene.site):
            ended = scene.site.finish(scene.site.start())
            scene.site.quiet()
            leftovers = scene.site.relations()
    except PermissionError as error:
        pytest.skip(str(error))
    assert ended["JobRunState"] == "FAILED"
    assert "No space left on device" in ended["ErrorMessage"]
    assert scene.site.rows() == scene.before
    assert leftovers == []
    retry(scene, forgot=False)


def test_paused_aurora(scene: Scene) -> None:
    """Aurora refuses connections for 40 s while it wakes, and is slow afterwards."""
    prepare(scene, scene.folder)
    scene.proxy.refuse.set()
    threading.Timer(40, scene.proxy.refuse.clear).start()
    scene.proxy.slow_seconds = 2
    try:
        ended = scene.site.finish(scene.site.start())
    finally:
        scene.proxy.slow_seconds = 0
    assert scene.proxy.refused > 1
    assert ended["JobRunState"] == "SUCCEEDED"
    assert scene.site.rows() == scene.after


def prepare(scene: Scene, folder: Path) -> None:
    scene.site.quiet()  # A failed test may have left its run alive.
    scene.site.restore()
    scene.site.upload(folder)


def reach(watch: Watch, phase: str) -> bool:
    """Returns True when the run is in the phase, False when the run has ended and was never seen in it."""

    # Some phases last for a tenth of a second, so the test asks again at once.
    for attempt in Retrying(stop=stop_after_delay(120), wait=wait_fixed(0.01), retry=retry_if_exception_type(NotReady)):
        with attempt:
            if PHASES[phase](watch):
                return True
            if watch.site.look(watch.run_id)["JobRunState"] in ENDED:
                return False
            raise NotReady(phase)
    return False


def pause(seed: int, longest_seconds: float) -> None:
    """Waits for a drawn moment of the phase, so that a fault does not always strike its beginning."""
    threading.Event().wait(random.Random(seed).random() * longest_seconds)  # noqa: S311


def retry(scene: Scene, forgot: bool) -> None:
    """Asserts that another run succeeds, leaves the reference's table, and removes what the struck run left."""
    site = scene.site
    if forgot:
        site.upload(scene.folder)
    ended = site.finish(site.start())
    assert ended["JobRunState"] == "SUCCEEDED", ended.get("ErrorMessage")
    assert site.rows() == scene.after
    assert site.relations() == []
    folders = {key.split("/")[2] for key in site.keys(f"processed/{TABLE}/")}
    whole = {key.split("/")[2] for key in site.keys(f"processed/{TABLE}/") if key.endswith("/_SUCCESS")}
    assert folders == whole, "Parquet of a run that did not end is left"
