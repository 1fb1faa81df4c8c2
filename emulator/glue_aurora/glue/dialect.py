"""How AWS Glue words what all services have: pages, tags, and the constraints of its model."""

from glue_aurora.glue.errors import InvalidInputError
from glue_aurora.service.pages import Pages
from glue_aurora.service.tags import TagRules
from glue_aurora.service.validation import ModelRules

PAGES = Pages("NextToken", "MaxResults", lambda token: InvalidInputError("NextToken is not valid."))
TAGS = TagRules(
    reserved_key=lambda key: InvalidInputError(f"Tag key {key} is not valid: the prefix aws: is reserved."),
    too_many=lambda most: InvalidInputError(f"A resource can have at most {most} tags."),
)
MODEL_RULES = ModelRules(
    # Newer than the model of the botocore that LocalStack 4.10.0 pins (Glue guide, "Jobs": worker types).
    newer_values={"WorkerType": ("G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X")}
)
