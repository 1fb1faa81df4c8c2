"""Ends the runs of a LocalStack that ended before them."""

import logging

from glue_aurora.glue.worker_client import WorkerClient
from glue_aurora.service.errors import EmulatorError

LOG = logging.getLogger(__name__)


def end_orphans() -> None:
    """Makes the worker agent end every run that it knows. LocalStack calls this before its port opens.

    A run of a LocalStack that was killed lives until its lease ends. In the new LocalStack it would make log groups
    that Terraform then can't make, and write results of a job that nobody knows.
    """
    try:
        with WorkerClient() as client:
            client.forget_all()
    except EmulatorError as error:
        # Without an agent there are no runs. A run that does not end is not stopped by stopping LocalStack either.
        LOG.info("no runs of an earlier LocalStack were ended: %s", error)
