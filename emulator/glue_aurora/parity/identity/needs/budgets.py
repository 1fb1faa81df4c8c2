"""AWS Budgets. Source: service-authorization/latest/reference/list_awsbudgetservice.html."""

from glue_aurora.parity.identity.needs.need import Facts, Need
from glue_aurora.parity.identity.needs.tags import keys_of, tags_of
from glue_aurora.service.call import Call

_TAGS = ("TagResource", "UntagResource", "ListTagsForResource")
_UNKNOWN = ("aws:resourcetag/*",)


def needs(call: Call, facts: Facts) -> list[Need]:
    """Returns the needs of an operation of Budgets: two actions for all that reads and all that changes."""
    context = keys_of(tags_of(call))
    if call.operation in _TAGS:
        return [Need(f"budgets:{call.operation}", call.text("ResourceARN") or None, context, unknown=_UNKNOWN)]
    name = call.text("BudgetName") or str((call.parameters.get("Budget") or {}).get("BudgetName", ""))
    resource = f"arn:aws:budgets::{call.account}:budget/{name}" if name else None
    action = "ViewBudget" if call.operation.startswith("Describe") else "ModifyBudget"
    found = [Need(f"budgets:{action}", resource, context, unknown=_UNKNOWN)]
    if context:
        found.append(Need("budgets:TagResource", resource, context, unknown=_UNKNOWN))
    return found
