"""What CloudWatch refuses when an alarm or a dashboard is made."""

import json
import re
from typing import Any

from glue_aurora.corrections.cloudwatch import composite_alarms
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule

_SECONDS_OF_A_DAY, _SECONDS_OF_A_WEEK, _SECONDS_OF_AN_HOUR = 86_400, 604_800, 3_600
_WIDGETS = frozenset({"alarm", "custom", "explorer", "log", "metric", "text"})
_COLUMNS, _ROWS, _MOST_WIDGETS = 24, 1000, 500
# These compare with a band of ANOMALY_DETECTION_BAND, which ThresholdMetricId names.
_RANGES = frozenset({"GreaterThanUpperThreshold", "LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold"})
_SEARCH = re.compile(r"\bSEARCH\s*\(", re.IGNORECASE)
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
_ALARM = ("PutMetricAlarm",)
_COMPOSITE = ("PutCompositeAlarm",)
_DASHBOARD = ("PutDashboard",)
_ALARMS_SOURCE = "CloudWatch API reference, PutMetricAlarm"
# Its rules quote what AWS answered in September 2026.
_MEASURED = "https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/cloudwatch/pf-cloudwatch-"
_BODY_SOURCE = "CloudWatch API reference, CloudWatch-Dashboard-Body-Structure.html"


def _longer_than_a_day(call: Call) -> tuple[object, ...] | None:
    period, periods = call.get("Period") or 0, call.get("EvaluationPeriods") or 0
    return () if period < _SECONDS_OF_AN_HOUR and period * periods > _SECONDS_OF_A_DAY else None


def _longer_than_a_week(call: Call) -> tuple[object, ...] | None:
    period, periods = call.get("Period") or 0, call.get("EvaluationPeriods") or 0
    return () if period * periods > _SECONDS_OF_A_WEEK else None


def _datapoints(call: Call) -> tuple[object, ...] | None:
    wanted, periods = call.get("DatapointsToAlarm"), call.get("EvaluationPeriods")
    return () if None not in (wanted, periods) and wanted > periods else None


def _two_statistics(call: Call) -> tuple[object, ...] | None:
    return () if call.get("Statistic") and call.get("ExtendedStatistic") else None


def _no_band(call: Call) -> tuple[object, ...] | None:
    return () if call.get("ComparisonOperator") in _RANGES and not call.get("ThresholdMetricId") else None


def _no_threshold(call: Call) -> tuple[object, ...] | None:
    operator = call.get("ComparisonOperator")
    return () if operator and operator not in _RANGES and call.get("Threshold") is None else None


def _low_samples(call: Call) -> tuple[object, ...] | None:
    statistic = call.get("Statistic")
    return (statistic,) if statistic and call.get("EvaluateLowSampleCountPercentile") else None


def _results(call: Call) -> tuple[object, ...] | None:
    """A query without ReturnData returns data. An alarm on a band returns the metric and the band."""
    wanted = 2 if call.get("ThresholdMetricId") else 1
    queries = call.get("Metrics") or []
    if not queries or sum(query.get("ReturnData") is not False for query in queries) == wanted:
        return None
    return ("two elements" if wanted == 2 else "one element",)


def _search(call: Call) -> tuple[object, ...] | None:
    expressions = (str(query.get("Expression") or "") for query in call.get("Metrics") or [])
    return () if any(_SEARCH.search(_TEXT.sub("", each)) for each in expressions) else None


def _actions(call: Call) -> tuple[object, ...] | None:
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        if len(call.get(name) or []) > 5:
            return (name[0].lower() + name[1:],)
    return None


def _other_region(call: Call) -> tuple[object, ...] | None:
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        for arn in call.get(name) or []:
            parts = str(arn).split(":")
            if len(parts) > 4 and parts[2] == "sns" and parts[3] != call.region:
                return parts[3], call.region
    return None


def _body(call: Call) -> Any:
    try:
        return json.loads(str(call.get("DashboardBody") or ""))
    except ValueError:
        return None


def _no_object(call: Call) -> tuple[object, ...] | None:
    return None if isinstance(_body(call), dict) else ()


def _widgets(call: Call) -> tuple[object, ...] | None:
    body = _body(call)
    widgets = body.get("widgets", []) if isinstance(body, dict) else []
    if not isinstance(widgets, list):
        return "/widgets", "Should be array"
    if len(widgets) > _MOST_WIDGETS:
        return "/widgets", f"Should NOT have more than {_MOST_WIDGETS} items"
    for number, widget in enumerate(widgets):
        if found := _widget(widget):
            return f"/widgets/{number}{found[0]}", found[1]
    return None


def _widget(widget: Any) -> tuple[str, str] | None:
    if not isinstance(widget, dict):
        return "", "Should be object"
    if widget.get("type") not in _WIDGETS:
        return "/type", f"Should be equal to one of the allowed values: {', '.join(sorted(_WIDGETS))}"
    for name, least, most in (("x", 0, _COLUMNS - 1), ("width", 1, _COLUMNS), ("height", 1, _ROWS)):
        value = widget.get(name)
        if value is not None and (not isinstance(value, int) or not least <= value <= most):
            return f"/{name}", f"Should be an integer from {least} to {most}"
    properties = widget.get("properties")
    if not isinstance(properties, dict):
        return "", "Should have required property 'properties'"
    if widget["type"] == "metric" and not properties.get("region"):
        return "/properties", "Should have required property 'region'"
    return None


RULES = (
    Rule(
        _ALARM,
        _longer_than_a_day,
        "ValidationError",
        "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).",
        _ALARMS_SOURCE,
        seen=True,
        remedy="Lower EvaluationPeriods or Period, or make Period an hour or longer.",
    ),
    Rule(
        _ALARM,
        _longer_than_a_week,
        "ValidationError",
        "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800).",
        _ALARMS_SOURCE,
        remedy="Lower EvaluationPeriods or Period.",
    ),
    Rule(
        _ALARM,
        _datapoints,
        "ValidationError",
        "DatapointsToAlarm must be less than or equal to EvaluationPeriods",
        _ALARMS_SOURCE,
        remedy="Lower DatapointsToAlarm, or raise EvaluationPeriods.",
    ),
    Rule(
        _ALARM,
        _two_statistics,
        "InvalidParameterCombination",
        "Statistic and ExtendedStatistic can not both be set",
        _ALARMS_SOURCE,
        remedy="Give the alarm one of the two.",
    ),
    Rule(
        _ALARM,
        _no_band,
        "ValidationError",
        "ComparisonOperators for ranges require ThresholdMetricId to be set",
        f"{_MEASURED}alarm-threshold",
        seen=True,
        remedy="Name the query with ANOMALY_DETECTION_BAND in ThresholdMetricId, or use another ComparisonOperator.",
    ),
    Rule(
        _ALARM,
        _no_threshold,
        "ValidationError",
        "PutMetricAlarm request should have valid Threshold parameter",
        f"{_MEASURED}alarm-threshold",
        seen=True,
        remedy="Give the alarm a Threshold.",
    ),
    Rule(
        _ALARM,
        _low_samples,
        "ValidationError",
        "Option evaluateLowSampleCountPercentile can not be applied with statistic {}. This option is enabled only for "
        "percentile statistics.",
        f"{_MEASURED}alarm-low-sample-percentile",
        seen=True,
        remedy="Take EvaluateLowSampleCountPercentile out, or use a percentile as ExtendedStatistic.",
    ),
    Rule(
        _ALARM,
        _results,
        "ValidationError",
        "Exactly {} of the metrics list should return data.",
        f"{_MEASURED}metric-query-returndata",
        seen=True,
        remedy="Give the queries that the alarm does not compare ReturnData = false.",
    ),
    Rule(
        _ALARM,
        _search,
        "ValidationError",
        "SEARCH is not supported on Metric Alarms.",
        f"{_MEASURED}alarm-search-expression",
        seen=True,
        remedy="Name the metrics in queries of their own, in place of SEARCH.",
    ),
    Rule(
        _COMPOSITE,
        composite_alarms.unknown_word,
        "ValidationError",
        "Error in AlarmRule [Unsupported token '{}' at char {}, must be: '(', 'NOT', AT_LEAST, TRUE or FALSE, ALARM, "
        "OK, or INSUFFICIENT_DATA]",
        f"{_MEASURED}composite-alarm-rule-syntax",
        seen=True,
        remedy='Write AlarmRule with functions, such as ALARM("name").',
    ),
    Rule(
        _COMPOSITE,
        composite_alarms.no_alarm,
        "ValidationError",
        "Could not save the composite alarm as alarms [{}] in the alarm rule do not exist",
        "https://github.com/awsdocs/aws-cloudformation-user-guide/issues/911",
        seen=True,
        remedy="Make the alarms of AlarmRule first. In Terraform, take their names from the resources.",
    ),
    Rule(
        _COMPOSITE,
        composite_alarms.itself,
        "ValidationError",
        "A composite alarm cannot have a child relation with itself via its AlarmRule, as it would introduce a "
        "circular dependency",
        f"{_MEASURED}composite-self-reference",
        seen=True,
        remedy="Take the composite alarm itself out of its AlarmRule.",
    ),
    Rule(
        (*_ALARM, *_COMPOSITE),
        _actions,
        "ValidationError",
        "1 validation error detected: Value at '{}' failed to satisfy constraint: Member must have length less than "
        "or equal to 5",
        _ALARMS_SOURCE,
        remedy="Take actions out of {}. One topic can notify several receivers.",
    ),
    Rule(
        (*_ALARM, *_COMPOSITE),
        _other_region,
        "ValidationError",
        "Invalid region {} specified. Only {} is supported.",
        "terraform-provider-aws issues about alarm_actions",
        seen=True,
        remedy="Name a topic of the alarm's own region in AlarmActions, OKActions and InsufficientDataActions.",
    ),
    Rule(
        _DASHBOARD,
        _no_object,
        "InvalidParameterInput",
        "The field DashboardBody must be a valid JSON object",
        _BODY_SOURCE,
        seen=True,
        remedy="Write DashboardBody as a JSON object, with jsonencode in Terraform.",
    ),
    Rule(
        _DASHBOARD,
        _widgets,
        "InvalidParameterInput",
        'The dashboard body is invalid, there are 1 validation errors: [{{ "dataPath": "{}", "message": "{}"}}]',
        _BODY_SOURCE,
        seen=True,
        remedy="Change the dashboard's body at {0}.",
    ),
)
