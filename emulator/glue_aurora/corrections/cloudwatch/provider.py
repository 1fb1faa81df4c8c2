"""LocalStack's CloudWatch (v2, its default). Here it keeps tags of alarms, and refuses actions that never happen.

LocalStack's PutMetricAlarm and PutCompositeAlarm drop Tags. AWS sets them on a new alarm, ignores them when an alarm is
updated (API reference, PutMetricAlarm, Tags), and removes them with the alarm. LocalStack takes an action that it
cannot do, and writes one line to its log when the alarm goes off.
"""

# A handler that takes the request whole differs from the expanded signature of LocalStack's API class, as its own do.
# mypy: disable-error-code="override,no-untyped-call"

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.cloudwatch import AlarmNames, PutCompositeAlarmInput, PutMetricAlarmInput
from localstack.services.cloudwatch.provider_v2 import CloudwatchProvider
from localstack.services.plugins import SERVICE_PLUGINS, Service, ServiceState
from localstack.utils.aws import arns

from glue_aurora.service.errors import NotSupportedError

_ACTIONS = ("OKActions", "AlarmActions", "InsufficientDataActions")


class CorrectedCloudwatchProvider(CloudwatchProvider):
    """Chosen by PROVIDER_OVERRIDE_CLOUDWATCH=corrected."""

    @handler("PutMetricAlarm", expand=False)
    def put_metric_alarm(self, context: RequestContext, request: PutMetricAlarmInput) -> None:
        _check_actions(request, ("sns", "lambda"))
        is_new = self._arn(context, request["AlarmName"]) not in self._store(context).alarms
        super().put_metric_alarm(context, request)
        self._keep_tags(context, request, is_new)

    @handler("PutCompositeAlarm", expand=False)
    def put_composite_alarm(self, context: RequestContext, request: PutCompositeAlarmInput) -> None:
        _check_actions(request, ("sns",))
        is_new = self._arn(context, request["AlarmName"]) not in self._store(context).alarms
        super().put_composite_alarm(context, request)
        self._keep_tags(context, request, is_new)

    @handler("DeleteAlarms")
    def delete_alarms(self, context: RequestContext, alarm_names: AlarmNames, **kwargs: Any) -> None:
        super().delete_alarms(context, alarm_names, **kwargs)
        for name in alarm_names:
            self._store(context).TAGS.del_resource(self._arn(context, name))

    def _keep_tags(self, context: RequestContext, request: Mapping[str, Any], is_new: bool) -> None:
        if is_new and request.get("Tags"):
            self._store(context).TAGS.tag_resource(self._arn(context, request["AlarmName"]), request["Tags"])

    def _store(self, context: RequestContext) -> Any:
        return self.get_store(context.account_id, context.region)

    @staticmethod
    def _arn(context: RequestContext, name: str) -> str:
        return str(arns.cloudwatch_alarm_arn(name, account_id=context.account_id, region_name=context.region))


def _check_actions(request: Mapping[str, Any], services: tuple[str, ...]) -> None:
    """Checks that LocalStack does each action of an alarm: those of `services` that are here.

    Raises:
        NotSupportedError: it does not.
    """
    for action in (action for member in _ACTIONS for action in request.get(member) or []):
        service = arns.extract_service_from_arn(action)
        if service not in services or SERVICE_PLUGINS.get_state(service) in (None, ServiceState.DISABLED):
            raise NotSupportedError(f"An alarm with the action {action}", "Nothing would happen. SNS topics work.")


def create_service() -> Service:
    """Returns the service, made in the way LocalStack makes its own."""
    return Service.for_provider(CorrectedCloudwatchProvider())
