"""Reads a JSON list of Vega-Lite specifications from its input, and prints a JSON list of their SVGs.

It runs in the venv `charts`, which has nothing but the converter. The converter needs no browser and no network.
"""

from __future__ import annotations

import json
import sys

import vl_convert


def main() -> None:
    # One process for all of them: it counts the ids inside, so no two charts of a page have the same.
    svgs = [
        vl_convert.vegalite_to_svg(spec, vl_version=sys.argv[1], format_locale="pt-BR", allowed_base_urls=[])
        for spec in json.load(sys.stdin)
    ]
    json.dump(svgs, sys.stdout)


if __name__ == "__main__":
    main()
