"""LocalStack's EventBridge without rules that never fire.

LocalStack takes a target that it cannot reach, and writes one line to its log for each event. It fires a schedule by
the minutes of the wall clock, counts the days of the week from another day than AWS, and keeps the schedule that a rule
had at first. Both are refused here. A rule with an event pattern works.
"""

# A handler that passes most members on differs from the expanded signature of LocalStack's API class.
# mypy: disable-error-code="override,no-untyped-call"

from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.events import RuleName, RuleState, ScheduleExpression, TargetList
from localstack.services.events.event_bus import EventBusService
from localstack.services.events.models import ValidationException, events_stores
from localstack.services.events.provider import EventsProvider
from localstack.services.events.rule import RuleService
from localstack.services.plugins import SERVICE_PLUGINS, Service, ServiceState

from glue_aurora.service.errors import NotSupportedError

# Services that LocalStack sends events to, by their name in an ARN, with the name of the service that must be there.
_REACHED = {
    "apigateway": "apigateway",
    "events": "events",
    "execute-api": "apigateway",
    "firehose": "firehose",
    "kinesis": "kinesis",
    "lambda": "lambda",
    "logs": "logs",
    "sns": "sns",
    "sqs": "sqs",
    "states": "stepfunctions",
}


class CorrectedEventsProvider(EventsProvider):
    """Chosen by PROVIDER_OVERRIDE_EVENTS=corrected."""

    def on_after_state_load(self) -> None:
        """Makes what sends the events: LocalStack makes it together with a rule, and keeps it elsewhere."""
        for account, region, store in events_stores.iter_stores():
            for bus in store.event_buses.values():
                self._event_bus_services_store[bus.arn] = EventBusService(bus)
                for rule in bus.rules.values():
                    self._rule_services_store[rule.arn] = RuleService(rule)
                    for target in rule.targets.values():
                        self.create_target_sender(target, rule.arn, rule.name, region, account)

    @handler("PutRule")
    def put_rule(
        self,
        context: RequestContext,
        name: RuleName,
        schedule_expression: ScheduleExpression | None = None,
        state: RuleState | None = None,
        **kwargs: Any,
    ) -> Any:
        if schedule_expression and state != "DISABLED":
            raise _no_clock()
        given = {"schedule_expression": schedule_expression, "state": state, **kwargs}
        return super().put_rule(context, name, **given)

    @handler("EnableRule")
    def enable_rule(self, context: RequestContext, name: RuleName, **kwargs: Any) -> None:
        if self.describe_rule(context, name, **kwargs).get("ScheduleExpression"):
            raise _no_clock()
        super().enable_rule(context, name, **kwargs)

    @handler("PutTargets")
    def put_targets(self, context: RequestContext, rule: RuleName, targets: TargetList, **kwargs: Any) -> Any:
        for target in targets:
            _check_reached(target["Arn"])
        return super().put_targets(context, rule, targets, **kwargs)


def _check_reached(arn: str) -> None:
    """Checks that LocalStack can send an event to `arn`. An ARN that is not well formed is LocalStack's to refuse.

    Raises:
        NotSupportedError: LocalStack cannot.
        ValidationException: EventBridge has no such targets on AWS (EventBridge guide, eb-targets.html).
    """
    parts = arn.split(":")
    service = parts[2] if len(parts) > 5 else ""
    if service == "glue":
        if parts[5].startswith("workflow/"):
            raise NotSupportedError(
                "A rule with a Glue workflow as its target", "Leave the target out, and start the job by StartJobRun."
            )
        raise ValidationException(
            f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format. (emulator) A Glue job is no "
            "target of EventBridge. Start the job by a trigger of Glue."
        )
    if not service:
        return
    needed = _REACHED.get(service)
    if needed is None or SERVICE_PLUGINS.get_state(needed) in (None, ServiceState.DISABLED):
        raise NotSupportedError(
            f"A rule with a target of {service}", "No event would reach it. Targets of SQS, SNS and Logs work."
        )


def _no_clock() -> NotSupportedError:
    return NotSupportedError(
        "A rule with a schedule that is enabled",
        'No clock runs here as on AWS. Set State to DISABLED (Terraform: state = "DISABLED"), and start the target'
        " yourself. A rule with an event pattern works.",
    )


def create_service() -> Service:
    """Returns the service, made in the way LocalStack makes its own."""
    return Service.for_provider(CorrectedEventsProvider())
