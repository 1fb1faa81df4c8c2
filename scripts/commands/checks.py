"""The commands of the checks, the benchmark, and the parts that the project fetches and pins."""

from __future__ import annotations

import sys

import click

from scripts.base.console import say
from scripts.base.paths import WHEELS, relative
from scripts.case import dictionary
from scripts.checks import bench, bench_parity, images, layers, lint
from scripts.supply import licences_page, locking, platforms, wheels


@click.command()
@click.argument("names", metavar="LAYER…", nargs=-1, required=True, type=click.Choice(list(layers.LAYERS)))
def test(names: tuple[str, ...]) -> None:
    """Run layers of checks."""
    sys.exit(layers.run(names))


@click.command(name="format")
def format_() -> None:
    """Format the sources, and write the documents that are made from them."""
    sys.exit(max(dictionary.write(), lint.format_sources()))


@click.command(name="bench")
def bench_() -> None:
    """Measure the job against its peers. bench/README.md lists the variables."""
    sys.exit(bench.run())


@click.command(name="bench-parity")
def bench_parity_() -> None:
    """Measure what judging costs a GetObject."""
    sys.exit(bench_parity.run())


@click.command(name="wheels")
def wheels_() -> None:
    """Fetch the wheels that the job needs on AWS."""
    wheels.fetch()
    say(f"{relative(WHEELS)} has {', '.join(sorted(path.name for path in WHEELS.glob('*.whl')))}")


@click.command(name="check-wheels")
def check_wheels() -> None:
    """Check that every pinned package has a wheel for every machine."""
    sys.exit(platforms.check())


@click.command(name="verify-images")
def verify_images() -> None:
    """Check what the project assumes about the public images."""
    sys.exit(0 if images.verify() else 1)


@click.command()
def lock() -> None:
    """Pin the requirements again."""
    locking.lock()


@click.command()
def licences() -> None:
    """Write docs/licences.md from the metadata of what is pinned."""
    licences_page.write()
    say(f"{relative(licences_page.PAGE)} is written")


COMMANDS = [test, format_, bench_, bench_parity_, wheels_, check_wheels, verify_images, lock, licences]
