"""The layers behind `make test`, the linters, the benchmark's set-up, the checks of the public images."""
