"""What a JVM is started with. Two runs with an equal launch differ in the script and its arguments only."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glue_worker.config import Config
from glue_worker.preparation import run_files
from glue_worker.request import Credentials, RunRequest
from glue_worker.spark import RunFiles, job_environment, submit_options


@dataclass(frozen=True)
class Launch:
    """The command without script and arguments, and the environment. Either may hold a user's own values."""

    command: list[str] = field(repr=False)
    environment: dict[str, str] = field(repr=False)

    @classmethod
    def of(cls, config: Config, request: RunRequest, files: RunFiles, jvm_options: Sequence[str]) -> Launch:
        """Returns the launch of a run.

        Raises:
            LaunchError: an argument can't be read.
        """
        return cls(
            [config.spark_submit, *submit_options(config, request, files)],
            job_environment(os.environ, config, request, files, jvm_options),
        )


@dataclass(frozen=True)
class Template:
    """What is known of the next run before anybody asks for it: it is as the last one, and has no settings of its own.

    `python_path` has the entries of the run's modules, relative to its folder. No argument of a run is in it, so a run
    with `--conf`, jars, variables or an event log of its own has another launch.
    """

    job_name: str
    region: str
    glue_version: str | None
    python_path: tuple[str, ...]

    @classmethod
    def of(cls, request: RunRequest, files: RunFiles) -> Template:
        """Returns the template of a run."""
        entries = tuple(str(entry.relative_to(files.folder)) for entry in files.python_path)
        return cls(request.job_name, request.region, request.glue_version, entries)

    @classmethod
    def parse(cls, value: Any) -> Template:
        """Returns the template that `as_json` made.

        Raises:
            KeyError, TypeError: it is none.
        """
        return cls(value["job_name"], value["region"], value["glue_version"], tuple(value["python_path"]))

    def as_json(self) -> dict[str, Any]:
        return {
            "job_name": self.job_name,
            "region": self.region,
            "glue_version": self.glue_version,
            "python_path": list(self.python_path),
        }

    def launch(self, config: Config, folder: Path, jvm_options: Sequence[str]) -> Launch:
        """Returns the launch of such a run in `folder`."""
        request = RunRequest(
            run_id="",
            job_name=self.job_name,
            script_location="",
            arguments={},
            credentials=Credentials("", "", None),
            region=self.region,
            timeout_seconds=0,
            log_groups={},
            log_stream="",
            internet=False,
            glue_version=self.glue_version,
        )
        files = run_files(folder, script=folder, python_path=[folder / entry for entry in self.python_path])
        return Launch.of(config, request, files, jvm_options)
