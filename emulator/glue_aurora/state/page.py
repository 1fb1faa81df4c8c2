"""The page of LocalStack about its state: GET and POST /_emulator/state (CONTRACT.md)."""

from localstack.http import Request, Response, route
from localstack.services.edge import ROUTER

from glue_aurora.state.keeper import Keeper

PATH = "/_emulator/state"


class StatePage:
    """GET tells what was read at the start and what has changed since. POST saves; with `applied=1` after an apply."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    @route(PATH, methods=["GET"])
    def get(self, request: Request) -> Response:
        return self._answer()

    @route(PATH, methods=["POST"])
    def post(self, request: Request) -> Response:
        if not self._keeper.save(applied=request.args.get("applied") == "1"):
            response = Response(status=503)
            response.set_json({"error": "requests that change something are under way"})
            return response
        return self._answer()

    def _answer(self) -> Response:
        response = Response()
        response.set_json(self._keeper.report())
        return response


def serve(keeper: Keeper) -> None:
    """Adds the page to LocalStack's port."""
    ROUTER.add(StatePage(keeper))
