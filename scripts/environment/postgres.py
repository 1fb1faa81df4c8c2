"""PostgreSQL in Aurora's place, without Docker: unpacks, initialises and starts zonky's binaries.

PostgreSQL refuses to run as root. For root, it runs under an unprivileged account, in a folder that this account can
reach.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tarfile
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
from filelock import FileLock

from scripts.base.certificates import Issued, issue, write_private
from scripts.base.console import step
from scripts.base.errors import SetupError
from scripts.base.isolation import clean_environment
from scripts.base.paths import LOCAL, TOP
from scripts.base.processes import Account, Daemon
from scripts.base.waiting import NotReady, wait_for
from scripts.environment import shared
from scripts.environment.instance import Instance
from scripts.environment.superuser import SUPERUSER, connect_superuser
from scripts.supply import jars

_HBA = f"""\
# The emulator's RDS keeps one rule for each cluster in the included file.
include_if_exists emulator_hba.conf
host all {SUPERUSER} 127.0.0.1/32 scram-sha-256
"""
_SETTINGS = {
    **shared.POSTGRES_SETTINGS,
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "ssl_cert_file": "server.crt",
    "ssl_key_file": "server.key",
}

# For root, where the temporary folder is closed to other accounts.
OPEN_FOLDERS = ("/tmp", "/var/tmp")  # noqa: S108 - the folder in it is checked for its owner


def daemon(instance: Instance) -> Daemon:
    return Daemon(instance.folder, "postgres", signal.SIGINT)  # SIGINT: fast shutdown


def superuser_password(instance: Instance) -> str:
    return instance.secret_file("rdsadmin_password").read_text()


def start(instance: Instance) -> None:
    """Starts the server unless it runs, with a new data folder at first. Returns when the server answers a query."""
    server = daemon(instance)
    if server.process() is None:
        account = _account()
        base = _base(instance, account)
        binaries = _unpacked(base)
        data = _data(instance, base)
        if not (data / "PG_VERSION").exists():
            with step("initialising PostgreSQL"):
                _initialise(instance, binaries, data, account)
        _certify(instance, data, account)
        _await_end(data)
        options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [str(binaries / "postgres"), "-D", str(data), "-p", str(instance.ports.postgres), *options]
        server.start(command, _environment(), cwd=data, account=account)

    def answers() -> None:
        server.check_alive()
        try:
            with connect_superuser(instance.ports.postgres, superuser_password(instance)) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError as error:
            raise NotReady(error) from error

    wait_for("PostgreSQL", answers, seconds=60, remedy=f"see {server.log}")


def certify(instance: Instance) -> None:
    """Gives the running server a certificate that `instance.authority` signed, where it has none or another's.

    Raises:
        StartError: the server does not present the new certificate in time.
    """
    account = _account()
    if not _certify(instance, _data(instance, _base(instance, account)), account):
        return
    port, password = instance.ports.postgres, superuser_password(instance)
    with connect_superuser(port, password) as connection:
        connection.execute("SELECT pg_reload_conf()")

    def presents_it() -> None:
        try:
            connect_superuser(port, password, authority=instance.authority).close()
        except psycopg.OperationalError as error:
            raise NotReady(error) from error

    wait_for("PostgreSQL's new certificate", presents_it, seconds=30, remedy=f"see {daemon(instance).log}")


def _certify(instance: Instance, data: Path, account: Account | None) -> bool:
    """Writes certificate, key and authority when they are absent or don't belong together. Returns whether it did."""
    files = (data / "server.crt", data / "server.key", instance.authority)
    if all(path.exists() for path in files) and Issued(*(path.read_bytes() for path in files)).is_valid():
        return False
    issued = issue("letrus-data-case PostgreSQL")
    for path, content in zip(files[:2], (issued.certificate, issued.key), strict=True):
        write_private(path, content)
        _give(path, account)
    instance.authority.write_bytes(issued.authority)
    return True


def tidy(instance: Instance) -> None:
    """Ends what a killed server has left: the servers beside it, and its shared memory.

    The next start of a server on the same data removes the shared memory, so a start in single-user mode does.
    """
    account = _account()
    base = _base(instance, account)
    data = _data(instance, base)
    if daemon(instance).process():
        return
    for file in data.glob("emulator_clusters/*/postmaster.pid"):
        _kill_server(file.parent)
    folders = [file.parent for file in (data / "postmaster.pid", *data.glob("emulator_clusters/*/postmaster.pid"))]
    for folder in (each for each in folders if (each / "postmaster.pid").exists()):
        with step("clearing up after a killed PostgreSQL"):
            _await_end(folder)
            subprocess.run(
                [str(_unpacked(base) / "postgres"), "--single", "-D", str(folder), "-c", "ssl=off", "postgres"],
                env=_environment(),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                **_as(account),
            )


def _await_end(folder: Path) -> None:
    """Waits for the processes of a killed server on the data in `folder`. Each of them ends by itself.

    A zombie, which its parent has not waited for, keeps its pid. PostgreSQL would take it for a living server.
    """
    file = folder / "postmaster.pid"
    if not file.exists():  # nobody killed it
        return
    left = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.cwd() == str(folder):
                left.append(process)
    psutil.wait_procs(left, timeout=30)
    with suppress(psutil.Error, OSError, ValueError, IndexError):
        if psutil.Process(int(file.read_text().split()[0])).status() == psutil.STATUS_ZOMBIE:
            file.unlink()


def _kill_server(folder: Path) -> None:
    """Ends the server on the data in `folder`, if it lives. A pid that another process has now does not count."""
    try:
        process = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
        if str(folder) not in process.cmdline():
            return
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
    except (psutil.Error, OSError, ValueError, IndexError):
        return


def remove(instance: Instance) -> None:
    """Removes the data folder from the instance and from the temporary folder."""
    account = _account()
    for base in {_base(instance, account), LOCAL}:
        shutil.rmtree(_data(instance, base), ignore_errors=True)
        if base != LOCAL and base.exists() and not any(base.glob("data-*")):
            shutil.rmtree(base, ignore_errors=True)


def data(instance: Instance) -> Path:
    """Returns the server's data folder, which may not exist yet."""
    return _data(instance, _base(instance, _account()))


def _account() -> Account | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise SetupError(
        "PostgreSQL can't run as root, and this machine has no account `postgres` or `nobody` for it",
        "run the command as an ordinary user, or add one: useradd --system postgres",
    )


def _base(instance: Instance, account: Account | None) -> Path:
    """Returns the folder for binaries and data: `.local`, or a temporary one if `account` can't reach `.local`.

    The temporary folder stays the same when `TMPDIR` changes between two commands.
    """
    if account is None or _reaches(account, instance.folder, LOCAL):
        return LOCAL
    name = f"letrus-data-case-{hashlib.sha256(str(TOP).encode()).hexdigest()[:12]}"
    open_ = [each for each in map(Path, (tempfile.gettempdir(), *OPEN_FOLDERS)) if _reaches(account, each)]
    if not open_:
        raise SetupError(
            f"PostgreSQL can't run as root, and its account `{account.name}` can't reach {LOCAL} or a temporary folder",
            "run the command as an ordinary user, or set TMPDIR to a folder that every account may enter",
        )
    base = next((each / name for each in open_ if (each / name).exists()), open_[0] / name)
    if base.exists() and base.stat().st_uid != os.geteuid():
        raise SetupError(f"{base} belongs to another user", "remove that folder: this clone keeps its database there")
    return base


def _reaches(account: Account, *folders: Path) -> bool:
    """Returns whether `account` may pass `folders` and all folders above them."""
    way = {each for folder in folders for each in (folder.resolve(), *folder.resolve().parents)}
    return all(_passable(each, account) for each in way if each.exists())


def _passable(folder: Path, account: Account) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & 0o100)
    return bool(status.st_mode & (0o010 if status.st_gid == account.gid else 0o001))


def _data(instance: Instance, base: Path) -> Path:
    if base == LOCAL:
        return instance.folder / "postgres"
    return base / f"data-{hashlib.sha256(str(instance.folder).encode()).hexdigest()[:12]}"


def _unpacked(base: Path) -> Path:
    """Returns the `bin` folder of the binaries, and unpacks them at the first call."""
    jar = jars.postgres()
    target = base / jar.stem.replace("embedded-postgres-binaries", "postgres")
    base.mkdir(parents=True, exist_ok=True)
    if base != LOCAL:
        base.chmod(0o711)  # whatever the umask: another account must pass
    with FileLock(base / "postgres-binaries.lock"):
        if not target.exists():
            with step("unpacking PostgreSQL"), tempfile.TemporaryDirectory(dir=base) as scratch:
                with zipfile.ZipFile(jar) as archive:
                    name = next(name for name in archive.namelist() if name.endswith(".txz"))
                    packed = Path(archive.extract(name, scratch))
                unpacked = Path(scratch) / "unpacked"
                try:
                    with tarfile.open(packed) as tar:
                        tar.extractall(unpacked)  # noqa: S202 - its SHA-256 is checked; `filter` is not in 3.11.2
                except tarfile.ReadError as error:
                    raise SetupError(
                        f"can't unpack {packed.name}: {error}",
                        "free some space; if `python3.11 -c 'import lzma'` fails, use another one (`make PYTHON=…`)",
                    ) from None
                for folder in (unpacked, *(path for path in unpacked.rglob("*") if path.is_dir())):
                    folder.chmod(0o755)
                unpacked.rename(target)
    return target / "bin"


def _initialise(instance: Instance, binaries: Path, data: Path, account: Account | None) -> None:
    """Runs initdb and writes the access rules in a neighbour folder, then moves it: no data folder is half made."""
    making = data.with_name(f"{data.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True, mode=0o700)
    password = making.with_name(f"{making.name}.password")
    password.touch(mode=0o600)
    try:
        password.write_text(superuser_password(instance))
        for path in (making, password):
            _give(path, account)
        command = [
            str(binaries / "initdb"),
            "-D",
            str(making),
            "-U",
            SUPERUSER,
            f"--pwfile={password}",
            "--auth=scram-sha-256",
        ]
        done = subprocess.run(
            [*command, *shared.INITDB_ARGUMENTS],
            env=_environment(),
            cwd=making,
            capture_output=True,
            text=True,
            **_as(account),
        )
        if done.returncode:
            raise SetupError(
                f"initdb failed: {done.stderr.strip()[-1500:]}",
                "correct what initdb names (space, rights of the folder), then run `make local-up` again",
            )
    finally:
        password.unlink(missing_ok=True)
    (making / "pg_hba.conf").write_text(_HBA)
    _give(making / "pg_hba.conf", account)
    making.rename(data)


def _as(account: Account | None) -> dict[str, Any]:
    """Returns the arguments of `subprocess` that start a process as `account`."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def _give(path: Path, account: Account | None) -> None:
    if account:
        os.chown(path, account.uid, account.gid)


def _environment() -> dict[str, str]:
    return {**clean_environment(), "LC_ALL": "C", "TZ": "UTC"}
