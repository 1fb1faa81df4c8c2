"""One parameter of a parameter group: what it may be set to, and when a change applies."""

import re
from dataclasses import dataclass
from typing import Any

from glue_aurora.rds import faults


@dataclass(frozen=True)
class Parameter:
    """A parameter. `allowed` is "a-b" for numbers, "x,y,z" for a choice, None for free text."""

    name: str
    data_type: str
    allowed: str | None
    default: str | None = None
    apply_type: str = "dynamic"
    modifiable: bool = True
    description: str | None = None

    def check(self, value: str) -> None:
        """Checks a value.

        Raises:
            ApiError: InvalidParameterValue.
        """
        if self.allowed is None or _is_formula(self.data_type, value) or self._is_within(self.allowed, value):
            return
        raise faults.invalid_value(
            f"Invalid parameter value: {value} for: {self.name} allowed values are: {self.allowed}"
        )

    def _is_within(self, allowed: str, value: str) -> bool:
        bounds = re.fullmatch(r"(-?[\d.]+)-([\d.]+(?:e\+\d+)?)", allowed)
        if not bounds:
            choices = allowed.split(",")
            return (
                all(part.strip() in choices for part in value.split(","))
                if self.data_type == "list"
                else (value in choices)
            )
        pattern = r"-?\d+" if self.data_type == "integer" else r"-?\d+(\.\d+)?"
        return bool(re.fullmatch(pattern, value)) and float(bounds[1]) <= float(value) <= float(bounds[2])

    def answer(self) -> dict[str, Any]:
        """Returns the members of the API's Parameter that do not depend on a group."""
        return {
            "ParameterName": self.name,
            "Description": self.description,
            "ApplyType": self.apply_type,
            "DataType": self.data_type,
            "AllowedValues": self.allowed,
            "IsModifiable": self.modifiable,
            "ApplyMethod": "pending-reboot",
            "SupportedEngineModes": ["provisioned"],
        }


def _is_formula(data_type: str, value: str) -> bool:
    return data_type == "integer" and bool(re.fullmatch(r"\{.+\}|(GREATEST|LEAST|SUM)\(.+\)", value))
