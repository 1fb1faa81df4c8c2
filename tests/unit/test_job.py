"""An interrupt stops the run that was started, whenever it comes."""

from __future__ import annotations

import _thread
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.base.errors import JobError
from scripts.case import job

pytestmark = pytest.mark.unit
OUTPUTS = {"glue_job_performance_academica_name": "job", "glue_log_group_output": "output"}


class Glue:
    """Glue, and the cloud that has it. The user interrupts while `at` is called."""

    is_local = True
    exceptions = SimpleNamespace(EntityNotFoundException=ClientError, InvalidInputException=ClientError)

    def __init__(self, at: str) -> None:
        self.at, self.started, self.stopped = at, list[str](), list[str]()

    def client(self, service: str) -> Any:
        if service == self.at and self.started:
            raise KeyboardInterrupt
        return self

    def start_job_run(self, **given: Any) -> dict[str, str]:
        if self.at == "refusal":
            raise ClientError({"Error": {"Code": "X", "Message": "no"}}, "StartJobRun")
        self.started.append("jr_1")
        if self.at == "start":
            _thread.interrupt_main()
        return {"JobRunId": "jr_1"}

    def get_job(self, **given: Any) -> dict[str, Any]:
        return {"Job": {}}

    def get_job_run(self, **given: Any) -> dict[str, Any]:
        if self.at == "look":
            raise KeyboardInterrupt
        return {"JobRun": {"Id": "jr_1", "JobRunState": "RUNNING"}}

    def batch_stop_job_run(self, **given: Any) -> None:
        self.stopped += given["JobRunIds"]


@pytest.mark.parametrize("at", ["start", "logs", "look"])
def test_interrupt_stops_the_run(at: str) -> None:
    cloud: Any = Glue(at)
    with pytest.raises(KeyboardInterrupt):
        job.run(cloud, OUTPUTS)
    assert cloud.stopped == cloud.started == ["jr_1"]


def test_refused_start_is_told() -> None:
    cloud: Any = Glue("refusal")
    with pytest.raises(JobError, match="Glue refused the run: no"):
        job.run(cloud, OUTPUTS)
