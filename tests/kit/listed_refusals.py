"""Prints what the emulator can say about a refusal, as JSON: its tables. LocalStack's Python runs this file."""

import json

from glue_aurora.corrections import rules
from glue_aurora.parity import refusals
from glue_aurora.parity.identity.needs import catalogue

SERVICES = rules._WITH_RULES
ROWS = [
    {
        "service": service,
        "operations": row.operations,
        "code": row.code,
        "sentence": row.sentence,
        "source": row.source,
        "remedy": row.remedy,
        "status": row.status,
    }
    for service in SERVICES
    for row in rules._rules(service)
]
JUDGED = {service: refusals.code(service)[0] for service in catalogue._SERVICES}

if __name__ == "__main__":
    print(json.dumps({"rows": ROWS, "judged": JUDGED, "models": rules._MODEL_CODES}))
