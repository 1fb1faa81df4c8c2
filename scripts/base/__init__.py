"""Helpers that import no other room: console, errors, paths, waiting, processes, isolation, certificates, hcl."""
