"""Fetches a run's files into its folder. The folder is flat, as on Glue: `glue-job-<digits>/<script>.py`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from glue_worker import aws_files, machine
from glue_worker.config import Config
from glue_worker.errors import LaunchError
from glue_worker.fetch import Fetcher, entries
from glue_worker.request import RunRequest
from glue_worker.spark import OWN_FOLDER, RunFiles
from glue_worker.wheels import ModuleInstaller

RUNSCRIPT = Path(__file__).with_name("runscript.py")
RUNSCRIPT_MODULES = tuple(
    Path(__file__).with_name(name) for name in ("machine_guard.py", "no_terminal.py", "script_end.py")
)


def prepare(
    config: Config,
    request: RunRequest,
    folder: Path,
    *,
    fetcher: Fetcher,
    run_pip: Callable[[list[str]], tuple[int, str]],
    note: Callable[[str], None],
) -> RunFiles:
    """Fetches the script, files, jars and modules into `folder`, makes the run's home, and returns where they are.

    Raises:
        LaunchError: the agent can't fetch a file or install a module.
        Interrupted: the run has to end before all files are fetched.
    """
    arguments = request.arguments
    own = folder / OWN_FOLDER
    for text in request.notes:
        note(text)
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
    files = RunFiles(
        folder=folder,
        runscript=place_runscript(folder),
        script=script,
        report=own / "exception.txt",
        jars=jars,
        python_path=[*python_path(libraries), *([modules] if modules else [])],
    )
    aws_files.write(files.home, config, request)
    machine.describe(config, folder, own)
    return files


def place_runscript(folder: Path) -> Path:
    """Copies what runs the script into `folder`, as Glue has it, and returns the program's path."""
    runner = folder / "pythonrunner"
    runner.mkdir(exist_ok=True)
    for module in RUNSCRIPT_MODULES:
        shutil.copy(module, runner)
    return Path(shutil.copy(RUNSCRIPT, runner))


def python_path(libraries: list[Path]) -> list[Path]:
    """Returns the entries of PYTHONPATH for `--extra-py-files`: archives, and the folders of modules.

    Raises:
        LaunchError: Python can't import from one of the files.
    """
    path: list[Path] = []
    for library in libraries:
        if library.suffix not in (".py", ".zip", ".egg", ".whl"):
            raise LaunchError(
                f"--extra-py-files: {library.name} is not a Python library", "give .py, .zip, .egg or .whl files"
            )
        entry = library.parent if library.suffix == ".py" else library
        if entry not in path:
            path.append(entry)
    return path
