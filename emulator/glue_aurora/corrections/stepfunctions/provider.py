"""LocalStack's Step Functions, which here waits for Glue jobs, and refuses expressions that it could not evaluate.

LocalStack evaluates JSONata with a Java library that it downloads when the first expression comes.
"""

# A handler that takes the request whole differs from the expanded signature of LocalStack's API class.
# mypy: disable-error-code="override,no-untyped-call"

import json
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.stepfunctions import Arn, CreateStateMachineInput, Definition
from localstack.services.plugins import Service
from localstack.services.stepfunctions.packages import jpype_jsonata_package
from localstack.services.stepfunctions.provider import StepFunctionsProvider

from glue_aurora.corrections.stepfunctions import glue_task
from glue_aurora.service.errors import NotSupportedError


class CorrectedStepFunctionsProvider(StepFunctionsProvider):
    """Chosen by PROVIDER_OVERRIDE_STEPFUNCTIONS=corrected."""

    @handler("CreateStateMachine", expand=False)
    def create_state_machine(self, context: RequestContext, request: CreateStateMachineInput, **kwargs: Any) -> Any:
        _refuse_jsonata(request["definition"])
        return super().create_state_machine(context, request, **kwargs)

    @handler("UpdateStateMachine")
    def update_state_machine(
        self, context: RequestContext, state_machine_arn: Arn, definition: Definition | None = None, **kwargs: Any
    ) -> Any:
        _refuse_jsonata(definition)
        given: dict[str, Any] = {"definition": definition, **kwargs}
        return super().update_state_machine(context, state_machine_arn, **given)

    @handler("TestState")
    def test_state(self, context: RequestContext, definition: Definition, **kwargs: Any) -> Any:
        _refuse_jsonata(definition)
        return super().test_state(context, definition, **kwargs)


def _refuse_jsonata(definition: str | None) -> None:
    """Refuses a definition that asks for JSONata, unless its library is there.

    Raises:
        NotSupportedError: it is not.
    """
    try:
        asked = _asks_for_jsonata(json.loads(definition or "{}"))
    except ValueError:
        return  # LocalStack refuses it in AWS's words.
    if asked and not jpype_jsonata_package.get_installer().is_installed():
        raise NotSupportedError(
            "A state machine with QueryLanguage JSONata", "This LocalStack lacks its library. Use JSONPath."
        )


def _asks_for_jsonata(value: Any) -> bool:
    if isinstance(value, dict):
        return value.get("QueryLanguage") == "JSONata" or any(map(_asks_for_jsonata, value.values()))
    return isinstance(value, list) and any(map(_asks_for_jsonata, value))


def create_service() -> Service:
    """Returns the service, made in the way LocalStack makes its own."""
    glue_task.install()
    return Service.for_provider(CorrectedStepFunctionsProvider())
