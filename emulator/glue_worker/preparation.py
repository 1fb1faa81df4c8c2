"""Fetches what a run needs into its folder, laid out as on Glue: ``glue-job-<digits>/<script>.py``, flat."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from glue_worker.config import Config
from glue_worker.errors import LaunchError
from glue_worker.fetch import Fetcher, entries
from glue_worker.request import RunRequest
from glue_worker.spark import OWN_FOLDER, RunFiles
from glue_worker.wheels import ModuleInstaller

RUNSCRIPT = Path(__file__).with_name("runscript.py")
# Arguments that change what Glue does and that this worker does not act on: the run's error log says so.
NOT_ACTED_ON = (
    "--class", "--customer-driver-env-vars", "--customer-executor-env-vars", "--datalake-formats",
    "--enable-glue-datacatalog", "--enable-spark-ui", "--job-bookmark-option", "--python-virtual-env",
    "--user-jars-first",
)  # fmt: skip
OFF = ("false", "job-bookmark-disable")


def prepare(
    config: Config,
    request: RunRequest,
    folder: Path,
    *,
    fetcher: Fetcher,
    run_pip: Callable[[list[str]], tuple[int, str]],
    note: Callable[[str], None],
) -> RunFiles:
    """Fetches script, files, jars and modules into ``folder``.

    Raises:
        LaunchError: something can't be fetched or installed.
        Interrupted: the run has to end meanwhile.
    """
    arguments = request.arguments
    own = folder / OWN_FOLDER
    for name in NOT_ACTED_ON:
        if arguments.get(name, OFF[0]) not in OFF:
            note(f"{name} is not acted on by this worker; Glue on AWS does act on it")
    script = fetcher.fetch(request.script_location, folder)
    fetcher.fetch_all(entries(arguments.get("--extra-files")), folder)
    jars = fetcher.fetch_all(entries(arguments.get("--extra-jars")), own / "jars")
    libraries = fetcher.fetch_all(entries(arguments.get("--extra-py-files")), own / "py_files")
    installer = ModuleInstaller(
        folder=own,
        python=config.python,
        native_wheels=config.native_wheels,
        internet=request.internet,
        fetcher=fetcher,
        run_pip=run_pip,
        note=note,
    )
    modules = installer.install(
        arguments.get("--additional-python-modules", ""),
        arguments.get("--python-modules-installer-option", ""),
    )
    runner = folder / "pythonrunner"
    runner.mkdir()
    return RunFiles(
        folder=folder,
        runscript=Path(shutil.copy(RUNSCRIPT, runner)),
        script=script,
        report=own / "exception.txt",
        jars=jars,
        python_path=[*python_path(libraries), *([modules] if modules else [])],
    )


def python_path(libraries: list[Path]) -> list[Path]:
    """Entries of PYTHONPATH for ``--extra-py-files``: an archive itself, a module's folder.

    Raises:
        LaunchError: a file that Python can't import from.
    """
    path: list[Path] = []
    for library in libraries:
        if library.suffix not in (".py", ".zip", ".egg", ".whl"):
            raise LaunchError(
                f"--extra-py-files: {library.name} is no Python library", "give .py, .zip, .egg or .whl files"
            )
        entry = library.parent if library.suffix == ".py" else library
        if entry not in path:
            path.append(entry)
    return path
