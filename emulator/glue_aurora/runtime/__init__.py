"""LocalStack's runtime server, bound to the interface that GATEWAY_LISTEN names."""
