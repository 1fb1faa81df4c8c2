"""Helpers that know nothing of the other rooms: console, errors, paths, waiting, processes, isolation, certificates."""
