"""Which rules of a composite alarm CloudWatch refuses."""

from collections.abc import Iterator

from localstack.services.cloudwatch.models import cloudwatch_stores
from localstack.utils.aws import arns

from glue_aurora.corrections.cloudwatch import alarm_rule
from glue_aurora.corrections.cloudwatch.alarm_rule import Unknown
from glue_aurora.service.call import Call


def unknown_word(call: Call) -> tuple[object, ...] | None:
    """Returns the word that stands where a value must, and its place."""
    unknown = next((each for each in _read_rule(call) if isinstance(each, Unknown)), None)
    return (unknown.token, unknown.place) if unknown else None


def no_alarm(call: Call) -> tuple[object, ...] | None:
    """Returns the ARNs of the alarms that the rule names and that do not exist."""
    alarms = cloudwatch_stores[call.account][call.region].alarms
    missing = [arn for arn in _watched(call) if arn not in alarms]
    return (", ".join(missing),) if missing else None


def itself(call: Call) -> tuple[object, ...] | None:
    """Finds a rule that names its own alarm."""
    return () if _alarm_arn(call, str(call.get("AlarmName"))) in _watched(call) else None


def _watched(call: Call) -> list[str]:
    """Returns the ARNs of the alarms in a composite alarm's rule. Those of another account or region are left out."""
    names = [each for each in _read_rule(call) if isinstance(each, str)]
    found = [each if each.startswith("arn:") else _alarm_arn(call, each) for each in names]
    return [arn for arn in dict.fromkeys(found) if arn.startswith(_alarm_arn(call, ""))]


def _read_rule(call: Call) -> Iterator[str | Unknown]:
    return alarm_rule.read(str(call.get("AlarmRule") or ""))


def _alarm_arn(call: Call, name: str) -> str:
    return str(arns.cloudwatch_alarm_arn(name, account_id=call.account, region_name=call.region))
