"""The end of a process tree: nothing saves a process in it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from contextlib import suppress

import psutil
import pytest

from scripts.base.paths import TOP

pytestmark = pytest.mark.unit

# A child lives until it is killed or the test closes the pipe. The first child is root's; then the tree becomes
# nobody's, which may not signal the first.
TREE = """
    import os, subprocess
    from glue_worker import process_tree

    def child():
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(["cat"], **quiet)

    children = [child()]
    os.setuid(65534)
    children += [child(), child()]
    print(*(each.pid for each in children), flush=True)
    left = process_tree.kill_descendants(os.getpid())
    print(left == {children[0].pid}, [each.wait() for each in children[1:]])
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process that its parent may not signal")
def test_a_process_that_may_not_be_signalled_does_not_save_the_others() -> None:
    environment = {**os.environ, "PYTHONPATH": str(TOP / "emulator")}
    command = [sys.executable, "-c", textwrap.dedent(TREE)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as tree:  # type: ignore[call-overload]
        pids = [int(pid) for pid in tree.stdout.readline().split()]
        told = tree.stdout.read()
        assert psutil.pid_exists(pids[0])
        tree.stdin.close()
        reason = tree.stderr.read()
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            psutil.Process(pid).kill()
    assert told == "True [-9, -9]\n", reason


# The first thread ends and another one lives, so the process looks like a zombie. It still has its child.
DYING = """
    import ctypes, signal, subprocess, sys, threading

    child = subprocess.Popen(["sleep", "600"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    threading.Thread(target=signal.pause, daemon=True).start()
    print(child.pid, flush=True)
    ctypes.CDLL(None).pthread_exit(None)
"""
KILL = """
    import os, subprocess, sys
    from glue_worker import process_tree

    dying = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE, text=True)
    child = int(dying.stdout.readline())
    try:
        while open(f"/proc/{dying.pid}/stat").read().rpartition(")")[2].split()[0] != "Z":
            pass
        process_tree.kill_descendants(os.getpid())
        print(child)
    finally:
        dying.kill()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows a process as a zombie while threads of it live")
def test_a_dying_process_does_not_save_its_children() -> None:
    environment = {**os.environ, "PYTHONPATH": str(TOP / "emulator")}
    command = [sys.executable, "-c", textwrap.dedent(KILL), textwrap.dedent(DYING)]
    done = subprocess.run(command, env=environment, input="", capture_output=True, text=True, timeout=60, check=True)
    child = int(done.stdout)
    _, alive = psutil.wait_procs([psutil.Process(child)] if psutil.pid_exists(child) else [], timeout=10)
    for process in alive:
        process.kill()
    assert not alive
