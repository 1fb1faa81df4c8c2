"""The layers behind `make test`, the benchmark's set-up, the look into the public images."""
