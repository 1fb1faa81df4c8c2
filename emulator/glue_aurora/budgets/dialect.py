"""How AWS Budgets words what all services have: pages and tags."""

from glue_aurora.service.errors import ApiError
from glue_aurora.service.pages import Pages
from glue_aurora.service.tags import TagRules

PAGES = Pages(
    "NextToken", "MaxResults", lambda token: ApiError("InvalidNextTokenException", "The pagination token is invalid.")
)
TAGS = TagRules(
    reserved_key=lambda key: ApiError(
        "InvalidParameterException", f"Tag key {key} is not valid: the prefix aws: is reserved."
    )
)
