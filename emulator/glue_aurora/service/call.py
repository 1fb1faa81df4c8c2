"""A request to an AWS service, as it is judged before the service sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """An operation of a service with its parameters, as botocore's model names them."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    account: str
    region: str

    def get(self, *path: str) -> Any:
        """Returns the parameter at `path`, or None when a member is missing."""
        value: Any = self.parameters
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def text(self, name: str) -> str:
        """Returns a parameter as text, empty when it is not given."""
        value = self.parameters.get(name)
        return "" if value is None else str(value)

    def arn(self, service: str, resource: str) -> str:
        """Returns the ARN of a resource of this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"
