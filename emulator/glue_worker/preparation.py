"""Fetches a run's files into its folder. The folder is flat, as on Glue: `glue-job-<digits>/<script>.py`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from glue_worker import aws_files, machine
from glue_worker.config import Config
from glue_worker.errors import LaunchError
from glue_worker.fetch import Fetcher, entries
from glue_worker.installed_modules import InstalledModules
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
    earlier: InstalledModules | None = None,
) -> RunFiles:
    """Fetches the script, files, jars and modules into `folder`, makes the run's home, and returns where they are.

    `earlier` has the modules of earlier runs.

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
        earlier=earlier,
    )
    modules = installer.install(
        arguments.get("--additional-python-modules", ""),
        arguments.get("--python-modules-installer-option", ""),
    )
    place_runscript(folder)
    files = run_files(folder, script, jars, [*python_path(libraries), *([modules] if modules else [])])
    aws_files.write(files.home, config, request)
    machine.describe(config, folder, own)
    return files


def run_files(folder: Path, script: Path, jars: Sequence[Path] = (), python_path: Sequence[Path] = ()) -> RunFiles:
    """Returns where the files of a run in `folder` are."""
    return RunFiles(
        folder=folder,
        runscript=_program(folder),
        script=script,
        report=folder / OWN_FOLDER / "exception.txt",
        jars=list(jars),
        python_path=list(python_path),
    )


def place_runscript(folder: Path) -> Path:
    """Copies what runs the script into `folder`, as Glue has it, and returns the program's path."""
    program = place_program(RUNSCRIPT, folder)
    for module in RUNSCRIPT_MODULES:
        shutil.copy(module, program.parent)
    return program


def place_program(program: Path, folder: Path) -> Path:
    """Copies what Spark starts into `folder`, under the name that it has there, and returns the copy's path."""
    placed = _program(folder)
    placed.parent.mkdir(exist_ok=True)
    return Path(shutil.copy(program, placed))


def _program(folder: Path) -> Path:
    return folder / "pythonrunner" / RUNSCRIPT.name


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
