"""What the machine and the clone's place are like: disk, memory, path, locale, umask, clock."""

from __future__ import annotations

import locale as locales
import os
import time
from pathlib import Path
from typing import Iterator

from scripts.doctor import programs, space, surroundings
from scripts.doctor.finding import Finding, failure, ok, warning
from scripts.doctor.place import LOCAL, NO_WRITING, TOP, VENVS

# Class paths, Spark's lists and Hadoop's paths use these themselves.
_FORBIDDEN = ":,;%#\\\n"
# PostgreSQL and macOS take paths of 1023 bytes. The longest file that the commands make in the clone takes 300 of them.
_LONGEST_PATH = 700
# An estimate. Without a run the environment takes 0.55 GB (measured on Linux, x86_64), a waiting JVM 0.7 more
# (docs/interfaces.md), and a run's JVM may have 2 GB of heap.
_MEMORY_GB = 3
_SET_UP = ("tools", "worker", "localstack")


def forbidden_path() -> list[Finding]:
    """Returns the failure of a clone whose path has a character that other programs give a meaning to."""
    text = str(TOP)
    if not set(text) & set(_FORBIDDEN):
        return []
    what = f"the folder's path has a character that class paths or Spark's lists can't hold: {text}"
    return [failure("path", what, "move the clone to a path without : , ; % # \\")]


def path() -> Iterator[Finding]:
    """Yields what the clone's place lacks, tried with a file of its own, which is removed."""
    found = forbidden_path()
    length = len(os.fsencode(str(TOP)))
    if length > _LONGEST_PATH:
        what = f"the folder's path has {length} bytes, and PostgreSQL takes none above 1023 with what is in the folder"
        found.append(failure("path", what, f"move the clone to a path of at most {_LONGEST_PATH} bytes"))
    if os.statvfs(TOP).f_flag & getattr(os, "ST_NOEXEC", 0):
        what = f"the file system of {TOP} is mounted without the right to execute (noexec)"
        found.append(failure("path", what, "move the clone to another file system, or mount this one with exec"))
    if lack := _rights():
        found.append(lack)
    yield from found or [ok("path", str(TOP))]


def _rights() -> Finding | None:
    """Returns what is wrong with the rights that a new file in the clone gets. Windows' folders in WSL keep none."""
    import tempfile  # here: it takes 6 ms, and the quick form does without

    try:
        with tempfile.NamedTemporaryFile(dir=LOCAL if LOCAL.is_dir() else TOP) as file:
            for mode in (0o600, 0o700):
                os.fchmod(file.fileno(), mode)
                if os.fstat(file.fileno()).st_mode & 0o777 != mode:
                    what = f"the file system of {TOP} keeps no rights of files, and secrets need theirs"
                    return failure("path", what, "move the clone to a file system of Linux or macOS")
    except OSError as error:
        return failure("path", f"{error.filename or TOP} can't be written: {error.strerror}", NO_WRITING)
    return None


def disk() -> Finding:
    """Judges whether a set-up has room; after one, whether runs have."""
    is_set_up = all((VENVS / name).is_dir() for name in _SET_UP)
    lack = space.lack(TOP, share=0.2 if is_set_up else 1)
    if lack:
        return (warning if is_set_up else failure)("disk", lack, space.REMEDY)
    return ok("disk", f"{space.free(TOP) / space.GB:.1f} GB free")


def memory() -> Finding:
    """Judges the memory that this machine, or the container that we are in, has in all."""
    total = min([_physical(), *_limits()])
    if total < _MEMORY_GB * 10**9:
        what = f"{total / 10**9:.1f} GB of memory; the environment and a run take up to {_MEMORY_GB} GB"
        return warning(
            "memory", what, "end other programs before a run; WARM=0 saves 0.7 GB, LANES=1 halves `make test`"
        )
    return ok("memory", f"{total / 10**9:.1f} GB")


def _physical() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _limits() -> Iterator[int]:
    """Yields the limits of a container on Linux, by either version of control groups."""
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            text = Path("/sys/fs/cgroup", name).read_text().strip()
        except OSError:
            continue
        if text.isdigit() and int(text) > 0:
            yield int(text)


def locale() -> Finding:
    """Judges whether the machine has the locale of the commands."""
    wanted = surroundings.locale()
    try:
        locales.setlocale(locales.LC_ALL, wanted)
    except locales.Error:
        what = f"the locale {wanted} is not installed, so Java can't open a path with an accent"
        remedy = (
            f"install it (Debian, Ubuntu: package libc-bin; Fedora: glibc-langpack-en), or keep {TOP} free of accents"
        )
        return (warning if str(TOP).isascii() else failure)("locale", what, remedy)
    return ok("locale", f"the commands use {wanted}")


def umask() -> Finding:
    """Judges the rights that new files get. The owner must keep all of them."""
    mask = os.umask(0o022)
    os.umask(mask)
    if mask & 0o700:
        what = f"umask {mask:04o} takes rights from you on the files that you make"
        return failure("umask", what, "type `umask 022`, and look in your shell's start files for another umask")
    if mask & 0o002 != 0o002:
        what = f"umask {mask:04o}: every account of this machine may change the files that you make"
        return warning("umask", what, "type `umask 022`, and look in your shell's start files for another umask")
    return ok("umask", f"{mask:04o}")


def clock() -> Finding:
    """Compares the clock with the time of the last commit, which another clock gave, or of the clone's files.

    A clock that is too late can't be noticed without a network.
    """
    when, of = _written()
    now = time.time()
    if now > when - _TOLERANCE:
        return ok("clock", f"{_text(now)}, which is after {of} ({_text(when)})")
    what = f"the clock says {_text(now)}, but {of} is of {_text(when)}"
    remedy = "set the clock (Linux: `sudo timedatectl set-ntp true`; macOS: System Settings, Date & Time)"
    if now < when - _DAY:
        return failure("clock", f"{what}; certificates of servers are not valid yet", remedy)
    return warning("clock", f"{what}; AWS refuses requests whose time is 5 minutes off", remedy)


_TOLERANCE = 300  # seconds
_DAY = 86400


def _written() -> tuple[float, str]:
    done = programs.run("git", "-C", str(TOP), "log", "-1", "--format=%ct")
    if done and done.returncode == 0 and done.stdout.strip().isdigit():
        return float(done.stdout), "the last commit"
    files = [Path(__file__), *(each for each in TOP.iterdir() if each.is_file())]
    return max(each.stat().st_mtime for each in files), "the clone's newest file"


def _text(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))
