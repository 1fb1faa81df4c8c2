"""The page of LocalStack that `make parity` asks: GET /_emulator/parity?run_id=… or ?role=…"""

from typing import Any

from localstack.http import Request, Response, route
from localstack.services.edge import ROUTER

from glue_aurora.parity.decisions import decisions
from glue_aurora.parity.identity.callers import caller_of
from glue_aurora.parity.modes import mode
from glue_aurora.parity.report import report
from glue_aurora.parity.runs import run_sessions
from glue_aurora.parity.ways import routes

PATH = "/_emulator/parity"


class ParityPage:
    """Answers with the report on a run as JSON: the run with this id, or the last one.

    With `role`, the ARN of a role, it answers with the report on all sessions of the role.
    """

    @route(PATH, methods=["GET"])
    def get(self, request: Request) -> Response:
        response = Response()
        if role := str(request.args.get("role") or ""):
            if (of_role := _of_role(role)) is None:
                response.status_code = 404
                response.set_json({"error": "LocalStack knows no session of such a role."})
            else:
                response.set_json(of_role)
            return response
        found = run_sessions.last(str(request.args.get("run_id") or ""))
        if found is None:
            response.status_code = 404
            response.set_json({"error": "LocalStack knows no such run. It forgets all runs when it ends."})
            return response
        access_key, run = found
        caller = caller_of(access_key, run.account)
        response.set_json(
            {
                "mode": mode(),
                "run_id": run.run_id,
                "job": run.job_name,
                "role": run.role_arn,
                **report(decisions.of(access_key), caller.identity if caller else ()),
                "routes": routes(run.run_id),
            }
        )
        return response


def _of_role(role: str) -> dict[str, Any] | None:
    """Returns the report on the sessions of a role, or None where there is none that made a request."""
    account = (role.split(":") + [""] * 5)[4]
    if not account:
        return None
    callers = [caller_of(key, account) for key in decisions.callers()]
    sessions = [each for each in callers if each and each.principal.role_arn == role]
    if not sessions:
        return None
    counted = [each for session in sessions for each in decisions.of(session.access_key)]
    return {"mode": mode(), "role": role, "sessions": len(sessions), **report(counted, sessions[-1].identity)}


def serve() -> None:
    """Adds the page to LocalStack's port."""
    ROUTER.add(ParityPage())
