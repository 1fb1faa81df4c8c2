"""LocalStack's CloudWatch Logs with filters that choose as on AWS, and without operations that do nothing.

LocalStack and moto ignore filter patterns, the prefix of stream names, pages and classes of log groups. Their Insights
queries ignore every command but fields, sort and limit. Their exports and deliveries reach nobody.
"""

# A handler that takes the request whole differs from the expanded signature of LocalStack's API class.
# mypy: disable-error-code="override,no-untyped-call"

from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.logs import (
    AmazonResourceName,
    CreateDeliveryRequest,
    CreateExportTaskRequest,
    DescribeLogGroupsRequest,
    FilterLogEventsRequest,
    GetLogEventsRequest,
    LogGroupClass,
    LogGroupName,
    PutDestinationRequest,
    PutLogEventsRequest,
    PutMetricFilterRequest,
    PutSubscriptionFilterRequest,
    StartQueryRequest,
    Tags,
)
from localstack.aws.connect import connect_to
from localstack.services.logs import provider as localstack_logs
from localstack.services.logs.models import get_moto_logs_backend, logs_stores
from localstack.services.logs.provider import LogsProvider
from localstack.services.moto import MotoFallbackDispatcher, call_moto, call_moto_with_request
from localstack.services.plugins import SERVICE_PLUGINS, Service, ServiceState
from localstack.utils.aws import arns

from glue_aurora.corrections.logs import filtering, group_class, metric_filters
from glue_aurora.corrections.logs.filter_pattern import matcher
from glue_aurora.service.errors import ApiError, NotSupportedError
from glue_aurora.service.pages import Pages

_PAGES = Pages(
    "nextToken",
    "limit",
    lambda token: ApiError("InvalidParameterException", "The specified nextToken is invalid."),
    default_size=50,
)


class CorrectedLogsProvider(LogsProvider):
    """Chosen by PROVIDER_OVERRIDE_LOGS=corrected."""

    @handler("FilterLogEvents", expand=False)
    def filter_log_events(self, context: RequestContext, request: FilterLogEventsRequest) -> Any:
        return filtering.filtered(self._backend(context).groups, request)

    @handler("GetLogEvents", expand=False)
    def get_log_events(self, context: RequestContext, request: GetLogEventsRequest) -> Any:
        """Leaves out events of the time endTime itself (API reference, GetLogEvents)."""
        changed: Any = dict(request)
        if changed.get("endTime") is not None:
            changed["endTime"] -= 1
        return call_moto_with_request(context, changed)

    @handler("DescribeLogGroups", expand=False)
    def describe_log_groups(self, context: RequestContext, request: DescribeLogGroupsRequest) -> Any:
        """Gives pages of LocalStack's answer, which is always whole, and the class of each group."""
        shown: Any = super().describe_log_groups(context, request)["logGroups"] or []
        groups = self._backend(context).groups
        for one in shown:
            one["logGroupClass"] = group_class.of(groups.get(one["logGroupName"]))
        return _PAGES.page(request, "logGroups", shown, key=lambda group: str(group["logGroupName"]))

    @handler("CreateLogGroup")
    def create_log_group(
        self,
        context: RequestContext,
        log_group_name: LogGroupName,
        log_group_class: LogGroupClass | None = None,
        **kwargs: Any,
    ) -> None:
        given: Any = {"log_group_class": log_group_class, **kwargs}
        super().create_log_group(context, log_group_name, **given)
        group_class.keep(self._backend(context).groups[log_group_name], log_group_class)

    @handler("PutLogEvents", expand=False)
    def put_log_events(self, context: RequestContext, request: PutLogEventsRequest) -> Any:
        """Stores the events, and counts those that metric filters of the group choose."""
        answer = call_moto(context)
        filters = self._backend(context).filters.metric_filters
        cloudwatch = None
        for metric_data in metric_filters.data(filters, request["logGroupName"], request["logEvents"]):
            cloudwatch = (
                cloudwatch or connect_to(aws_access_key_id=context.account_id, region_name=context.region).cloudwatch
            )
            cloudwatch.put_metric_data(**metric_data)
        return answer

    @handler("PutMetricFilter", expand=False)
    def put_metric_filter(self, context: RequestContext, request: PutMetricFilterRequest) -> Any:
        """Replaces a filter of the same name and group. moto would keep both."""
        self._verify_log_group_exists(request["logGroupName"], context.account_id, context.region)
        metric_filters.check(request)
        self._backend(context).filters.delete_filter(request["filterName"], request["logGroupName"])
        return call_moto(context)

    @handler("PutSubscriptionFilter", expand=False)
    def put_subscription_filter(self, context: RequestContext, request: PutSubscriptionFilterRequest) -> Any:
        matcher(request.get("filterPattern"))
        service = str(arns.extract_service_from_arn(request["destinationArn"]))
        if SERVICE_PLUGINS.get_state(service) in (None, ServiceState.DISABLED):
            raise NotSupportedError(
                f"A subscription filter to {service}", "This LocalStack lacks that service. Firehose works."
            )
        return call_moto(context)

    @handler("TagResource")
    def tag_resource(
        self, context: RequestContext, resource_arn: AmazonResourceName, tags: Tags, **kwargs: Any
    ) -> None:
        """Keeps the tags of a group that had none. LocalStack drops them."""
        logs_stores[context.account_id][context.region].TAGS.setdefault(resource_arn, {})
        super().tag_resource(context, resource_arn, tags, **kwargs)

    @handler("TagLogGroup")
    def tag_log_group(self, context: RequestContext, log_group_name: LogGroupName, tags: Tags, **kwargs: Any) -> None:
        """Keeps the tags of a group that had none. LocalStack drops them."""
        arn = arns.log_group_arn(log_group_name, account_id=context.account_id, region_name=context.region)
        logs_stores[context.account_id][context.region].TAGS.setdefault(arn, {})
        super().tag_log_group(context, log_group_name, tags, **kwargs)

    @handler("StartQuery", expand=False)
    def start_query(self, context: RequestContext, request: StartQueryRequest) -> Any:
        raise NotSupportedError("A query of Logs Insights", "Use FilterLogEvents with a filterPattern.")

    @handler("CreateExportTask", expand=False)
    def create_export_task(self, context: RequestContext, request: CreateExportTaskRequest) -> Any:
        raise NotSupportedError("An export of logs to S3", "Read them by FilterLogEvents.")

    @handler("PutDestination", expand=False)
    def put_destination(self, context: RequestContext, request: PutDestinationRequest) -> Any:
        raise NotSupportedError("A destination of logs", "Nothing would be sent to it. Read logs by FilterLogEvents.")

    @handler("CreateDelivery", expand=False)
    def create_delivery(self, context: RequestContext, request: CreateDeliveryRequest) -> Any:
        raise NotSupportedError("A delivery of logs", "Nothing would be sent. Read logs by FilterLogEvents.")

    @staticmethod
    def _backend(context: RequestContext) -> Any:
        return get_moto_logs_backend(context.account_id, context.region)


def _pattern_matcher(pattern: str) -> Callable[[str, Mapping[str, Any]], bool]:
    matches = matcher(pattern)
    return lambda _pattern, event: matches(event["message"])


def create_service() -> Service:
    """Returns the service, made in the way LocalStack makes its own."""
    # LocalStack's subscription filters ask this function, which takes every event. Its docstring invites plugins.
    localstack_logs.get_pattern_matcher = _pattern_matcher
    return Service.for_provider(CorrectedLogsProvider(), dispatch_table_factory=MotoFallbackDispatcher)
