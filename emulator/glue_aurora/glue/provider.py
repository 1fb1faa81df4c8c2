"""The Glue service: which function answers which operation. Every other operation answers 501 with its name."""

from localstack.services.plugins import Service, ServiceLifecycleHook

from glue_aurora.glue import connections, job_runs, jobs, security_configurations, tags, triggers
from glue_aurora.glue.dialect import MODEL_RULES
from glue_aurora.glue.run_manager import run_manager
from glue_aurora.glue.store import glue_stores
from glue_aurora.service import dispatch

_HANDLERS: dict[str, dispatch.Handler] = {
    "CreateConnection": connections.create_connection,
    "GetConnection": connections.get_connection,
    "GetConnections": connections.get_connections,
    "UpdateConnection": connections.update_connection,
    "DeleteConnection": connections.delete_connection,
    "CreateJob": jobs.create_job,
    "GetJob": jobs.get_job,
    "GetJobs": jobs.get_jobs,
    "ListJobs": jobs.list_jobs,
    "BatchGetJobs": jobs.batch_get_jobs,
    "UpdateJob": jobs.update_job,
    "DeleteJob": jobs.delete_job,
    "StartJobRun": job_runs.start_job_run,
    "GetJobRun": job_runs.get_job_run,
    "GetJobRuns": job_runs.get_job_runs,
    "BatchStopJobRun": job_runs.batch_stop_job_run,
    "GetJobBookmark": job_runs.no_job_bookmark,
    "ResetJobBookmark": job_runs.no_job_bookmark,
    "CreateTrigger": triggers.create_trigger,
    "GetTrigger": triggers.get_trigger,
    "GetTriggers": triggers.get_triggers,
    "ListTriggers": triggers.list_triggers,
    "BatchGetTriggers": triggers.batch_get_triggers,
    "UpdateTrigger": triggers.update_trigger,
    "DeleteTrigger": triggers.delete_trigger,
    "StartTrigger": triggers.start_trigger,
    "StopTrigger": triggers.stop_trigger,
    "CreateSecurityConfiguration": security_configurations.create_security_configuration,
    "GetSecurityConfiguration": security_configurations.get_security_configuration,
    "GetSecurityConfigurations": security_configurations.get_security_configurations,
    "DeleteSecurityConfiguration": security_configurations.delete_security_configuration,
    "GetTags": tags.get_tags,
    "TagResource": tags.tag_resource,
    "UntagResource": tags.untag_resource,
}


class GlueLifecycle(ServiceLifecycleHook):
    """Tells the service when LocalStack stops."""

    def on_after_state_load(self) -> None:
        """Ends the runs that were under way when the state was saved: orphans.py has ended their processes."""
        run_manager.give_up(store for _account, _region, store in glue_stores.iter_stores())

    def on_before_stop(self) -> None:
        """Ends all runs: no run outlives LocalStack."""
        run_manager.close()


SERVICE = dispatch.Definition(
    "glue",
    _HANDLERS,
    stores=glue_stores,
    # It calls EventBridge for each run that it stops.
    unlocked=frozenset({"BatchStopJobRun"}),
    model_rules=MODEL_RULES,
)


def create_service() -> Service:
    """Returns the service for the entry point `glue:default`."""
    return dispatch.create_service(SERVICE, GlueLifecycle())
