"""Lets `arn:aws:states:::glue:startJobRun.sync` end.

LocalStack 4.10 stops the wait for a task token when a task ends, and Glue's task waits for none: each execution fails
with `'NoneType' object has no attribute 'interrupt_all'`. LocalStack mended it later (localstack/localstack#13706).
"""

from typing import Any

from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service_glue import (  # noqa: E501
    StateTaskServiceGlue,
)


def install() -> None:
    """Gives LocalStack's Glue task the mended function."""
    StateTaskServiceGlue._eval_integration_pattern = _wait_for_the_run  # type: ignore[method-assign,assignment]


def _wait_for_the_run(
    task: Any, env: Any, resource_runtime_part: Any, normalised_parameters: Any, state_credentials: Any
) -> None:
    """Waits until the run ends, and leaves it as the task's output.

    When the execution is stopped or times out first, stops the run: AWS tries to do so too (Step Functions guide,
    connect-to-resource.html, "Run a Job").

    Raises:
        FailureEventException: the run did not succeed.
    """
    started = env.stack[-1]
    resolver = task._build_sync_resolver(
        env=env,
        resource_runtime_part=resource_runtime_part,
        normalised_parameters=normalised_parameters,
        state_credentials=state_credentials,
    )
    run = task._eval_sync(
        env=env, sync_resolver=resolver, timeout_seconds=None, callback_endpoint=None, heartbeat_endpoint=None
    )
    if run is None:
        glue = task._get_glue_client(resource_runtime_part=resource_runtime_part, state_credentials=state_credentials)
        glue.batch_stop_job_run(JobName=started["JobName"], JobRunIds=[started["JobRunId"]])
    env.stack.append(run)
