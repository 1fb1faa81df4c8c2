"""LocalStack's EventBridge Scheduler, which keeps schedules and starts nothing.

A schedule that never fires would look like success. So an enabled one is refused, whatever its target. A disabled one
is kept: on AWS it starts nothing either.
"""

# A handler that takes the request whole differs from the expanded signature of LocalStack's API class.
# mypy: disable-error-code="override,no-untyped-call"

from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.scheduler import CreateScheduleInput, UpdateScheduleInput
from localstack.services.moto import MotoFallbackDispatcher, call_moto
from localstack.services.plugins import Service
from localstack.services.scheduler.provider import SchedulerProvider
from moto.scheduler.models import scheduler_backends

from glue_aurora.service.errors import ApiError, NotSupportedError


class CorrectedSchedulerProvider(SchedulerProvider):
    """Chosen by PROVIDER_OVERRIDE_SCHEDULER=corrected."""

    @handler("CreateSchedule", expand=False)
    def create_schedule(self, context: RequestContext, request: CreateScheduleInput) -> Any:
        group = request.get("GroupName") or "default"
        if group not in scheduler_backends[context.account_id][context.region].schedule_groups:
            message = f"Schedule group {group} does not exist."
            raise ApiError("ResourceNotFoundException", message, 404, remedy="Make the schedule group first.")
        _refuse_enabled(request.get("State"))
        return call_moto(context)

    @handler("UpdateSchedule", expand=False)
    def update_schedule(self, context: RequestContext, request: UpdateScheduleInput) -> Any:
        _refuse_enabled(request.get("State"))
        return call_moto(context)


def _refuse_enabled(state: str | None) -> None:
    if state != "DISABLED":
        raise NotSupportedError(
            "A schedule that is enabled",
            "No clock runs here, so it would never start its target. Set State to DISABLED (Terraform: state ="
            ' "DISABLED"), and start the target yourself.',
        )


def create_service() -> Service:
    """Returns the service, made in the way LocalStack makes its own."""
    return Service.for_provider(CorrectedSchedulerProvider(), dispatch_table_factory=MotoFallbackDispatcher)
