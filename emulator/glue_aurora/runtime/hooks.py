"""What the plugin does when LocalStack starts, through the entry points `localstack.hooks.…` of pyproject.toml.

The imports are inside the functions: the first hook runs before LocalStack's own modules may be imported.
"""

from localstack.runtime import hooks


@hooks.on_runtime_create()
def mend_imports() -> None:
    """Lets Python before 3.13 import the services that need LocalStack's packages."""
    from glue_aurora.runtime import lazy_annotations

    lazy_annotations.install()


@hooks.on_infra_start()
def refuse_services_without_a_backend() -> None:
    """Disables the services whose backend is not in this LocalStack."""
    from glue_aurora.runtime import backends

    backends.disable_services_without()


@hooks.on_infra_start()
def end_orphaned_runs() -> None:
    """Ends the runs of a LocalStack that ended before them."""
    from glue_aurora.glue.orphans import end_orphans

    end_orphans()


@hooks.on_infra_start()
def apply_rules() -> None:
    """Refuses what AWS refuses when something is made, before LocalStack's services see the request."""
    from localstack.aws import handlers

    from glue_aurora.corrections import rules

    handlers.serve_custom_service_request_handlers.append(rules.handle)


@hooks.on_infra_start()
def judge_networks_of_runs() -> None:
    """Judges the calls of runs by the network that the runs are in."""
    from glue_aurora.parity.network.handler import install

    install()


@hooks.on_infra_start()
def judge_calls() -> None:
    """Judges the calls of roles' sessions and of IAM users."""
    from localstack.aws.handlers import serve_custom_service_request_handlers

    from glue_aurora.parity import endpoint
    from glue_aurora.parity.enforcement import IdentityHandler
    from glue_aurora.parity.modes import mode
    from glue_aurora.parity.services import ServiceHandler
    from glue_aurora.parity.session_tokens import SessionTokenHandler
    from glue_aurora.parity.web_identity import WebIdentityHandler

    mode()  # a wrong value must not pass for the default
    serve_custom_service_request_handlers.append(IdentityHandler())
    serve_custom_service_request_handlers.append(ServiceHandler())
    serve_custom_service_request_handlers.append(WebIdentityHandler())
    serve_custom_service_request_handlers.append(SessionTokenHandler())
    endpoint.serve()


@hooks.on_infra_start(priority=-10)
def read_state() -> None:
    """Reads the state that an earlier LocalStack saved. The last of these hooks: it loads services."""
    from localstack.aws import handlers
    from localstack.runtime.shutdown import SHUTDOWN_HANDLERS

    from glue_aurora.state import keeper, page

    found = keeper.from_environment()
    if found is None:
        return
    found.load()
    handlers.serve_custom_service_request_handlers.append(found.changes.begin)
    handlers.run_custom_finalizers.append(found.changes.end)
    SHUTDOWN_HANDLERS.register(found.close)
    page.serve(found)
